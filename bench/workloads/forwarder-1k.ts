import type { Workload } from '../harness/workload.js';
import { forwarders } from '../support/forwarding.js';
import { cost, throughput } from '../support/throughput.js';

export default {
  title: 'port forwarder, each transport registered with the other, 1 KiB messages',
  metrics: [throughput, cost],
  contestants: forwarders(1024),
  goals: [
    { metric: throughput.name, peer: 'pipe', atLeast: 0.97 },
    { metric: throughput.name, peer: 'Twisted', atLeast: 1 },
  ],
} satisfies Workload;
