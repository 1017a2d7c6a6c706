import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import { makeScenarios } from './support/fuzz.js';
import { comparable, playOnOurs } from './support/proxy-player.js';
import { PARTING, randomScenario, type Scenario } from './support/proxy-scenarios.js';
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

describeWithTwisted('The proxies, call by call beside the real ones', () => {
  const compare = (
    twisted: Scenario['twisted'],
    kind: Scenario['kind'],
    atLeastToTheEnd: number,
  ): void => {
    const scenarios = makeScenarios((random) => randomScenario(random, twisted, kind));
    const traces = askTwisted<string[]>('proxies', scenarios);
    expectOursToDoTheSame(scenarios, traces);
    expect(shareComparedToTheEnd(traces)).to.be.above(atLeastToTheEnd);
  };

  it('BasicProducerConsumerProxy does what Twisted does, up to where the design departs', () => {
    compare('as it is', 'basic', 0.5);
  });

  it('ProducerConsumerProxy does what Twisted does, up to where the design departs', () => {
    compare('as it is', 'proxy', 0.5);
  });

  it('ShapedConsumer does so while its bucket has room', () => {
    compare('as it is', 'shaped', 0.3);
  });

  it('BasicProducerConsumerProxy does what Twisted does with the decided changes, to the end', () => {
    compare('as decided', 'basic', 0.8);
  });

  it('ProducerConsumerProxy does what Twisted does with the decided changes, to the end', () => {
    compare('as decided', 'proxy', 0.9);
  });
});

describe('The proxies, call by call beside traces of the real ones', () => {
  it('do what Twisted did', () => {
    const recorded = JSON.parse(
      readFileSync(new URL('./traces/proxies.json', import.meta.url), 'utf8'),
    ) as { scenario: Scenario; trace: string[] }[];
    expect(recorded).to.have.length.above(100);
    expectOursToDoTheSame(
      recorded.map(({ scenario }) => scenario),
      recorded.map(({ trace }) => trace),
    );
  });
});
