/** Our stream classes in memory, each beside the same work by hand. */
import { type Settings, tabulate } from '../harness/workload.js';
import { atLeast, ours } from '../support/contestants.js';
import { chunkCost, chunkRate, measureInMemory } from '../support/in-memory.js';

/** Bytes in a chunk. */
const SIZE = 1024;

interface Row {
  readonly adapter: string;
  /** In `bench/programs/adapters/`. */
  readonly program: string;
  /** The objects that that program makes in place of the adapter. */
  readonly peers: readonly string[];
}

const ROWS: Readonly<Record<string, Row>> = {
  'adapter-readable': { adapter: 'ProducerReadable', program: 'readable', peers: ['by hand'] },
  'adapter-writable': {
    adapter: 'ConsumerWritable',
    program: 'writable',
    peers: ['by hand', 'by hand, checked'],
  },
  // With --node-flags=--conditions=readable-stream ours extends that class: it can be no faster.
  'adapter-duplex': {
    adapter: 'TransportDuplex',
    program: 'duplex',
    peers: ['by hand', 'by hand, checked', 'by hand, on readable-stream'],
  },
};

export const adapters = tabulate(ROWS, ({ adapter, program, peers }) => {
  const move = (made: string) => (settings: Settings) =>
    measureInMemory(`adapters/${program}`, SIZE, settings, { made });
  return {
    title: `${adapter}, in memory, 1 KiB chunks`,
    metrics: [chunkRate, chunkCost],
    contestants: [ours(move('ours')), ...peers.map((name) => ({ name, measure: move(name) }))],
    goals: atLeast(chunkRate, { 'by hand': 0.97 }),
  };
});
