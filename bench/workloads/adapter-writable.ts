import type { Workload } from '../harness/workload.js';
import { adapterAndHand, chunkCost, chunkRate } from '../support/in-memory.js';

export default {
  title: 'ConsumerWritable, in memory, 1 KiB chunks',
  metrics: [chunkRate, chunkCost],
  contestants: adapterAndHand('adapters/writable', 1024),
  goals: [{ metric: chunkRate.name, peer: 'by hand', atLeast: 0.97 }],
} satisfies Workload;
