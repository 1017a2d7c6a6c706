import { expect } from 'chai';

import { playOnOurs } from './support/descriptor-player.js';
import {
  comparableAsItIs,
  tameScenario,
  wildScenario,
  type Scenario,
} from './support/descriptor-scenarios.js';
import { expectToAgree, makeScenarios, recorded } from './support/fuzz.js';
import type { Random } from '../support/random.js';
import { askTwisted, describeWithTwisted } from './support/twisted.js';

const MANY = { scenarios: 1000, seed: 20 };

const compare = (scenario: Scenario, answer: string[]) => {
  const comparable = (trace: string[]): string[] =>
    scenario.twisted === 'as it is' ? comparableAsItIs(trace) : trace;
  return { ours: comparable(playOnOurs(scenario)), theirs: comparable(answer) };
};

describeWithTwisted('FileDescriptor, event by event beside the real one', () => {
  const check = async (make: (random: Random) => Scenario): Promise<void> => {
    const scenarios = makeScenarios(make, MANY);
    const answers = askTwisted<string[]>('file_descriptor', scenarios);
    await expectToAgree(scenarios, answers, compare, 'file_descriptor');
  };

  it('does what Twisted does, unchanged, where the design changes nothing', async () => {
    await check(tameScenario);
  });

  it('does what Twisted does with the decided changes, also when callbacks re-enter and throw', async () => {
    await check((random) => wildScenario(random, false));
  });

  it('does that also where a close waits for the producer', async () => {
    await check((random) => wildScenario(random, true));
  });
});

describe('FileDescriptor, event by event beside traces of the real one', () => {
  it('does what Twisted did', async () => {
    const { scenarios, answers } = recorded<Scenario, string[]>('file-descriptor.json');
    expect(scenarios).to.have.length.above(100);
    await expectToAgree(scenarios, answers, compare);
  });
});
