/** The cost of a `ShapedConsumer`. */
import type { Settings, Table } from '../harness/workload.js';
import { startNode } from '../support/commands.js';
import { ours } from '../support/contestants.js';
import { cost, limitOf, measureThroughput, throughput } from '../support/throughput.js';

const measure = (shaped: boolean) => (settings: Settings) =>
  measureThroughput(
    (port) =>
      startNode('shaped', {
        port,
        connections: 1,
        size: 16384,
        limit: limitOf(settings),
        shaped,
      }),
    settings,
  );

export const shaped: Table = {
  shaped: {
    title: 'pull producer through a ShapedConsumer without limit, 16 KiB messages, TCP',
    metrics: [throughput, cost],
    contestants: [ours(measure(true)), { name: 'unshaped', measure: measure(false) }],
    goals: [{ metric: throughput.name, peer: 'unshaped', atLeast: 0.9 }],
  },
};
