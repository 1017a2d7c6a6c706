/** What is compared by how often a second it is called. */
import type { Contestant, Measurement, Metric, Settings } from '../harness/workload.js';
import { type Child, withChildren } from './child.js';
import { startNode, startTwisted } from './commands.js';
import { ours, twisted } from './contestants.js';

export const callRate: Metric = { name: 'calls', unit: 'millions a second' };

/** What `child` says of how much there is in a second, as `metric`. */
export async function measureRate(child: Child, metric = callRate): Promise<Measurement> {
  return withChildren([child], async () => {
    const { perSecond, intact } = await child.said<{ perSecond: number; intact: boolean }>();
    await child.ended();
    if (!intact) throw new Error('Not all was done that should be');
    return { [metric.name]: perSecond / 1e6 };
  });
}

/** `bench/programs/calls/WHAT.ts`, under a name of its own. */
export function caller(name: string, what: string): Contestant {
  return {
    name,
    measure: ({ warmUp, seconds }) => measureRate(startNode(`calls/${what}`, { warmUp, seconds })),
  };
}

/** `bench/programs/calls/WHAT.ts` beside the same in Twisted. */
export function callers(what: string, more: object = {}): [Contestant, Contestant] {
  const told = ({ warmUp, seconds }: Settings) => ({ ...more, what, warmUp, seconds });
  return [
    ours((settings) => measureRate(startNode(`calls/${what}`, told(settings)))),
    twisted((settings) => measureRate(startTwisted('calls', told(settings)))),
  ];
}
