import { expectTwistedToAgree, makeScenarios } from './support/fuzz.js';
import { askOurs, randomDescription } from './support/endpoint-strings.js';
import { describeWithTwisted } from './support/twisted.js';

describeWithTwisted('Descriptions of endpoints, beside real Twisted', () => {
  it('mean the same, or are refused', async () => {
    await expectTwistedToAgree('endpoint_strings', makeScenarios(randomDescription), askOurs);
  });
});
