import { loggedErrors } from '../support/logged.js';
import type { Random } from '../support/random.js';
import { type Comparison, expectToAgree, makeScenarios } from './support/fuzz.js';
import { playOnOurs } from './support/transport-player.js';
import {
  comparableAsItIs,
  pausingScenarios,
  randomScenario,
  type Scenario,
  tameScenario,
} from './support/transport-scenarios.js';
import { askTwisted, describeWithTwisted } from './support/twisted.js';

/** One after the other: those of a turn of the event loop share the time of that turn. */
let last: Promise<unknown> = Promise.resolve();
function playInTurn(scenario: Scenario): Promise<string[]> {
  const playing = last.then(() => playOnOurs(scenario));
  last = playing;
  return playing;
}

/** Ours is to do what Twisted does in one of the orders in which a reactor may do things. */
async function compare(scenario: Scenario, answer: string[][] | null): Promise<Comparison> {
  if (answer === null) return { ours: null, theirs: null };
  const comparable = (trace: string[]): string[] =>
    scenario.twisted === 'as it is' ? comparableAsItIs(trace) : trace;
  const possible = answer.map(comparable);
  const ours = comparable(await playInTurn(scenario));
  const agreed = (trace: string[]): number => {
    const at = trace.findIndex((line, i) => line !== ours[i]);
    return at < 0 ? trace.length : at;
  };
  const [theirs] = possible.sort((a, b) => agreed(b) - agreed(a));
  const same = possible.find((trace) => JSON.stringify(trace) === JSON.stringify(ours));
  return { ours, theirs: same ?? theirs };
}

describeWithTwisted('DuplexTransport, event by event beside Twisted’s tcp.Server', function () {
  this.timeout(600_000); // For many scenarios; those of every run take seconds.
  loggedErrors(); // Callbacks throw.

  const check = async (make: (random: Random) => Scenario, some?: object): Promise<void> => {
    const scenarios = makeScenarios(make, some);
    const answers = askTwisted<string[][] | null>('duplex_transport', scenarios);
    await expectToAgree(scenarios, answers, compare, 'duplex_transport');
  };

  it('does what Twisted does, unchanged, where nothing was decided', async () => {
    await check(tameScenario);
  });

  it('does what Twisted does with the decided changes', async () => {
    await check((random) => randomScenario(random, 1));
  });

  it('does that with two connections that produce for each other', async () => {
    await check((random) => randomScenario(random, 2));
  });

  for (const isOverTCP of [false, true]) {
    const where = isOverTCP ? 'over TCP' : 'in memory';
    it(`does that in each order of packets, the end and a half close, paused with every packet, ${where}`, async () => {
      const scenarios = pausingScenarios(isOverTCP);
      const answers = askTwisted<string[][] | null>('duplex_transport', scenarios);
      await expectToAgree(scenarios, answers, compare, 'duplex_transport');
    });
  }

  it('does that over TCP', async () => {
    await check((random) => randomScenario(random, 2, true), { scenarios: 100 });
  });
});
