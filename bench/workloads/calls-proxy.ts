import type { Workload } from '../harness/workload.js';
import { callers, callRate } from '../support/rates.js';

export default {
  title: 'ProducerConsumerProxy: 16 writes, a pause, a resume',
  metrics: [callRate],
  contestants: callers('proxy', { basic: false, held: false }),
  goals: [{ metric: callRate.name, peer: 'Twisted', atLeast: 10 }],
} satisfies Workload;
