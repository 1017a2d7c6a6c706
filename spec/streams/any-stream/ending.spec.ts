/** How a connection ended: every row of the table, and what must hold for all of them. */
import { expect } from 'chai';
import fc from 'fast-check';

import { ConnectionAborted, ConnectionDone, ConnectionLost } from '../../../lib/index.js';
import {
  endingOf,
  type Event,
  type ReadHalf,
  type StreamFacts,
  type WriteHalf,
} from '../../../lib/streams/any-stream/ending.js';

const writeHalves: readonly WriteHalf[] = ['open', 'ending', 'delivered', 'gone'];
const readHalves: readonly ReadHalf[] = ['open', 'ended', 'unread'];
const events: readonly Event[] = [
  'abort',
  'error',
  'refused',
  'gone',
  'handshake',
  'reset',
  'end',
  'finish',
  'close',
];
const failures: readonly Event[] = ['error', 'refused', 'gone', 'handshake', 'reset'];

const anyFacts = fc.record<StreamFacts>({
  write: fc.constantFrom(...writeHalves),
  read: fc.constantFrom(...readHalves),
  isBuffering: fc.boolean(),
});
const anyEvent = fc.constantFrom(...events);
const isOver = (half: WriteHalf) => half === 'delivered' || half === 'gone';

describe('The reason of an ending', () => {
  it('is ConnectionDone only where nothing can have been dropped', () => {
    fc.assert(
      fc.property(anyFacts, anyEvent, (facts, event) => {
        if (!(endingOf(facts, event) instanceof ConnectionDone)) return;
        const { write, read, isBuffering } = facts;
        expect(failures).not.to.include(event);
        // All had left it when it said `finish`; or it was never ended, and holds nothing.
        expect(isOver(write) || (write === 'open' && !isBuffering)).to.equal(true);
        expect(read).not.to.equal('open');
        if (write === 'open') expect(read, 'the other end had hung up').to.equal('ended');
      }),
    );
  });

  it('is never anything but one of three, and ConnectionLost has a cause', () => {
    fc.assert(
      fc.property(anyFacts, anyEvent, fc.boolean(), (facts, event, hasCause) => {
        const cause = new Error('boom');
        const reason = endingOf(facts, event, hasCause ? cause : undefined);
        if (reason === undefined || reason instanceof ConnectionDone) return;
        expect(reason).to.be.instanceOf(ConnectionLost);
        if (reason instanceof ConnectionAborted) expect(event).to.equal('abort');
        else if (hasCause) expect(reason.cause).to.equal(cause);
        else if (event !== 'error') {
          expect(reason.cause).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
        }
      }),
    );
  });

  it('says what is known of the cause, and no more', () => {
    const facts: StreamFacts = { write: 'open', read: 'open', isBuffering: false };
    const causeOf = (event: Event) => endingOf(facts, event)?.cause as Error | undefined;
    expect(causeOf('error'), 'the stream said `error` without one').to.equal(undefined);
    expect(causeOf('handshake')?.message).to.include('TLS');
    expect(causeOf('reset')?.message).not.to.include('TLS');
  });

  it('is there after every failure and every close, and after an abort', () => {
    fc.assert(
      fc.property(anyFacts, anyEvent, (facts, event) => {
        if (event === 'end' || event === 'finish') return;
        expect(endingOf(facts, event)).not.to.equal(undefined);
      }),
    );
  });

  it('is not there while a half goes on', () => {
    fc.assert(
      fc.property(anyFacts, fc.constantFrom<Event>('end', 'finish'), (facts, event) => {
        const { write, read } = facts;
        const goesOn = event === 'end' ? !isOver(write) : isOver(write) && read !== 'ended';
        if (goesOn) expect(endingOf(facts, event)).to.equal(undefined);
      }),
    );
  });

  it('gets no better by buffered bytes', () => {
    fc.assert(
      fc.property(anyFacts, anyEvent, (facts, event) => {
        const holding = endingOf({ ...facts, isBuffering: true }, event);
        const empty = endingOf({ ...facts, isBuffering: false }, event);
        if (holding instanceof ConnectionDone) expect(empty).to.be.instanceOf(ConnectionDone);
        if (holding === undefined) expect(empty).to.equal(undefined);
      }),
    );
  });

  const rows: [Event, WriteHalf, ReadHalf, boolean, string | null][] = [
    ['abort', 'delivered', 'ended', false, 'ConnectionAborted'],
    ['error', 'delivered', 'ended', false, 'ConnectionLost'],
    ['refused', 'open', 'ended', false, 'ConnectionLost'],
    ['gone', 'gone', 'unread', false, 'ConnectionLost'],
    ['handshake', 'ending', 'ended', false, 'ConnectionLost'],
    ['reset', 'delivered', 'ended', false, 'ConnectionLost'],
    ['end', 'open', 'ended', false, null],
    ['end', 'ending', 'ended', true, null],
    ['end', 'delivered', 'ended', false, 'ConnectionDone'],
    ['end', 'gone', 'ended', false, 'ConnectionDone'],
    ['finish', 'delivered', 'ended', false, 'ConnectionDone'],
    ['finish', 'delivered', 'open', false, null],
    ['finish', 'gone', 'unread', false, null],
    ['finish', 'open', 'ended', false, 'ConnectionDone'],
    ['finish', 'open', 'ended', true, 'ConnectionLost'],
    ['finish', 'open', 'unread', false, 'ConnectionLost'],
    ['close', 'delivered', 'open', false, 'ConnectionLost'],
    ['close', 'delivered', 'unread', false, 'ConnectionDone'],
    ['close', 'gone', 'ended', false, 'ConnectionDone'],
    ['close', 'gone', 'unread', false, 'ConnectionLost'],
    ['close', 'ending', 'ended', false, 'ConnectionLost'],
    ['close', 'open', 'ended', false, 'ConnectionDone'],
    ['close', 'open', 'ended', true, 'ConnectionLost'],
    ['close', 'open', 'unread', false, 'ConnectionLost'],
  ];
  for (const [event, write, read, isBuffering, name] of rows) {
    const halves = `${write} to write, ${read} to read, ${isBuffering ? 'much' : 'nothing'} held`;
    it(`${event}: ${halves}: ${name ?? 'none yet'}`, () => {
      expect(endingOf({ write, read, isBuffering }, event)?.name ?? null).to.equal(name);
    });
  }
});
