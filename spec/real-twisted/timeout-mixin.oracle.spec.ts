import { expectTwistedToAgree, makeScenarios } from './support/fuzz.js';
import { playOnOurs, randomScenario } from './support/timeout-mixin-player.js';
import { describeWithTwisted } from './support/twisted.js';

describeWithTwisted('TimeoutMixin, beside the real one', () => {
  it('times out at the same times, after any series of method calls', async () => {
    await expectTwistedToAgree('timeout_mixin', makeScenarios(randomScenario), playOnOurs);
  });
});
