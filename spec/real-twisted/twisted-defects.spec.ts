import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import { askTwisted, describeWithTwisted } from './support/twisted.js';

/** The answer of ./oracle/defects.py for each defect in ../docs/twisted-defects.md. */
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
  wrapsNothing: [1, null],
  looksWithoutConnections: 3,
  throttledTwice: /AlreadyCancelled/,
  restsForOthers: true,
  earlierEndsBoth: ['pause', 'pause', 'resume', 'resume'],
  resumesForOthers: 'producing',
  throttlesPull: /no attribute 'pauseProducing'/,
  unregistersNobody: /AttributeError/,
  byPeer: /'IPv4Address' object is not subscriptable/,
  timedOutWrites: /AlreadyCalled/,
  timeoutWithoutPeriod: true,
  cancelledTimeout: /AlreadyCancelled/,
};

/** The answer of ./oracle/receiver_defects.py for each. */
const RECEIVER_DEFECTS: Record<string, unknown> = {
  lineAfterRaw: ['raw', 'a'],
  lineAfterResume: ['a', 'b'],
  emptyDelimiter: [],
  linesAfterLong: ['b'],
  linesAfterException: ['a', 'c'],
  linesOutOfOrder: ['a', 'c', 'b'],
  lineOnlyAlone: /has no attribute 'disconnecting'/,
  stringsAfterException: ['a', 'a', 'b', 'c'],
  stringsAfterResume: ['a', 'a', 'b', 'b'],
  stringsAfterLong: ['a', 'a'],
  recvdBetween: ['ab'],
  stringAfterLose: ['a', 'b', 'c', 'd'],
  lineEndInLength: false,
  noLength: /math domain error/,
  netstringAlone: /has no attribute '_remainingData'/,
  piecesAfterException: ['one', 'one', 'two', 'six'],
  piecesAfterFeeding: ['one', 'one', 'two', 'six', ''],
  delimiterInChunk: ['a', 'b;c'],
  formatInChunk: ['a', '', 'b'],
  statefulInConnectionMade: /has no attribute 'seek'/,
};

/** The answer of ./oracle/transport_defects.py for each. */
const TRANSPORT_DEFECTS: Record<string, unknown> = {
  readLostAgain: ['read lost', 'read lost'],
  halfClosedTwice: ['write lost', 'ConnectionLost'],
  bothHalvesLost: ['write lost', 'read lost'],
  abortUndone: ['write lost', 'ConnectionDone'],
};

describeWithTwisted('Twisted itself', () => {
  for (const [oracle, defects] of Object.entries({
    defects: DEFECTS,
    receiver_defects: RECEIVER_DEFECTS,
    transport_defects: TRANSPORT_DEFECTS,
  })) {
    const names = Object.keys(defects);
    let shown: unknown[];

    before(() => {
      shown = askTwisted(oracle, names);
    });
    for (const [i, name] of names.entries()) {
      it(`still has the defect '${name}' that the docs have a row for`, () => {
        const expected = defects[name];
        if (expected instanceof RegExp) expect(shown[i]).to.match(expected);
        else expect(shown[i]).to.deep.equal(expected);
      });
    }
  }
});

describe('docs/twisted-defects.md', () => {
  const page = readFileSync(new URL('../../docs/twisted-defects.md', import.meta.url), 'utf8');

  it('names only specs that there are', () => {
    const named = [...page.matchAll(/`(spec\/[^`]+\.ts)`\)?(?:: ([^;|(`]+))?/g)];
    expect(named).to.not.be.empty;
    for (const [, spec = '', title = ''] of named) {
      const source = readFileSync(new URL(`../../${spec}`, import.meta.url), 'utf8');
      for (const words of title.split(', ')) expect(source, spec).to.include(words.trim());
    }
  });
});
