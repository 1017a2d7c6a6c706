/** The way to a TLS handshake: the bytes before it leave first, and a loss stops it at each step. */
import type { Buffer } from 'node:buffer';
import { setImmediate as turn } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';

import { expect } from 'chai';
import sinon from 'sinon';

import { ConnectionLost } from '../../../lib/index.js';
import type { StreamReactor } from '../../../lib/streams/transports/stream-reactor.js';
import type { HandshakeListener } from '../../../lib/streams/transports/tls-side.js';
import { TLSUpgrade } from '../../../lib/streams/transports/tls-upgrade.js';

/** An upgrade of a stream that holds `writableLength` bytes, and the calls that it makes. */
function made(writableLength = 0) {
  const calls: unknown[] = [];
  let flushed = () => {};
  const reactor = {
    isDropped: false,
    sendError: undefined as Error | undefined,
    stream: {
      writableLength,
      write(chunk: Buffer, callback: () => void) {
        calls.push(`write ${chunk.length}`);
        flushed = callback;
      },
    },
    send(chunks: readonly unknown[], reportEmpty: boolean) {
      calls.push(['send', ...chunks, reportEmpty]);
      return reactor.sendError;
    },
    lose: (reason: Error) => calls.push(reason),
    leave: () => calls.push('leave'),
    call: (call: () => unknown) => call(),
  };
  let listener: HandshakeListener | undefined;
  const begin = (_stream: unknown, given: HandshakeListener) => {
    calls.push('begin');
    listener = given;
  };
  const side = { handshakeTimeout: 10_000, byKey: false, begin };
  const upgrade = new TLSUpgrade(reactor as unknown as StreamReactor, side, (socket, trust) =>
    calls.push(['secured', socket, trust]),
  );
  return { calls, reactor, upgrade, flush: () => flushed(), listener: () => listener };
}

describe('TLSUpgrade', () => {
  it('sends the bytes written before, and begins in the next turn if nothing is buffered', async () => {
    const { calls, upgrade } = made();
    upgrade.begin(['clear']);
    expect(calls).to.deep.equal([]);
    await turn();
    expect(calls).to.deep.equal([['send', 'clear', false], 'leave', 'begin']);
    upgrade.stop();
  });

  it('begins when the stream has sent all its buffered bytes', async () => {
    const { calls, upgrade, flush } = made(5);
    upgrade.begin([]);
    await turn();
    expect(calls).to.deep.equal([['send', false], 'write 0']);
    flush();
    expect(calls.slice(2)).to.deep.equal(['leave', 'begin']);
    upgrade.stop();
  });

  it('loses the connection with the error if the bytes cannot be sent', async () => {
    const { calls, reactor, upgrade } = made();
    const error = (reactor.sendError = new Error('broken'));
    upgrade.begin([]);
    await turn();
    expect(calls.slice(1)).to.deep.equal([error]);
  });

  it('sends nothing of a connection that is lost or dropped meanwhile', async () => {
    const lost = made();
    lost.upgrade.begin(['clear']);
    lost.upgrade.stop();
    const dropped = made();
    dropped.upgrade.begin(['clear']);
    dropped.reactor.isDropped = true;
    await turn();
    expect([lost.calls, dropped.calls]).to.deep.equal([[], []]);
  });

  it('does not begin over a connection that is lost or dropped while it sends', async () => {
    const lost = made(5);
    lost.upgrade.begin([]);
    const dropped = made(5);
    dropped.upgrade.begin([]);
    await turn();
    lost.upgrade.stop();
    dropped.reactor.isDropped = true;
    for (const { flush, calls } of [lost, dropped]) {
      flush();
      expect(calls.at(-1)).to.equal('write 0');
    }
  });

  it('goes on with the secure stream, and with the facts known about the other end', async () => {
    const { calls, upgrade, listener } = made();
    upgrade.begin([]);
    await turn();
    const socket = { authorized: true };
    listener()?.secured(socket as TLSSocket);
    const trust = { authorized: true, authorizationError: null };
    expect(calls.at(-1)).to.deep.equal(['secured', socket, trust]);
  });

  it('loses the connection if the handshake fails, with the cause', async () => {
    const { calls, upgrade, listener } = made();
    upgrade.begin([]);
    await turn();
    const cause = new Error('refused');
    listener()?.failed(cause);
    expect(calls.at(-1)).to.be.instanceOf(ConnectionLost).with.property('cause', cause);
  });

  it('stops the handshake with the connection: it keeps no timer', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { upgrade } = made();
      upgrade.begin([]);
      await turn();
      expect(clock.countTimers()).to.equal(1);
      upgrade.stop();
      expect(clock.countTimers()).to.equal(0);
    } finally {
      clock.restore();
    }
  });
});
