import { expectTwistedToAgree, makeScenarios } from './support/fuzz.js';
import { playOnOurs, randomScenario } from './support/timeout-mixin-player.js';
import { describeWithTwisted } from './support/twisted.js';

describeWithTwisted('TimeoutMixin, beside the real one', () => {
  it('times out at the same times, whatever is done to it', async () => {
    await expectTwistedToAgree('timeout_mixin', makeScenarios(randomScenario), playOnOurs);
  });
});
