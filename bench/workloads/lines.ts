/** Lines of 64 bytes through each of our line receivers, beside other ways to split a stream into lines. */
import { type Settings, tabulate } from '../harness/workload.js';
import { startNode, startTwisted } from '../support/commands.js';
import { atLeast, byHand, ours, readline, split2, twisted } from '../support/contestants.js';
import { measureRate, rateMetrics } from '../support/rates.js';

const LINES = rateMetrics('lines', 'line');

const ROWS = {
  lines: { receiver: 'LineReceiver', program: 'line', lineOnly: false, timesTwisted: 10 },
  'lines-only': {
    receiver: 'LineOnlyReceiver',
    program: 'line-only',
    lineOnly: true,
    timesTwisted: 1,
  },
};

export const lines = tabulate(ROWS, ({ receiver, program, lineOnly, timesTwisted }) => {
  const told = ({ warmUp, seconds }: Settings) => ({ warmUp, seconds, lineOnly });
  const node = (name: string) => (settings: Settings) =>
    measureRate(startNode(`lines/${name}`, told(settings)), LINES);
  return {
    title: `${receiver}, 64-byte lines`,
    metrics: [LINES.rate, LINES.cost],
    contestants: [
      ours(node(program)),
      readline(node('readline')),
      split2(node('split2')),
      byHand(node('by-hand')),
      twisted((settings) => measureRate(startTwisted('lines', told(settings)), LINES)),
    ],
    goals: atLeast(LINES.rate, { Twisted: timesTwisted, readline: 1, split2: 1 }),
  };
});
