import type { Workload } from '../harness/workload.js';
import { cost, pushers, throughput } from '../support/throughput.js';

export default {
  title: 'push producer, 1 KiB messages, TCP',
  metrics: [throughput, cost],
  contestants: pushers({ size: 1024 }),
  goals: [
    { metric: throughput.name, peer: 'raw Node', atLeast: 3 },
    { metric: throughput.name, peer: 'Twisted', atLeast: 1.8 },
  ],
} satisfies Workload;
