import { loggedErrors } from '../support/logged.js';
import { expectTwistedToAgree, makeScenarios } from './support/fuzz.js';
import { type Kind, playOnOurs, randomScenario } from './support/throwing-player.js';
import { SUBJECTS } from './support/throwing-subjects.js';
import { describeWithTwisted } from './support/twisted.js';

describeWithTwisted('Callbacks that call methods before they throw, beside real Twisted', () => {
  loggedErrors(); // Else it says what was thrown.

  for (const kind of Object.keys(SUBJECTS) as Kind[]) {
    it(`the ${kind} does what Twisted’s does`, async function () {
      this.timeout(60_000);
      const scenarios = makeScenarios((random) => randomScenario(random, kind));
      await expectTwistedToAgree('throwing', scenarios, playOnOurs);
    });
  }
});
