import { expect } from 'chai';

import { expectRecordedToAgree, expectTwistedToAgree, makeScenarios } from './support/fuzz.js';
import { playOnOurs, randomScenario } from './support/policies-player.js';
import { askTwisted, describeWithTwisted } from './support/twisted.js';

/** All but whether Twisted needed none of what was decided. */
const whatHappened = ([, ...steps]: readonly unknown[]) => steps;

describeWithTwisted('The policies, beside real Twisted', () => {
  const scenarios = makeScenarios(randomScenario);

  it('do the same to the same connections, also with callbacks that call methods', async () => {
    await expectTwistedToAgree('policies', scenarios, playOnOurs, whatHappened);
  }).timeout(60_000);

  it('differ from Twisted’s in few cases, all of them decided', () => {
    const traces = askTwisted<[same: boolean]>('policies', scenarios);
    const same = traces.filter(([isSame]) => isSame).length;
    expect(same / traces.length).to.be.above(0.75);
  }).timeout(60_000);
});

describe('The policies, beside traces of real Twisted', () => {
  it('do the same to the same connections, also with callbacks that call methods', async () => {
    await expectRecordedToAgree('policies.json', playOnOurs, whatHappened);
  });
});
