import type { Workload } from '../harness/workload.js';
import { callers, callRate } from '../support/rates.js';

export default {
  title: 'BasicProducerConsumerProxy: 16 writes, half of them held by a pause',
  metrics: [callRate],
  contestants: callers('proxy', { basic: true, held: true }),
  goals: [{ metric: callRate.name, peer: 'Twisted', atLeast: 10 }],
} satisfies Workload;
