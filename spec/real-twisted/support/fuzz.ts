/** Scenarios, played here and on real Twisted, their traces compared. */
import { readFileSync } from 'node:fs';

import { expect } from 'chai';
import fc from 'fast-check';

import type { Random } from '../../support/random.js';
import { ScenarioArbitrary, smallerThan } from './scenario-arbitrary.js';
import { askTwisted } from './twisted.js';

/** Scenarios that one batch of smaller ones may have. */
const BATCH = 300;

type Trace = readonly unknown[];

/** The trace of one scenario here and on real Twisted, as far as the two must be the same. */
export interface Comparison {
  readonly ours: unknown;
  readonly theirs: unknown;
}

/**
 * As many scenarios as a run looks at, the same in every run. Set `FUZZ_SCENARIOS` or `FUZZ_SEED` to look
 * further, or elsewhere, than every run does.
 */
export function makeScenarios<Scenario extends object>(
  make: (random: Random) => Scenario,
  { scenarios = 500, seed = 22 } = {},
): Scenario[] {
  return fc.sample(new ScenarioArbitrary(make), {
    seed: Number(process.env['FUZZ_SEED'] ?? seed),
    numRuns: Number(process.env['FUZZ_SCENARIOS'] ?? scenarios),
  });
}

/**
 * Plays `scenarios` here by `play`, and by `spec/real-twisted/oracle/NAME.py`. Where traces differ, makes the
 * shortest of those scenarios as small as it can, asking Twisted for many smaller ones at a time, and fails
 * with that.
 *
 * @param comparable - What of a trace is to be the same; all of it if left out.
 */
export async function expectTwistedToAgree<Scenario extends object>(
  name: string,
  scenarios: readonly Scenario[],
  play: (scenario: Scenario) => Trace | Promise<Trace>,
  comparable: (trace: Trace) => Trace = (trace) => trace,
): Promise<void> {
  const answers = askTwisted<Trace>(name, scenarios);
  await expectToAgree(scenarios, answers, comparing(play, comparable), name);
}

/**
 * Plays the scenarios that `spec/traces/FILE` has, and compares with what real Twisted did when they
 * were recorded. Otherwise as {@link expectTwistedToAgree}.
 */
export async function expectRecordedToAgree<Scenario extends object>(
  file: string,
  play: (scenario: Scenario) => Trace | Promise<Trace>,
  comparable: (trace: Trace) => Trace = (trace) => trace,
): Promise<void> {
  const { scenarios, answers } = recorded<Scenario, Trace>(file);
  expect(scenarios).to.have.length.above(20);
  await expectToAgree(scenarios, answers, comparing(play, comparable));
}

/** The scenarios and traces in `traces/FILE`. */
export function recorded<Scenario, Answer>(
  file: string,
): { scenarios: Scenario[]; answers: Answer[] } {
  const url = new URL(`../traces/${file}`, import.meta.url);
  const rows = JSON.parse(readFileSync(url, 'utf8')) as { scenario: Scenario; trace: Answer }[];
  return {
    scenarios: rows.map(({ scenario }) => scenario),
    answers: rows.map(({ trace }) => trace),
  };
}

function comparing<Scenario>(
  play: (scenario: Scenario) => Trace | Promise<Trace>,
  comparable: (trace: Trace) => Trace,
) {
  return async (scenario: Scenario, answer: Trace): Promise<Comparison> => ({
    ours: comparable(await play(scenario)),
    theirs: comparable(answer),
  });
}

/**
 * Compares Twisted's answer for each scenario with ours. Where they differ, fails with the shortest
 * scenario; if `name` is given, with one that is as small as can be.
 *
 * @param compare - Plays a scenario here, and says what is to be the same.
 * @param name - The oracle that gave the answers, which can be asked for more.
 */
export async function expectToAgree<Scenario extends object, Answer>(
  scenarios: readonly Scenario[],
  answers: readonly Answer[],
  compare: (scenario: Scenario, answer: Answer) => Comparison | Promise<Comparison>,
  name?: string,
): Promise<void> {
  expect(answers).to.have.length(scenarios.length);
  const compared = await Promise.all(
    scenarios.map(async (scenario, i) => ({
      scenario,
      ...(await compare(scenario, answers[i] as Answer)),
    })),
  );
  const differing = compared.filter(differs).sort(shortestFirst);
  let [shown] = differing;
  if (shown === undefined) return;
  running?.timeout(0); // A spec that fails may take its time to find the smallest scenario.
  for (let next: typeof shown | undefined = shown; next !== undefined;) {
    shown = next;
    next = name === undefined ? undefined : await smaller(shown.scenario, compare, name);
  }
  const count =
    differing.length === 1 ? '1 scenario differs' : `${differing.length} scenarios differ`;
  const text = JSON.stringify(shown.scenario);
  expect(shown.ours, `${count}, such as ${text}`).to.deep.equal(shown.theirs);
}

/** The shortest of the scenarios a step smaller than `scenario` for which the two still differ. */
async function smaller<Scenario extends object, Answer>(
  scenario: Scenario,
  compare: (scenario: Scenario, answer: Answer) => Comparison | Promise<Comparison>,
  name: string,
) {
  const length = JSON.stringify(scenario).length;
  const shorter = smallerThan(scenario).filter((each) => JSON.stringify(each).length < length);
  const batch = shorter.slice(0, BATCH);
  if (batch.length === 0) return undefined;
  const answers = askTwisted<Answer>(name, batch);
  const compared: (Comparison & { scenario: Scenario })[] = [];
  // One after the other: some players share a log.
  for (const [i, each] of batch.entries()) {
    compared.push({ scenario: each, ...(await compare(each, answers[i] as Answer)) });
  }
  return compared.filter(differs).sort(shortestFirst)[0];
}

function differs({ ours, theirs }: Comparison): boolean {
  return JSON.stringify(ours) !== JSON.stringify(theirs);
}

function shortestFirst(a: { scenario: object }, b: { scenario: object }): number {
  return JSON.stringify(a.scenario).length - JSON.stringify(b.scenario).length;
}

/** The spec that runs. */
let running: Mocha.Runnable | undefined;
beforeEach(function () {
  running = this.currentTest;
});
