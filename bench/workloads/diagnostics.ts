/** The cost of the diagnostics channels to the flow that they tell of. */
import type { Settings, Table } from '../harness/workload.js';
import { BUILT } from '../support/built.js';
import { startNode } from '../support/commands.js';
import { type Measure, ours } from '../support/contestants.js';
import { measureRate, rateMetrics } from '../support/rates.js';
import { withoutChannels } from '../support/without-channels.js';

const CALLS = rateMetrics('calls', 'call');
const WITHOUT = 'without the channels';

const measure =
  (library: string, subscribed: boolean): Measure =>
  ({ warmUp, seconds }: Settings) =>
    measureRate(startNode('calls/told', { library, subscribed, warmUp, seconds }), CALLS);

export const diagnostics: Table = {
  'calls-told': {
    title: 'diagnostics channels: a producer registers, is paused, resumed, unregisters',
    metrics: [CALLS.rate, CALLS.cost],
    contestants: [
      ours(measure(BUILT.href, false)),
      {
        name: WITHOUT,
        measure: (settings) => withoutChannels((library) => measure(library, false)(settings)),
      },
      { name: 'with a subscriber', measure: measure(BUILT.href, true) },
    ],
    goals: [{ metric: CALLS.rate.name, peer: WITHOUT, atLeast: 0.97 }],
  },
};
