import { loggedErrors } from '../support/logged.js';
import { playOnOurs, randomScenario } from './support/file-body-producer-player.js';
import { expectTwistedToAgree, makeScenarios } from './support/fuzz.js';
import { describeWithTwisted } from './support/twisted.js';

describeWithTwisted('FileBodyProducer, beside the real one', () => {
  loggedErrors(); // The failures of its cooperator's other tasks are logged.

  it('reads, writes, waits and ends as that does, called back from anywhere', async function () {
    this.timeout(60_000);
    await expectTwistedToAgree('file_body_producer', makeScenarios(randomScenario), playOnOurs);
  });
});
