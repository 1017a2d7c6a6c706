/** Traces of real Twisted that end early, where the design departs from it. */
import type { Comparison } from './fuzz.js';

/** The last line of such a trace. */
const PARTING = 'here they part';

/** Plays a scenario by `play`, and compares the traces up to where the two part. */
export function comparedUntilTheyPart<Scenario>(play: (scenario: Scenario) => string[]) {
  return (scenario: Scenario, theirs: readonly string[]): Comparison => {
    const ours = play(scenario);
    const areParting = theirs.at(-1) === PARTING;
    return { ours: areParting ? [...ours.slice(0, theirs.length - 1), PARTING] : ours, theirs };
  };
}

/** The part of `traces` that was compared to the end of the scenario, from 0 to 1. */
export function shareComparedToTheEnd(traces: readonly (readonly string[])[]): number {
  return traces.filter((trace) => trace.at(-1) !== PARTING).length / traces.length;
}
