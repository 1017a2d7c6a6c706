/** Calls a second, without bytes, beside the same in Twisted. */
import { type Contestant, type Settings, tabulate } from '../harness/workload.js';
import { startNode, startTwisted } from '../support/commands.js';
import { atLeast, ours, twisted } from '../support/contestants.js';
import { measureRate, rateMetrics } from '../support/rates.js';

const CALLS = rateMetrics('calls', 'call');

interface Row {
  readonly title: string;
  /** The program in `bench/programs/calls/`; `bench/twisted/calls.py` knows it by the same name. */
  readonly what: string;
  /** Options of the program. */
  readonly options?: object;
  /** Beside Twisted. */
  readonly floor?: Contestant;
}

/**
 * The joins of buffered bytes that `calls-proxy-basic-held` makes, and nothing else: the workload can be
 * no faster than this.
 */
const concatAlone: Contestant = {
  name: 'Buffer.concat alone',
  measure: ({ warmUp, seconds }) =>
    measureRate(startNode('calls/concat', { warmUp, seconds }), CALLS),
};

const ROWS: Readonly<Record<string, Row>> = {
  'calls-pull-to-push': {
    title: 'PullToPush: calls of a pull producer',
    what: 'pull-to-push',
  },
  'calls-cooperator': {
    title: 'Cooperator: units of work of 100 tasks',
    what: 'cooperator',
  },
  'calls-proxy': {
    title: 'ProducerConsumerProxy: 16 writes, a pause, a resume',
    what: 'proxy',
    options: { basic: false, held: false },
  },
  'calls-proxy-held': {
    title: 'ProducerConsumerProxy: 16 writes, half of them held by a pause',
    what: 'proxy',
    options: { basic: false, held: true },
  },
  'calls-proxy-basic': {
    title: 'BasicProducerConsumerProxy: 16 writes, a pause, a resume',
    what: 'proxy',
    options: { basic: true, held: false },
  },
  'calls-proxy-basic-held': {
    title: 'BasicProducerConsumerProxy: 16 writes, half of them held by a pause',
    what: 'proxy',
    options: { basic: true, held: true },
    floor: concatAlone,
  },
};

export const calls = tabulate(ROWS, ({ title, what, options, floor }) => {
  const told = ({ warmUp, seconds }: Settings) => ({ ...options, what, warmUp, seconds });
  return {
    title,
    metrics: [CALLS.rate, CALLS.cost],
    contestants: [
      ours((settings) => measureRate(startNode(`calls/${what}`, told(settings)), CALLS)),
      twisted((settings) => measureRate(startTwisted('calls', told(settings)), CALLS)),
      ...(floor === undefined ? [] : [floor]),
    ],
    goals: atLeast(CALLS.rate, { Twisted: 10 }),
  };
});
