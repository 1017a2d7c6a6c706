import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import { makeScenarios } from './support/fuzz.js';
import { comparable, playOnOurs } from './support/receiver-player.js';
import { type Kind, PARTING, randomScenario, type Scenario } from './support/receiver-scenarios.js';
import { askTwisted, describeWithTwisted } from './support/twisted.js';

/** Compares every trace with ours; where they differ, shows the shortest scenario for which they do. */
function expectOursToDoTheSame(
  scenarios: readonly Scenario[],
  traces: readonly (readonly string[])[],
): void {
  const [shortest, ...others] = scenarios
    .map((scenario, i) => {
      const theirs = traces[i] as readonly string[];
      return {
        text: JSON.stringify(scenario),
        ours: comparable(playOnOurs(scenario), theirs),
        theirs,
      };
    })
    .filter(({ ours, theirs }) => JSON.stringify(ours) !== JSON.stringify(theirs))
    .sort((a, b) => a.text.length - b.text.length);
  if (shortest === undefined) return;
  const { text, ours, theirs } = shortest;
  expect(ours, `${others.length + 1} scenarios differ, such as ${text}`).to.deep.equal(theirs);
}

/** How much of what was compared was compared to its end. */
function shareComparedToTheEnd(traces: readonly (readonly string[])[]): number {
  return traces.filter((trace) => trace.at(-1) !== PARTING).length / traces.length;
}

describeWithTwisted('The receivers, call by call beside the real ones', () => {
  const compare = (kind: Kind, atLeastToTheEnd: number): void => {
    const scenarios = makeScenarios((random) => randomScenario(random, kind));
    const traces = askTwisted<string[]>('receivers', scenarios);
    expectOursToDoTheSame(scenarios, traces);
    expect(shareComparedToTheEnd(traces)).to.be.above(atLeastToTheEnd);
  };

  it('LineReceiver does what Twisted does, until the connection is to close', () => {
    compare('line', 0.85);
  });

  it('LineOnlyReceiver does what Twisted does, up to where the design departs', () => {
    compare('line only', 0.5);
  });

  it('NetstringReceiver does what Twisted does, up to where the design departs', () => {
    compare('netstring', 0.3);
  });

  it('Int8StringReceiver does what Twisted does, up to where the design departs', () => {
    compare('int8', 0.35);
  });

  it('Int16StringReceiver does what Twisted does, up to where the design departs', () => {
    compare('int16', 0.25);
  });

  it('StatefulProtocol does what Twisted does, up to where the design departs', () => {
    compare('stateful', 0.5);
  });
});

describe('The receivers, call by call beside traces of the real ones', () => {
  it('do what Twisted did', () => {
    const recorded = JSON.parse(
      readFileSync(new URL('./traces/receivers.json', import.meta.url), 'utf8'),
    ) as { scenario: Scenario; trace: string[] }[];
    expect(recorded).to.have.length.above(100);
    expectOursToDoTheSame(
      recorded.map(({ scenario }) => scenario),
      recorded.map(({ trace }) => trace),
    );
  });
});
