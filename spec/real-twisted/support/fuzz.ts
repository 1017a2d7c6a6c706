/** Scenarios, played here and on real Twisted, their traces compared. */
import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import { Random } from '../../support/random.js';
import { askTwisted } from './twisted.js';

/** Set them to look further, or elsewhere, than every run does. */
const SCENARIOS = Number(process.env['FUZZ_SCENARIOS'] ?? 500);
const SEED = Number(process.env['FUZZ_SEED'] ?? 22);

type Trace = readonly unknown[];

/** As many scenarios as a run looks at, the same in every run. */
export function makeScenarios<Scenario>(make: (random: Random) => Scenario): Scenario[] {
  const random = new Random(SEED);
  return Array.from({ length: SCENARIOS }, () => make(random));
}

/**
 * Plays `scenarios` here by `play`, and by `spec/real-twisted/oracle/NAME.py`. Where traces differ, fails with the
 * shortest scenario for which they do.
 *
 * @param comparable - What of a trace is to be the same; all of it if left out.
 */
export async function expectTwistedToAgree<Scenario>(
  name: string,
  scenarios: readonly Scenario[],
  play: (scenario: Scenario) => Trace | Promise<Trace>,
  comparable: (trace: Trace) => Trace = (trace) => trace,
): Promise<void> {
  await expectToAgree(scenarios, askTwisted<Trace>(name, scenarios), play, comparable);
}

/**
 * Plays the scenarios that `spec/traces/FILE` has, and compares with what real Twisted did when they
 * were recorded. Otherwise as {@link expectTwistedToAgree}.
 */
export async function expectRecordedToAgree<Scenario>(
  file: string,
  play: (scenario: Scenario) => Trace | Promise<Trace>,
  comparable: (trace: Trace) => Trace = (trace) => trace,
): Promise<void> {
  const url = new URL(`../traces/${file}`, import.meta.url);
  const recorded = JSON.parse(readFileSync(url, 'utf8')) as { scenario: Scenario; trace: Trace }[];
  expect(recorded).to.have.length.above(20);
  await expectToAgree(
    recorded.map(({ scenario }) => scenario),
    recorded.map(({ trace }) => trace),
    play,
    comparable,
  );
}

async function expectToAgree<Scenario>(
  scenarios: readonly Scenario[],
  answers: readonly Trace[],
  play: (scenario: Scenario) => Trace | Promise<Trace>,
  comparable: (trace: Trace) => Trace,
): Promise<void> {
  expect(answers).to.have.length(scenarios.length);
  const played = await Promise.all(
    scenarios.map(async (scenario, i) => ({
      text: JSON.stringify(scenario),
      ours: comparable(await play(scenario)),
      theirs: comparable(answers[i] as Trace),
    })),
  );
  const [shortest, ...others] = played
    .filter(({ ours, theirs }) => JSON.stringify(ours) !== JSON.stringify(theirs))
    .sort((a, b) => a.text.length - b.text.length);
  if (shortest === undefined) return;
  const { text, ours, theirs } = shortest;
  expect(ours, `${others.length + 1} scenarios differ, such as ${text}`).to.deep.equal(theirs);
}
