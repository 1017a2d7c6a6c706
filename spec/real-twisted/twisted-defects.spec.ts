import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import { askTwisted, describeWithTwisted } from './support/twisted.js';

/** What ./oracle/defects.py shows of each defect in ../docs/twisted-defects.md. */
const DEFECTS: Record<string, unknown> = {
  bytesHeld: /expected str instance, bytes found/,
  freshData: /Writing fresh data to consumer before my buffer is empty!/,
  repeated: ['a', 'a'],
  forgottenQuestion: false,
  pausedForGood: ['pause'],
  secondProducer: true,
  pauseOfAnother: ['resume'],
  stopped: false,
  stall: ['ab', '', false],
  partOfAByte: /slice indices must be integers/,
  asksFullBucket: ['resume', 'resume'],
  leavesTransport: ['unregister'],
  byHost: /'IPv4Address' object is not subscriptable/,
  byServer: /'IPv4Address' object is not subscriptable/,
  nestedFilters: /takes 2 positional arguments but 3 were given/,
  sweep: /dictionary changed size during iteration/,
  sweptParent: false,
  finishEarly: ['finish', 'a', 'unregister'],
  loseEarly: ['lose'],
  sequenceOvertakes: ['b'],
  pausesOutput: [],
  stoppedTwice: -1,
  clockSetBack: -8,
  restartedLoop: [6, 6],
};

describeWithTwisted('Twisted itself', () => {
  const names = Object.keys(DEFECTS);
  let shown: unknown[];

  before(() => {
    shown = askTwisted('defects', names);
  });
  for (const [i, name] of names.entries()) {
    it(`still has the defect '${name}' that the docs have a row for`, () => {
      const expected = DEFECTS[name];
      if (expected instanceof RegExp) expect(shown[i]).to.match(expected);
      else expect(shown[i]).to.deep.equal(expected);
    });
  }
});

describe('docs/twisted-defects.md', () => {
  const page = readFileSync(new URL('../../docs/twisted-defects.md', import.meta.url), 'utf8');

  it('names only specs that there are', () => {
    for (const [, spec = '', title = ''] of page.matchAll(
      /\]\(\.\.\/(spec\/[^)]+)\)(?:: ([^;|[]+))?/g,
    )) {
      const source = readFileSync(new URL(`../../${spec}`, import.meta.url), 'utf8');
      for (const words of title.split(', ')) expect(source, spec).to.include(words.trim());
    }
  });
});
