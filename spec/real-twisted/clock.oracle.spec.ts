import { expectRecordedToAgree, expectTwistedToAgree, makeScenarios } from './support/fuzz.js';
import { playOnOurs, randomScenario } from './support/clock-player.js';
import { describeWithTwisted } from './support/twisted.js';

describeWithTwisted('Clock, beside the real one', () => {
  it('makes the same calls in the same order, also when they change each other', async () => {
    await expectTwistedToAgree('clock', makeScenarios(randomScenario), playOnOurs);
  });
});

describe('Clock, beside traces of the real one', () => {
  it('makes the same calls in the same order, also when they change each other', async () => {
    await expectRecordedToAgree('clock.json', playOnOurs);
  });
});
