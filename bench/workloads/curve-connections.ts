import type { Workload } from '../harness/workload.js';
import { along, metricsOf, type Point } from '../support/curves.js';
import { pushers } from '../support/throughput.js';

const COMPARED = ['twisted-streams', 'raw Node', 'Twisted'];

const point = (connections: number): Point => ({
  label: `${connections.toLocaleString('en')} ${connections === 1 ? 'connection' : 'connections'}`,
  contestants: pushers({ size: 4096, connections }).filter(({ name }) => COMPARED.includes(name)),
});
const points: [Point, ...Point[]] = [
  point(1),
  ...[10, 100, 1000, 10_000].map((connections) => point(connections)),
];

export default {
  title: 'push producers on ever more connections, 4 KiB messages, TCP',
  metrics: metricsOf(points),
  contestants: along(points),
  goals: points.map(({ label }) => ({ metric: label, peer: 'raw Node', atLeast: 1 })),
  mostRounds: () => 3,
} satisfies Workload;
