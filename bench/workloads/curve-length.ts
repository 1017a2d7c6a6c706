import type { Workload } from '../harness/workload.js';
import { along, metricsOf, type Point } from '../support/curves.js';
import { lengthPoint } from '../support/lengths.js';

const points: [Point, ...Point[]] = [
  lengthPoint('1 MiB', 1, 256),
  lengthPoint('16 MiB', 16, 32),
  lengthPoint('256 MiB', 256, 4),
  lengthPoint('4 GiB', 4096, 1),
];

export default {
  title: 'transfers of ever more bytes, 64 KiB messages, TCP, from the connect to the close',
  metrics: metricsOf(points),
  contestants: along(points),
  goals: points.map(({ label }) => ({ metric: label, peer: 'raw Node', atLeast: 1 })),
  mostRounds: () => 3,
} satisfies Workload;
