/** Random scenarios, played here and on real Twisted, their traces compared. */
import { expect } from 'chai';

import { Random } from './random.js';
import { askTwisted } from './twisted.js';

/** Set them to look further, or elsewhere, than every run does. */
const SCENARIOS = Number(process.env['FUZZ_SCENARIOS'] ?? 500);
const SEED = Number(process.env['FUZZ_SEED'] ?? 22);

/** As many scenarios as a run looks at, the same in every run. */
export function makeScenarios<Scenario>(make: (random: Random) => Scenario): Scenario[] {
  const random = new Random(SEED);
  return Array.from({ length: SCENARIOS }, () => make(random));
}

/**
 * Plays `scenarios` here by `play`, and by `spec/oracle/NAME.py`. Where traces differ, fails with the
 * shortest scenario for which they do.
 */
export function expectTwistedToAgree<Scenario>(
  name: string,
  scenarios: readonly Scenario[],
  play: (scenario: Scenario) => unknown[],
): void {
  const theirs = askTwisted<unknown[]>(name, scenarios);
  expect(theirs).to.have.length(scenarios.length);
  const differing = scenarios
    .map((scenario, i) => ({ text: JSON.stringify(scenario), ours: play(scenario), i }))
    .filter(({ ours, i }) => JSON.stringify(ours) !== JSON.stringify(theirs[i]))
    .sort((a, b) => a.text.length - b.text.length);
  const [shortest] = differing;
  if (shortest === undefined) return;
  const { text, ours, i } = shortest;
  expect(ours, `${differing.length} scenarios differ, such as ${text}`).to.deep.equal(theirs[i]);
}
