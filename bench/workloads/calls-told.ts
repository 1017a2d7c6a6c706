import type { Contestant, Settings, Workload } from '../harness/workload.js';
import { startNode } from '../support/commands.js';
import { ours } from '../support/contestants.js';
import { callRate, measureRate } from '../support/rates.js';
import { withUntold } from '../support/untold.js';

const measure =
  (library: string, subscribed: boolean): Contestant['measure'] =>
  ({ warmUp, seconds }: Settings) =>
    measureRate(startNode('calls/told', { library, subscribed, warmUp, seconds }));

const UNTOLD = 'without the channels';

export default {
  title: 'diagnostics channels: a producer registers, is paused, resumed, unregisters',
  metrics: [callRate],
  contestants: [
    ours(measure('twisted-streams', false)),
    { name: UNTOLD, measure: (settings) => withUntold((url) => measure(url, false)(settings)) },
    { name: 'with a subscriber', measure: measure('twisted-streams', true) },
  ],
  goals: [{ metric: callRate.name, peer: UNTOLD, atLeast: 0.97 }],
} satisfies Workload;
