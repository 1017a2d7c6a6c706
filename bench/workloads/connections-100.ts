import type { Workload } from '../harness/workload.js';
import { cost, pushers, throughput, unevenness } from '../support/throughput.js';

export default {
  title: 'push producers on 100 connections at once, 4 KiB messages, TCP',
  metrics: [throughput, cost, unevenness],
  contestants: pushers({ size: 4096, connections: 100 }),
  goals: [
    { metric: throughput.name, peer: 'raw Node', atLeast: 1.2 },
    { metric: unevenness.name, atMost: 2 },
  ],
} satisfies Workload;
