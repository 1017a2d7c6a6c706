import { log } from '../../lib/index.js';
import { expectTwistedToAgree, makeScenarios } from './support/fuzz.js';
import { type Kind, playOnOurs, randomScenario } from './support/throwing-player.js';
import { SUBJECTS } from './support/throwing-subjects.js';
import { describeWithTwisted } from './support/twisted.js';

describeWithTwisted('Callbacks that call methods before they throw, beside real Twisted', () => {
  let stopObserving: () => void;
  before(() => (stopObserving = log.addObserver(() => {}))); // Else it says what was thrown.
  after(() => stopObserving());

  for (const kind of Object.keys(SUBJECTS) as Kind[]) {
    it(`the ${kind} does what Twisted’s does`, async function () {
      this.timeout(60_000);
      const scenarios = makeScenarios((random) => randomScenario(random, kind));
      await expectTwistedToAgree('throwing', scenarios, playOnOurs);
    });
  }
});
