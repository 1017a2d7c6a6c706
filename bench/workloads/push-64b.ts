import type { Workload } from '../harness/workload.js';
import { cost, pushers, throughput } from '../support/throughput.js';

export default {
  title: 'push producer, 64-byte messages, TCP',
  metrics: [throughput, cost],
  contestants: pushers({ size: 64 }),
  goals: [
    { metric: throughput.name, peer: 'raw Node', atLeast: 20 },
    { metric: throughput.name, peer: 'Twisted', atLeast: 8 },
  ],
} satisfies Workload;
