import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import { playOnOurs, randomScenario, type Scenario, type Trace } from './support/cooperation.js';
import { expectTwistedToAgree, makeScenarios } from './support/fuzz.js';
import { describeWithTwisted } from './support/twisted.js';

describeWithTwisted('Cooperator, beside the real one', () => {
  it('takes the same turns, also when tasks change each other', async () => {
    const scenarios = makeScenarios(randomScenario);
    // One after the other: all hear the same log.
    const traces = new Map<Scenario, Trace>();
    for (const scenario of scenarios) traces.set(scenario, await playOnOurs(scenario));
    await expectTwistedToAgree(
      'cooperator',
      scenarios,
      (scenario) => traces.get(scenario) ?? playOnOurs(scenario),
    );
  }).timeout(60_000);
});

describe('Cooperator, beside traces of the real one', () => {
  it('takes the turns that Twisted took', async () => {
    const recorded = JSON.parse(
      readFileSync(new URL('./traces/cooperator.json', import.meta.url), 'utf8'),
    ) as { scenario: Scenario; trace: Trace }[];
    expect(recorded).to.have.length.above(50);
    for (const { scenario, trace } of recorded) {
      expect(await playOnOurs(scenario), JSON.stringify(scenario)).to.deep.equal(trace);
    }
  });
});
