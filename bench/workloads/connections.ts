/** Push producers on many connections at once. */
import { tabulate } from '../harness/workload.js';
import { atLeast } from '../support/contestants.js';
import { pushers } from '../support/pushers.js';
import { cost, throughput, unevenness } from '../support/throughput.js';

const ROWS = { 'connections-100': 100, 'connections-1000': 1000 };

export const connections = tabulate(ROWS, (count) => ({
  title: `push producers on ${count.toLocaleString('en')} connections at once, 4 KiB messages, TCP`,
  metrics: [throughput, cost, unevenness],
  contestants: pushers({ size: 4096, connections: count }),
  goals: [...atLeast(throughput, { 'raw Node': 1.2 }), { metric: unevenness.name, atMost: 2 }],
}));
