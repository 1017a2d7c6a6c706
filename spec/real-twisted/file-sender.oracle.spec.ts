import {
  comparableAsItIs,
  playOnOurs,
  tameScenario,
  wildScenario,
} from './support/file-sender-player.js';
import { expectRecordedToAgree, expectTwistedToAgree, makeScenarios } from './support/fuzz.js';
import { describeWithTwisted } from './support/twisted.js';

describeWithTwisted('FileSender of a file-like, event by event beside the real one', () => {
  it('does what Twisted does, unchanged, where the design changes nothing', async () => {
    const scenarios = makeScenarios(tameScenario);
    await expectTwistedToAgree('file_sender', scenarios, playOnOurs, comparableAsItIs);
  });

  it('does what Twisted does with the decided changes, also when callbacks re-enter', async () => {
    await expectTwistedToAgree('file_sender', makeScenarios(wildScenario), playOnOurs);
  });
});

describe('FileSender of a file-like, event by event beside traces of the real one', () => {
  it('does what Twisted did with the decided changes', async () => {
    await expectRecordedToAgree('file-sender.json', playOnOurs);
  });
});
