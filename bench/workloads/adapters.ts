/** Our stream classes in memory, each beside the same work by hand. */
import { type Settings, tabulate } from '../harness/workload.js';
import { atLeast, byHand, ours } from '../support/contestants.js';
import { chunkCost, chunkRate, measureInMemory } from '../support/in-memory.js';

/** Bytes in a chunk. */
const SIZE = 1024;

interface Row {
  readonly adapter: string;
  /** In `bench/programs/adapters/`. */
  readonly program: string;
  /** Whether to write it by hand on the class of readable-stream too. */
  readonly onReadableStream?: boolean;
}

const ROWS: Readonly<Record<string, Row>> = {
  'adapter-readable': { adapter: 'ProducerReadable', program: 'readable' },
  'adapter-writable': { adapter: 'ConsumerWritable', program: 'writable' },
  // With --node-flags=--conditions=readable-stream ours extends that class: it can be no faster.
  'adapter-duplex': { adapter: 'TransportDuplex', program: 'duplex', onReadableStream: true },
};

export const adapters = tabulate(ROWS, ({ adapter, program, onReadableStream = false }) => {
  const move = (options: object) => (settings: Settings) =>
    measureInMemory(`adapters/${program}`, SIZE, settings, options);
  const name = 'by hand, on readable-stream';
  return {
    title: `${adapter}, in memory, 1 KiB chunks`,
    metrics: [chunkRate, chunkCost],
    contestants: [
      ours(move({})),
      byHand(move({ byHandOn: 'node:stream' })),
      ...(onReadableStream ? [{ name, measure: move({ byHandOn: 'readable-stream' }) }] : []),
    ],
    goals: atLeast(chunkRate, { 'by hand': 0.97 }),
  };
});
