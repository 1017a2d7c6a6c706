import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import { expectTwistedToAgree, makeScenarios } from './support/fuzz.js';
import {
  playOnOurs,
  randomScenario,
  type Scenario,
  type Trace,
} from './support/pull-to-push-player.js';
import { describeWithTwisted } from './support/twisted.js';

describeWithTwisted('PullToPush, beside the real one', () => {
  it('makes the same calls in the same order, for any producer and consumer', async () => {
    const scenarios = makeScenarios(randomScenario);
    // One after the other: all hear the same log.
    const traces = new Map<Scenario, Trace>();
    for (const scenario of scenarios) traces.set(scenario, await playOnOurs(scenario));
    await expectTwistedToAgree(
      'pull_to_push',
      scenarios,
      (scenario) => traces.get(scenario) ?? playOnOurs(scenario),
    );
  }).timeout(60_000);
});

describe('PullToPush, beside traces of the real one', () => {
  it('makes the calls that Twisted made', async () => {
    const recorded = JSON.parse(
      readFileSync(new URL('./traces/pull-to-push.json', import.meta.url), 'utf8'),
    ) as { scenario: Scenario; trace: Trace }[];
    expect(recorded).to.have.length.above(50);
    for (const { scenario, trace } of recorded) {
      expect(await playOnOurs(scenario), JSON.stringify(scenario)).to.deep.equal(trace);
    }
  });
});
