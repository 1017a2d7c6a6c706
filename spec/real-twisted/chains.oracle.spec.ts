import { expectRecordedToAgree, expectTwistedToAgree, makeScenarios } from './support/fuzz.js';
import { playOnOurs } from './support/chain-player.js';
import { randomScenario } from './support/chain-scenarios.js';
import { describeWithTwisted } from './support/twisted.js';

describeWithTwisted('Consumers and producers one behind another, beside real Twisted', () => {
  it('make the same calls in the same order, whatever their callbacks call or throw', async () => {
    await expectTwistedToAgree('chains', makeScenarios(randomScenario), playOnOurs);
  });
});

describe('Consumers and producers one behind another, beside traces of real Twisted', () => {
  it('make the same calls in the same order, whatever their callbacks call or throw', async () => {
    await expectRecordedToAgree('chains.json', playOnOurs);
  });
});
