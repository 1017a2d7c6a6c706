import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import { playOnOurs } from './support/descriptor-player.js';
import {
  comparableAsItIs,
  tameScenario,
  wildScenario,
  type Scenario,
} from './support/descriptor-scenarios.js';
import { Random } from '../support/random.js';
import { askTwisted, describeWithTwisted } from './support/twisted.js';

/** Set it to look further than every run does. */
const SCENARIOS = Number(process.env['FUZZ_SCENARIOS'] ?? 1000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20);

const makeRandom = (make: (random: Random) => Scenario): Scenario[] => {
  const random = new Random(SEED);
  return Array.from({ length: SCENARIOS }, () => make(random));
};

/** Compares every trace with ours and shows the one that parts soonest. */
function expectOursToDoTheSame(scenarios: readonly Scenario[], traces: readonly string[][]): void {
  let shown: { agreed: number; scenario: Scenario; ours: string[]; theirs: string[] } | undefined;
  scenarios.forEach((scenario, i) => {
    const comparable = (trace: string[]): string[] =>
      scenario.twisted === 'as it is' ? comparableAsItIs(trace) : trace;
    const ours = comparable(playOnOurs(scenario));
    const theirs = comparable(traces[i] as string[]);
    const agreed = ours.findIndex((event, at) => event !== theirs[at]);
    if (agreed === -1 && ours.length === theirs.length) return;
    const parting = { agreed: agreed === -1 ? ours.length : agreed, scenario, ours, theirs };
    if (shown === undefined || parting.agreed < shown.agreed) shown = parting;
  });
  if (shown !== undefined) {
    expect(shown.ours, JSON.stringify(shown.scenario)).to.deep.equal(shown.theirs);
  }
}

describeWithTwisted('FileDescriptor, event by event beside the real one', () => {
  const compare = (scenarios: readonly Scenario[]): void =>
    expectOursToDoTheSame(scenarios, askTwisted<string[]>('file_descriptor', scenarios));

  it('does what Twisted does, unchanged, where the design changes nothing', () => {
    compare(makeRandom(tameScenario));
  });

  it('does what Twisted does with the decided changes, whatever re-enters and throws', () => {
    compare(makeRandom((random) => wildScenario(random, false)));
  });

  it('does that also where a close waits for the producer', () => {
    compare(makeRandom((random) => wildScenario(random, true)));
  });
});

describe('FileDescriptor, event by event beside traces of the real one', () => {
  it('does what Twisted did', () => {
    const recorded = JSON.parse(
      readFileSync(new URL('./traces/file-descriptor.json', import.meta.url), 'utf8'),
    ) as { scenario: Scenario; trace: string[] }[];
    expectOursToDoTheSame(
      recorded.map(({ scenario }) => scenario),
      recorded.map(({ trace }) => trace),
    );
  });
});
