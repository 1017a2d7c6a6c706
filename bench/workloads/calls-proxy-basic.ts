import type { Workload } from '../harness/workload.js';
import { callers, callRate } from '../support/rates.js';

export default {
  title: 'BasicProducerConsumerProxy: 16 writes, a pause, a resume',
  metrics: [callRate],
  contestants: callers('proxy', { basic: true, held: false }),
  goals: [{ metric: callRate.name, peer: 'Twisted', atLeast: 10 }],
} satisfies Workload;
