import type { Workload } from '../harness/workload.js';
import { cost, fileSenders, throughput } from '../support/throughput.js';

export default {
  title: 'a file through FileSender, from a path, 64 KiB at a time',
  metrics: [throughput, cost],
  contestants: fileSenders('from-path', 65536),
  goals: [
    { metric: throughput.name, peer: 'pipe', atLeast: 2 },
    { metric: throughput.name, peer: 'Twisted', atLeast: 1 },
    { metric: throughput.name, peer: 'C loop', atLeast: 0.8 },
  ],
} satisfies Workload;
