import { playOnOurs, randomScenario } from './support/reconnecting-player.js';
import { expectTwistedToAgree, makeScenarios } from './support/fuzz.js';
import { describeWithTwisted } from './support/twisted.js';

describeWithTwisted('ReconnectingClientFactory, beside the real one', () => {
  it('waits, connects and gives up as that does', async () => {
    const scenarios = makeScenarios(randomScenario);
    await expectTwistedToAgree('reconnecting_client_factory', scenarios, playOnOurs);
  });
});
