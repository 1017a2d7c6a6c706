import type { Workload } from '../harness/workload.js';
import { cost, pushers, throughput } from '../support/throughput.js';

export default {
  title: 'push producer, 64 KiB messages, several at once (highWaterMark 256 KiB), TCP',
  metrics: [throughput, cost],
  contestants: pushers({ size: 65536, highWaterMark: 262144 }),
  goals: [
    { metric: throughput.name, peer: 'raw Node', atLeast: 1.2 },
    { metric: throughput.name, peer: 'Twisted', atLeast: 1.2 },
  ],
} satisfies Workload;
