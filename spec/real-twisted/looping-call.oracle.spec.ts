import { expectRecordedToAgree, expectTwistedToAgree, makeScenarios } from './support/fuzz.js';
import { playOnOurs, randomScenario } from './support/looping-call-player.js';
import { describeWithTwisted } from './support/twisted.js';

describeWithTwisted('LoopingCall, beside the real one', () => {
  it('calls at the same times, with the same counts, after any series of method calls', async () => {
    await expectTwistedToAgree('looping_call', makeScenarios(randomScenario), playOnOurs);
  }).timeout(60_000);
});

describe('LoopingCall, beside traces of the real one', () => {
  it('calls at the same times, with the same counts, after any series of method calls', async () => {
    await expectRecordedToAgree('looping-call.json', playOnOurs);
  });
});
