/** One listener of a stream, which hears what the stream says as long as it is its listener. */
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';

import { expect } from 'chai';

import {
  addInputListener,
  addStreamListener,
  assertUnwritten,
  removeInputListener,
  removeStreamListener,
  type AnyWritable,
  type StreamListener,
} from '../../../lib/streams/any-stream/index.js';
import { failure } from '../../support/failure.js';

const invalid = { name: 'InvalidStateError', code: 'ERR_INVALID_STATE' };

/** A listener of `stream` that notes what it is told. */
function noting(stream: AnyWritable, hasInput = true): StreamListener & { told: unknown[] } {
  const told: unknown[] = [];
  return {
    stream,
    told,
    drained: () => told.push('drained'),
    finished: () => told.push('finished'),
    endedOldStyle: () => told.push('ended, old style'),
    closed: () => told.push('closed'),
    errored: (error) => told.push(error),
    input: hasInput
      ? {
          half: 'open',
          isStopped: false,
          start() {},
          stop() {},
          received: (chunk) => told.push(chunk),
          ended: () => told.push('ended'),
          delayClose: () => false,
        }
      : undefined,
  };
}

const oldest = (): EventEmitter & AnyWritable =>
  Object.assign(new EventEmitter(), { write() {}, end() {} });

/** What a stream may say, each with its argument. */
const events: [string, unknown?][] = [
  ['drain'],
  ['finish'],
  ['data', 'chunk'],
  ['end'],
  ['error', failure],
  ['close'],
];

function sayAll(stream: EventEmitter): void {
  for (const [event, argument] of events) stream.emit(event, argument);
}

describe('The listener of a stream', () => {
  it('is told of each event, and its input of data and end', () => {
    const stream = new PassThrough();
    const listener = noting(stream);
    addStreamListener(listener);
    addInputListener(listener);
    sayAll(stream);
    expect(listener.told).to.deep.equal([
      ...['drained', 'finished', 'chunk', 'ended'],
      failure,
      'closed',
    ]);
  });

  it('is told of `end` as the last word of a stream that never says `finish`', () => {
    const stream = oldest();
    const listener = noting(stream);
    addStreamListener(listener);
    stream.emit('end');
    expect(listener.told).to.deep.equal(['ended, old style']);
    const modern = noting(new PassThrough());
    addStreamListener(modern);
    (modern.stream as PassThrough).emit('end');
    expect(modern.told).to.deep.equal([]);
  });

  it('without an input is told of nothing that is read', () => {
    const stream = new PassThrough();
    const listener = noting(stream, false);
    addStreamListener(listener);
    addInputListener(listener);
    for (const event of ['data', 'end']) stream.emit(event);
    expect(listener.told).to.deep.equal([]);
  });

  it('hears no data any more once its input is removed, and still the rest', () => {
    const stream = new PassThrough();
    const listener = noting(stream);
    addStreamListener(listener);
    addInputListener(listener);
    removeInputListener(listener);
    for (const event of ['data', 'end']) expect(stream.listenerCount(event)).to.equal(0);
    sayAll(stream);
    expect(listener.told).to.deep.equal(['drained', 'finished', failure, 'closed']);
  });

  for (const make of [() => new PassThrough(), oldest]) {
    it(`hears nothing once it is removed; a guard on error stays: ${make().constructor.name}`, () => {
      const stream = make();
      const before = stream.eventNames();
      const listener = noting(stream);
      addStreamListener(listener);
      addInputListener(listener);
      removeInputListener(listener);
      removeStreamListener(listener);
      expect(stream.eventNames()).to.have.members([...before, 'error']);
      sayAll(stream);
      expect(listener.told).to.deep.equal([]);
    });
  }

  it('is not told from inside the call that adds it', () => {
    const stream = oldest();
    // As minipass does with events of the past.
    const on = stream.on.bind(stream);
    Object.assign(stream, {
      on: (event: string, listener: () => void) => {
        on(event, listener);
        stream.emit(event);
      },
    });
    const listener = noting(stream);
    addStreamListener(listener);
    expect(listener.told).to.deep.equal([]);
    stream.emit('close');
    expect(listener.told).to.deep.equal(['closed']);
  });

  it('that is removed in the midst of an event is told no more of it', () => {
    const stream = oldest();
    const listener = noting(stream);
    const remove = () => {
      removeInputListener(listener);
      removeStreamListener(listener);
    };
    for (const [event] of events) stream.on(event, remove);
    for (const [event, argument] of events) {
      addStreamListener(listener);
      addInputListener(listener);
      stream.emit(event, argument);
    }
    expect(listener.told).to.deep.equal([]);
  });
});

describe('A second listener of a stream', () => {
  it('is refused, and nothing has changed', () => {
    const stream = new PassThrough();
    const first = noting(stream);
    const second = noting(stream);
    assertUnwritten(stream);
    addStreamListener(first);
    expect(() => addStreamListener(second))
      .to.throw(Error)
      .that.includes(invalid);
    expect(() => assertUnwritten(stream))
      .to.throw(Error)
      .that.includes(invalid);
    removeStreamListener(second);
    stream.emit('drain');
    expect(first.told).to.deep.equal(['drained']);
    expect(second.told).to.deep.equal([]);
  });

  it('is taken after the first, with one guard on error for both', () => {
    const stream = new PassThrough();
    const first = noting(stream);
    const second = noting(stream);
    addStreamListener(first);
    removeStreamListener(first);
    assertUnwritten(stream);
    addStreamListener(second);
    expect(stream.listenerCount('error')).to.equal(1);
    stream.emit('error', failure);
    expect([first.told, second.told]).to.deep.equal([[], [failure]]);
  });
});
