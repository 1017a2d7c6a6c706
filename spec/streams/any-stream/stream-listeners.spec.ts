/** One listener of a stream, which hears what the stream says as long as it is its listener. */
import { EventEmitter } from 'node:events';
import http from 'node:http';
import { PassThrough, Writable } from 'node:stream';

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
import { ConnectionLost } from '../../../lib/twisted/core/index.js';
import { failure } from '../../support/failure.js';
import { loggedErrors } from '../../support/logged.js';

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

/** One that HTTP/2 can reset. */
const resettable = (): PassThrough => Object.assign(new PassThrough(), { rstCode: 0 });

/** The events of a stream, each with its argument. */
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

  for (const [kind, make, guarded] of [
    ['PassThrough', () => new PassThrough(), ['error']],
    ['oldest', oldest, ['error']],
    ['resettable', resettable, ['error', 'aborted']],
  ] as const) {
    it(`hears nothing once it is removed; a guard on ${guarded.join(' and ')} stays: ${kind}`, () => {
      const stream = make();
      const before = stream.eventNames();
      const listener = noting(stream);
      addStreamListener(listener);
      addInputListener(listener);
      removeInputListener(listener);
      removeStreamListener(listener);
      expect(stream.eventNames()).to.have.members([...before, ...guarded]);
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

  it('is told that a stream of HTTP/2 was cut, in the next turn, if it only writes', async () => {
    const stream = resettable();
    const writing = noting(stream, false);
    addStreamListener(writing);
    stream.emit('aborted');
    expect(writing.told).to.deep.equal([]);
    await new Promise(setImmediate);
    expect(writing.told).to.deep.equal(['closed']);

    const reading = noting(resettable());
    addStreamListener(reading);
    (reading.stream as PassThrough).emit('aborted');
    await new Promise(setImmediate);
    expect(reading.told).to.deep.equal([]);
  });

  it('is told that the stream of HTTP/2 was cut that its own stream writes', async () => {
    const stream = resettable();
    const listener = noting(Object.assign(new PassThrough(), { stream }), false);
    for (let times = 0; times < 3; times++) {
      addStreamListener(listener);
      removeStreamListener(listener);
    }
    expect(stream.listenerCount('aborted')).to.equal(1);
    addStreamListener(listener);
    stream.emit('aborted');
    await new Promise(setImmediate);
    expect(listener.told).to.deep.equal(['closed']);
  });

  it('that is removed while the stream says that it was cut is not told of it', async () => {
    const stream = resettable();
    const listener = noting(stream, false);
    stream.on('aborted', () => removeStreamListener(listener));
    addStreamListener(listener);
    stream.emit('aborted');
    await new Promise(setImmediate);
    expect(listener.told).to.deep.equal([]);
  });

  it('is not told what streams other than those of HTTP/2 mean by `aborted`', async () => {
    const stream = new PassThrough();
    const listener = noting(stream, false);
    addStreamListener(listener);
    stream.emit('aborted');
    await new Promise(setImmediate);
    expect(listener.told).to.deep.equal([]);
  });

  it('may write an answer over HTTP that has no connection yet, nor a request with one', () => {
    for (const answer of [
      new http.OutgoingMessage(),
      new http.ServerResponse({ method: 'GET' } as http.IncomingMessage),
    ]) {
      const listener = noting(answer, false);
      addStreamListener(listener);
      answer.emit('drain');
      expect(listener.told).to.deep.equal(['drained']);
    }
  });
});

describe('The guard on error that a listener leaves', () => {
  const logged = loggedErrors();

  /** The errors that are logged when `stream` emits `error`. */
  const loggedOf = (stream: EventEmitter & AnyWritable, error: unknown = failure): unknown[] => {
    const listener = noting(stream, false);
    addStreamListener(listener);
    removeStreamListener(listener);
    stream.emit('error', error);
    return logged.splice(0);
  };
  /** One of which all has left that was written. */
  const finished = (members = {}): Writable =>
    Object.defineProperties(new Writable({ write() {} }), {
      writableFinished: { value: true },
      ...Object.getOwnPropertyDescriptors(members),
    });

  it('logs the error of a stream that has finished, and no other', () => {
    expect(loggedOf(finished())).to.deep.equal([failure]);
    expect(loggedOf(new Writable({ write() {} }))).to.deep.equal([]);
    expect(loggedOf(new PassThrough())).to.deep.equal([]);
    expect(loggedOf(finished({ readable: false }))).to.deep.equal([]);
  });

  it('logs none that others hear of, or may: a stream need not count its listeners', () => {
    expect(loggedOf(finished().on('error', () => {}))).to.deep.equal([]);
    expect(loggedOf(finished({ listenerCount: undefined }))).to.deep.equal([]);
  });

  it('logs no reason that a connection was closed for', () => {
    expect(loggedOf(finished(), new ConnectionLost())).to.deep.equal([]);
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
