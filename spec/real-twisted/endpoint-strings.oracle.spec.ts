import { expectTwistedToAgree, makeScenarios } from './support/fuzz.js';
import { askOurs, randomDescription } from './support/endpoint-strings.js';
import { describeWithTwisted } from './support/twisted.js';

describeWithTwisted('Descriptions of endpoints, beside real Twisted', () => {
  it('mean the same, or are refused', async function () {
    this.timeout(60_000); // Twisted looks for plugins, for each type that it doesn't know.
    await expectTwistedToAgree('endpoint_strings', makeScenarios(randomDescription), askOurs);
  });
});
