import type { Workload } from '../harness/workload.js';
import { cost, fileSenders, throughput } from '../support/throughput.js';

export default {
  title: 'a file through FileSender, from a synchronous file-like, 16 KiB at a time',
  metrics: [throughput, cost],
  contestants: fileSenders('from-file-like', 16384),
  goals: [
    { metric: throughput.name, peer: 'pipe', atLeast: 5 },
    { metric: throughput.name, peer: 'Twisted', atLeast: 1.5 },
    { metric: throughput.name, peer: 'C loop', atLeast: 0.75 },
  ],
} satisfies Workload;
