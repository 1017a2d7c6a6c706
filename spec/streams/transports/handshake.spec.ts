/** How a TLS handshake ends: one event counts, and nothing is left of it. */
import type { TLSSocket } from 'node:tls';

import { expect } from 'chai';
import sinon from 'sinon';

import type { AnyDuplex } from '../../../lib/streams/any-stream/index.js';
import { Handshake } from '../../../lib/streams/transports/handshake.js';

describe('Handshake', () => {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => clock.restore());

  /** A handshake over `stream` that may take 100 ms, and what is told of it. */
  function begun(stream: object = {}) {
    const told: unknown[] = [];
    const handshake = new Handshake(stream as AnyDuplex, {
      secured: (socket) => told.push(socket),
      failed: ({ code }: Error & { code?: string }) => told.push(code),
    });
    const begin = (over: unknown) => told.push(over === stream ? 'began' : over);
    handshake.begin({ handshakeTimeout: 100, byKey: false, begin });
    return { handshake, told };
  }
  const failure = (code: string) => Object.assign(new Error(code), { code });
  const socket = () => {
    const state = { destroyed: false, allowHalfOpen: false };
    return Object.assign(state, { destroy: () => (state.destroyed = true) });
  };

  it('is complete once: a later failure is not reported, and the time limit is over', () => {
    const { handshake, told } = begun();
    const secure = socket();
    handshake.secured(secure as unknown as TLSSocket);
    expect(secure).to.include({ allowHalfOpen: true, destroyed: false });
    handshake.failed(failure('late'));
    clock.tick(1000);
    expect(told).to.deep.equal(['began', secure]);
    expect(clock.countTimers()).to.equal(0);
  });

  it('fails once: a socket that is secure after that is destroyed, and not told of', () => {
    const { handshake, told } = begun();
    handshake.failed(failure('first'));
    handshake.failed(failure('second'));
    const secure = socket();
    handshake.secured(secure as unknown as TLSSocket);
    expect(told).to.deep.equal(['began', 'first']);
    expect(secure.destroyed).to.equal(true);
    expect(clock.countTimers()).to.equal(0);
  });

  it('fails when its time is up, and not before', () => {
    const { told } = begun();
    clock.tick(99);
    expect(told).to.deep.equal(['began']);
    clock.tick(1);
    expect(told).to.deep.equal(['began', 'ERR_TLS_HANDSHAKE_TIMEOUT']);
  });

  it('tells nothing once it is stopped', () => {
    const { handshake, told } = begun();
    handshake.stop();
    handshake.failed(failure('late'));
    const secure = socket();
    handshake.secured(secure as unknown as TLSSocket);
    clock.tick(1000);
    expect(told).to.deep.equal(['began']);
    expect(secure.destroyed).to.equal(true);
    expect(clock.countTimers()).to.equal(0);
  });

  it('does not begin if the other end has hung up', () => {
    const { told } = begun({ readableEnded: true });
    expect(told).to.deep.equal(['ECONNRESET']);
    expect(clock.countTimers()).to.equal(0);
  });

  it('lets no stream stay half open that can be', () => {
    const stream = { allowHalfOpen: true };
    begun(stream);
    expect(stream.allowHalfOpen).to.equal(false);
    const other = {};
    begun(other);
    expect(other).to.deep.equal({});
  });
});
