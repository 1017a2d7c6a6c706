import { expect } from 'chai';

import * as errors from '../../../lib/twisted/core/errors.js';
import {
  InvalidArgTypeError,
  InvalidStateError,
  MethodNotImplementedError,
  OutOfRangeError,
} from '../../../lib/base/errors.js';
import {
  ConnectionAborted,
  ConnectionClosed,
  ConnectionDone,
  ConnectionLost,
  ProducerAlreadyRegisteredError,
  ProducerStoppedError,
} from '../../../lib/twisted/core/errors.js';

describe('errors', () => {
  const samples: [Error & { code: string }, string, string][] = [
    [new ConnectionClosed(), 'ConnectionClosed', 'ERR_CONNECTION_CLOSED'],
    [new ConnectionDone(), 'ConnectionDone', 'ERR_CONNECTION_DONE'],
    [new ConnectionLost(), 'ConnectionLost', 'ERR_CONNECTION_LOST'],
    [new ConnectionAborted(), 'ConnectionAborted', 'ERR_CONNECTION_ABORTED'],
    [
      new ProducerAlreadyRegisteredError(),
      'ProducerAlreadyRegisteredError',
      'ERR_PRODUCER_ALREADY_REGISTERED',
    ],
    [new ProducerStoppedError(), 'ProducerStoppedError', 'ERR_PRODUCER_STOPPED'],
    [
      new MethodNotImplementedError({}, 'write'),
      'MethodNotImplementedError',
      'ERR_METHOD_NOT_IMPLEMENTED',
    ],
    [new InvalidArgTypeError('data', 'bytes', 7), 'InvalidArgTypeError', 'ERR_INVALID_ARG_TYPE'],
    [new OutOfRangeError('rate', 'at least 0', -1), 'OutOfRangeError', 'ERR_OUT_OF_RANGE'],
    [new InvalidStateError('Not now'), 'InvalidStateError', 'ERR_INVALID_STATE'],
  ];

  it('are all looked at here', () => {
    const names = samples.map(([, name]) => name);
    expect(names).to.include.members(Object.keys(errors));
  });

  for (const [error, name, code] of samples) {
    it(`have a name, a code and a message each: ${name}`, () => {
      expect(error).to.be.instanceOf(Error).and.include({ name, code });
      expect(error.message).to.not.equal('');
      expect(error.stack).to.include(name);
    });
  }

  it('say by their class how a connection ended', () => {
    expect(new ConnectionDone()).to.be.instanceOf(ConnectionClosed);
    expect(new ConnectionLost()).to.be.instanceOf(ConnectionClosed);
    expect(new ConnectionAborted()).to.be.instanceOf(ConnectionLost);
    expect(new ConnectionDone()).to.not.be.instanceOf(ConnectionLost);
    expect(new ConnectionLost()).to.not.be.instanceOf(ConnectionDone);
  });

  it('keep the error that is behind them, and a message that is given', () => {
    const cause = new Error('ECONNRESET');
    for (const Closed of [ConnectionClosed, ConnectionDone, ConnectionLost, ConnectionAborted]) {
      expect(new Closed('Bye.', { cause })).to.include({ cause, message: 'Bye.' });
    }
    expect(new ProducerStoppedError(undefined, { cause })).to.have.property('cause', cause);
  });

  it('are those of JavaScript where it has them', () => {
    expect(new InvalidArgTypeError('data', 'bytes', 7)).to.be.instanceOf(TypeError);
    expect(new OutOfRangeError('rate', 'at least 0', -1)).to.be.instanceOf(RangeError);
  });

  it('have the message that a stopped producer has in Twisted', () => {
    expect(new ProducerStoppedError().message).to.equal('Consumer asked us to stop producing');
  });

  it('name the class that lacks a method', () => {
    class Half {}
    expect(new MethodNotImplementedError(new Half(), 'write').message).to.equal(
      'Half does not implement write()',
    );
  });

  for (const [value, described] of [
    ['text', "'text'"],
    ['x'.repeat(99), /^'x{28}'\.\.\. 71 more characters$/],
    [undefined, 'undefined'],
    [null, 'null'],
    [7, '7'],
    [7n, '7n'],
    [[1], 'an instance of Array'],
    [{}, 'an instance of Object'],
    [Object.create(null), 'an instance of Object'],
    [function write() {}, 'function write'],
    [() => {}, 'function'],
    [new (class Half {})(), 'an instance of Half'],
  ] as const) {
    it(`tell in one phrase what was received: ${String(described)}`, () => {
      const { message } = new InvalidArgTypeError('data', 'bytes', value);
      const [start, end] = message.split('. Received ');
      expect(start).to.equal('The "data" argument must be bytes');
      if (typeof described === 'string') expect(end).to.equal(described);
      else expect(end).to.match(described);
      expect(new OutOfRangeError('data', 'more', value).message).to.include(end);
    });
  }
});
