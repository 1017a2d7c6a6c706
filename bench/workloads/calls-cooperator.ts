import type { Workload } from '../harness/workload.js';
import { callers, callRate } from '../support/rates.js';

export default {
  title: 'Cooperator: units of work of 100 tasks',
  metrics: [callRate],
  contestants: callers('cooperator'),
  goals: [{ metric: callRate.name, peer: 'Twisted', atLeast: 10 }],
} satisfies Workload;
