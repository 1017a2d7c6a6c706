import { expect } from 'chai';

import { expectToAgree, makeScenarios, recorded } from './support/fuzz.js';
import { comparedUntilTheyPart, shareComparedToTheEnd } from './support/parting.js';
import { playOnOurs } from './support/proxy-player.js';
import { randomScenario, type Scenario } from './support/proxy-scenarios.js';
import { askTwisted, describeWithTwisted } from './support/twisted.js';

const compare = comparedUntilTheyPart(playOnOurs);

describeWithTwisted('The proxies, call by call beside real Twisted', () => {
  const check = async (
    twisted: Scenario['twisted'],
    kind: Scenario['kind'],
    atLeastToTheEnd: number,
  ): Promise<void> => {
    const scenarios = makeScenarios((random) => randomScenario(random, twisted, kind));
    const traces = askTwisted<string[]>('proxies', scenarios);
    await expectToAgree(scenarios, traces, compare, 'proxies');
    expect(shareComparedToTheEnd(traces)).to.be.above(atLeastToTheEnd);
  };

  it('BasicProducerConsumerProxy does what Twisted does, up to where the design departs', async () => {
    await check('as it is', 'basic', 0.5);
  });

  it('ProducerConsumerProxy does what Twisted does, up to where the design departs', async () => {
    await check('as it is', 'proxy', 0.5);
  });

  it('ShapedConsumer does so while its bucket has room', async () => {
    await check('as it is', 'shaped', 0.3);
  });

  it('BasicProducerConsumerProxy does what Twisted does with the decided changes, to the end', async () => {
    await check('as decided', 'basic', 0.8);
  });

  it('ProducerConsumerProxy does what Twisted does with the decided changes, to the end', async () => {
    await check('as decided', 'proxy', 0.9);
  });
});

describe('The proxies, call by call beside traces of real Twisted', () => {
  it('do what Twisted did', async () => {
    const { scenarios, answers } = recorded<Scenario, readonly string[]>('proxies.json');
    expect(scenarios).to.have.length.above(100);
    await expectToAgree(scenarios, answers, compare);
  });
});
