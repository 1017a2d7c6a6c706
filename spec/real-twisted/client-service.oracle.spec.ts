import { playOnOurs, randomScenario } from './support/client-service-player.js';
import { expectTwistedToAgree, makeScenarios } from './support/fuzz.js';
import { describeWithTwisted } from './support/twisted.js';

describeWithTwisted('ClientService, beside the real one', () => {
  it('connects, waits, stops and answers as that does', async function () {
    this.timeout(60_000);
    await expectTwistedToAgree('client_service', makeScenarios(randomScenario), playOnOurs);
  });
});
