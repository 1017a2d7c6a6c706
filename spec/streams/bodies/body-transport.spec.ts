/** The transport of a protocol that a body is delivered to. */
import { once } from 'node:events';
import { PassThrough } from 'node:stream';

import { expect } from 'chai';

import { ConnectionAborted, ConnectionDone } from '../../../lib/index.js';
import { BodyTransport } from '../../../lib/streams/bodies/body-transport.js';
import { callbackRejected } from '../../../lib/twisted/core/index.js';
import { failure } from '../../support/failure.js';
import { recorder } from '../../support/recording-producer.js';
import { tcpPair } from '../../support/sockets.js';

/** The transport of `body`, and what its producer is told. */
function made(body: object = new PassThrough()) {
  const producer = recorder();
  return { transport: new BodyTransport(body, producer), told: producer.told };
}

const state = ({ connected, disconnecting, disconnected }: BodyTransport) => ({
  connected,
  disconnecting,
  disconnected,
});

describe('The transport of a body', () => {
  it('is connected, and passes on pauses and resumes', () => {
    const { transport, told } = made();
    expect(state(transport)).to.deep.equal({
      connected: true,
      disconnecting: false,
      disconnected: false,
    });
    expect(transport.closeReason).to.equal(null);
    transport.pauseProducing();
    transport.resumeProducing();
    expect(told).to.deep.equal(['pause', 'resume']);
  });

  for (const [method, Reason] of [
    ['loseConnection', ConnectionDone],
    ['stopProducing', ConnectionDone],
    ['abortConnection', ConnectionAborted],
  ] as const) {
    it(`is closed once by ${method}, for its own reason`, () => {
      const { transport, told } = made();
      transport[method]();
      const { closeReason } = transport;
      expect(closeReason).to.be.instanceOf(Reason);
      expect(state(transport)).to.deep.equal({
        connected: true,
        disconnecting: true,
        disconnected: false,
      });
      transport.loseConnection();
      transport.stopProducing();
      transport.abortConnection();
      transport[callbackRejected](failure);
      expect(told).to.deep.equal(['stop']);
      expect(transport.closeReason).to.equal(closeReason);
    });
  }

  it('is closed for any reason that it is given', () => {
    const { transport, told } = made();
    transport.close(failure);
    expect(told).to.deep.equal(['stop']);
    expect(transport.closeReason).to.equal(failure);
    expect(transport.disconnecting).to.equal(true);
  });

  it('is closed by a callback that fails, for that reason', () => {
    const { transport, told } = made();
    transport[callbackRejected](failure);
    expect(told).to.deep.equal(['stop']);
    expect(transport.closeReason).to.equal(failure);
  });

  it('tells the producer nothing more once it is over', () => {
    const { transport, told } = made();
    transport.over();
    expect(state(transport)).to.deep.equal({
      connected: false,
      disconnecting: false,
      disconnected: true,
    });
    transport.pauseProducing();
    transport.resumeProducing();
    transport.stopProducing();
    transport.loseConnection();
    transport.abortConnection();
    transport[callbackRejected](failure);
    expect(told).to.deep.equal([]);
    expect(transport.closeReason).to.equal(null);
    expect(transport.disconnecting).to.equal(false);
  });

  it('is over in the same way where it was closed', () => {
    const { transport } = made();
    transport.loseConnection();
    transport.over();
    expect(state(transport)).to.deep.equal({
      connected: false,
      disconnecting: false,
      disconnected: true,
    });
  });

  it('takes bytes, which go nowhere, and refuses all else', () => {
    const { transport } = made();
    transport.write(Buffer.from('a'));
    transport.writeSequence([Buffer.from('a'), new Uint8Array(1)]);
    const code = 'ERR_INVALID_ARG_TYPE';
    for (const value of ['a', null, 7]) {
      expect(() => transport.write(value as never))
        .to.throw(TypeError)
        .with.property('code', code);
      expect(() => transport.writeSequence([Buffer.from('a'), value as never]))
        .to.throw(TypeError)
        .with.property('code', code);
    }
  });

  it('stops a producer that registers, and forgets it', () => {
    const { transport } = made();
    const producer = recorder();
    transport.registerProducer(producer);
    expect(producer.told).to.deep.equal(['stop']);
    transport.unregisterProducer();
    expect(producer.told).to.deep.equal(['stop']);
  });

  it('knows the ends of the connection of its body, also when that is over', async () => {
    const { server, client } = await tcpPair();
    const [there, here] = [client.localPort, client.remotePort];
    const transports = [
      new BodyTransport(server, recorder()),
      new BodyTransport(Object.assign(new PassThrough(), { socket: server }), recorder()),
    ];
    const closed = once(server, 'close');
    for (const socket of [client, server]) socket.destroy();
    await closed;
    for (const transport of transports) {
      expect(transport.getPeer()).to.include({ type: 'TCP', host: '127.0.0.1', port: there });
      expect(transport.getHost()).to.include({ type: 'TCP', host: '127.0.0.1', port: here });
    }
    const gone = Object.assign(new PassThrough(), { socket: null });
    for (const body of [gone, new PassThrough(), [Buffer.from('a')]]) {
      const { transport } = made(body);
      expect(transport.getPeer()).to.deep.equal({ type: 'PIPE' });
      expect(transport.getHost()).to.deep.equal({ type: 'PIPE' });
    }
  });
});
