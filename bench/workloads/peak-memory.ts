/** Whether memory grows with the length of a transfer. */
import type { Contestant, Measurement, Settings, Table } from '../harness/workload.js';
import type { Child } from '../support/child.js';
import { startNode, startTwisted } from '../support/commands.js';
import { ours, rawNode, twisted } from '../support/contestants.js';
import { MIB } from '../support/lengths.js';
import { type Sent, transfer } from '../support/transfer.js';

const SIZE = 65536;

const growth = { name: 'growth of the peak', unit: 'MiB resident' };

/** A short transfer, a long one, and how fast the reader takes both. */
function transfers({ full }: Settings) {
  return full
    ? { short: 64 * MIB, long: 4096 * MIB, rate: 10e6 }
    : { short: 16 * MIB, long: 256 * MIB, rate: 100e6 };
}

type Start = (options: object) => Child;

async function peak(start: Start, bytes: number, rate: number): Promise<number> {
  const sent = await transfer<Sent & { peak: number }>(
    (port) => start({ port, connections: 1, size: SIZE, limit: { bytes } }),
    { connections: 1, warmUp: 0, rate },
  );
  return sent.peak;
}

const measure =
  (start: Start) =>
  async (settings: Settings): Promise<Measurement> => {
    const { short, long, rate } = transfers(settings);
    const before = await peak(start, short, rate);
    return { [growth.name]: ((await peak(start, long, rate)) - before) / MIB };
  };

const node = (program: string): Contestant['measure'] =>
  measure((options) => startNode(program, options));

export const peakMemory: Table = {
  'peak-memory': {
    title: 'peak memory of a long transfer beyond that of a short one, to a slow reader',
    metrics: [growth],
    contestants: [
      ours(node('push/twisted-streams')),
      rawNode(node('push/raw-node')),
      twisted(measure((options) => startTwisted('push', options))),
    ],
    goals: [{ metric: growth.name, atMost: 16 }],
    mostRounds: ({ full }) => (full ? 1 : 3),
  },
};
