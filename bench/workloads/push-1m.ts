import type { Workload } from '../harness/workload.js';
import { cost, pushers, throughput } from '../support/throughput.js';

export default {
  title: 'push producer, 1 MiB messages, TCP',
  metrics: [throughput, cost],
  contestants: pushers({ size: 1048576 }),
  goals: [
    { metric: throughput.name, peer: 'raw Node', atLeast: 0.97 },
    { metric: throughput.name, peer: 'Twisted', atLeast: 0.97 },
  ],
} satisfies Workload;
