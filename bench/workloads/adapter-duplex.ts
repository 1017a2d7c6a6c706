import type { Workload } from '../harness/workload.js';
import { adapterAndHand } from '../support/in-memory.js';
import { throughput } from '../support/throughput.js';

export default {
  title: 'TransportDuplex, in memory, 1 KiB chunks',
  metrics: [throughput],
  contestants: adapterAndHand('adapters/duplex', 1024),
  goals: [{ metric: throughput.name, peer: 'by hand', atLeast: 0.95 }],
} satisfies Workload;
