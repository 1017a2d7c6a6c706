import type { Workload } from '../harness/workload.js';
import { adapterAndHand, chunkCost, chunkRate, measureByHand } from '../support/in-memory.js';

const PROGRAM = 'adapters/duplex';

export default {
  title: 'TransportDuplex, in memory, 1 KiB chunks',
  metrics: [chunkRate, chunkCost],
  contestants: [
    ...adapterAndHand(PROGRAM, 1024),
    // What ours extends: no faster than this can it be.
    {
      name: 'by hand, on readable-stream',
      measure: measureByHand(PROGRAM, 1024, 'readable-stream'),
    },
  ],
  goals: [{ metric: chunkRate.name, peer: 'by hand', atLeast: 0.97 }],
} satisfies Workload;
