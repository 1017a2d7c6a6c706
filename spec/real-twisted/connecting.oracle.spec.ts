import { loggedErrors } from '../support/logged.js';
import { playOnOurs, randomScenario } from './support/connecting-player.js';
import { expectTwistedToAgree, makeScenarios } from './support/fuzz.js';
import { describeWithTwisted } from './support/twisted.js';

describeWithTwisted('listen and connect, beside the real ones', () => {
  loggedErrors(); // Both log what the callbacks throw.

  it('tell factories and protocols the same, in the same order, whatever these do', async function () {
    this.timeout(120_000);
    const scenarios = makeScenarios(randomScenario, { scenarios: 300 });
    await expectTwistedToAgree('connecting', scenarios, playOnOurs);
  });
});
