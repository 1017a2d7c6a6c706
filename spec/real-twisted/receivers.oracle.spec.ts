import { expect } from 'chai';

import { expectToAgree, makeScenarios, recorded } from './support/fuzz.js';
import { comparedUntilTheyPart, shareComparedToTheEnd } from './support/parting.js';
import { playOnOurs } from './support/receiver-player.js';
import { type Kind, randomScenario, type Scenario } from './support/receiver-scenarios.js';
import { askTwisted, describeWithTwisted } from './support/twisted.js';

const compare = comparedUntilTheyPart(playOnOurs);

describeWithTwisted('The receivers, call by call beside real Twisted', () => {
  const check = async (kind: Kind, atLeastToTheEnd: number): Promise<void> => {
    const scenarios = makeScenarios((random) => randomScenario(random, kind));
    const traces = askTwisted<string[]>('receivers', scenarios);
    await expectToAgree(scenarios, traces, compare, 'receivers');
    expect(shareComparedToTheEnd(traces)).to.be.above(atLeastToTheEnd);
  };

  it('LineReceiver does what Twisted does, until the connection is to close', async () => {
    await check('line', 0.85);
  });

  it('LineOnlyReceiver does what Twisted does, up to where the design departs', async () => {
    await check('line only', 0.5);
  });

  it('NetstringReceiver does what Twisted does, up to where the design departs', async () => {
    await check('netstring', 0.3);
  });

  it('Int8StringReceiver does what Twisted does, up to where the design departs', async () => {
    await check('int8', 0.35);
  });

  it('Int16StringReceiver does what Twisted does, up to where the design departs', async () => {
    await check('int16', 0.25);
  });

  it('StatefulProtocol does what Twisted does, up to where the design departs', async () => {
    await check('stateful', 0.5);
  });
});

describe('The receivers, call by call beside traces of real Twisted', () => {
  it('do what Twisted did', async () => {
    const { scenarios, answers } = recorded<Scenario, readonly string[]>('receivers.json');
    expect(scenarios).to.have.length.above(100);
    await expectToAgree(scenarios, answers, compare);
  });
});
