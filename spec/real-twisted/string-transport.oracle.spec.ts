import { expectRecordedToAgree, expectTwistedToAgree, makeScenarios } from './support/fuzz.js';
import { playOnOurs, randomScenario } from './support/string-transport-player.js';
import { describeWithTwisted } from './support/twisted.js';

describeWithTwisted('StringTransport, beside the real one', () => {
  it('takes, refuses and notes the same', async () => {
    await expectTwistedToAgree('string_transport', makeScenarios(randomScenario), playOnOurs);
  });
});

describe('StringTransport, beside traces of the real one', () => {
  it('takes, refuses and notes the same', async () => {
    await expectRecordedToAgree('string-transport.json', playOnOurs);
  });
});
