/** What makes lines of bytes, compared by how many a second. */
import type { Metric, Settings, Workload } from '../harness/workload.js';
import { startNode, startTwisted } from './commands.js';
import { ours, readline, split2, twisted } from './contestants.js';
import { measureRate } from './rates.js';

export const lineRate: Metric = { name: 'lines', unit: 'millions a second' };

/** Lines of 64 bytes through one of our receivers, in `bench/programs/lines/PROGRAM.ts`, and through what there is besides. */
export function lineReceivers(title: string, program: string, lineOnly: boolean): Workload {
  const told = ({ warmUp, seconds }: Settings) => ({ warmUp, seconds, lineOnly });
  const node = (name: string) => (settings: Settings) =>
    measureRate(startNode(`lines/${name}`, told(settings)), lineRate);
  return {
    title,
    metrics: [lineRate],
    contestants: [
      ours(node(program)),
      readline(node('readline')),
      split2(node('split2')),
      twisted((settings) => measureRate(startTwisted('lines', told(settings)), lineRate)),
    ],
    goals: [
      { metric: lineRate.name, peer: 'Twisted', atLeast: lineOnly ? 1 : 10 },
      { metric: lineRate.name, peer: 'readline', atLeast: 1 },
      { metric: lineRate.name, peer: 'split2', atLeast: 1 },
    ],
  };
}
