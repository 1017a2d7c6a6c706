import type { Workload } from '../harness/workload.js';
import { callers, callRate } from '../support/rates.js';

export default {
  title: 'PullToPush: calls of a pull producer',
  metrics: [callRate],
  contestants: callers('pull-to-push'),
  goals: [{ metric: callRate.name, peer: 'Twisted', atLeast: 10 }],
} satisfies Workload;
