import { expectRecordedToAgree, expectTwistedToAgree, makeScenarios } from './support/fuzz.js';
import { playOnOurs, randomScenario, randomScenarioThatWaits } from './support/loopback-player.js';
import { describeWithTwisted } from './support/twisted.js';

describeWithTwisted('loopback, beside the real one', () => {
  it('delivers, asks and closes in the same order', async () => {
    await expectTwistedToAgree('loopback', makeScenarios(randomScenario), playOnOurs);
  });

  it('closes once the registered producer has unregistered', async () => {
    await expectTwistedToAgree('loopback', makeScenarios(randomScenarioThatWaits), playOnOurs);
  });
});

describe('loopback, beside traces of the real one', () => {
  it('delivers, asks and closes in the same order', async () => {
    await expectRecordedToAgree('loopback.json', playOnOurs);
  });
});
