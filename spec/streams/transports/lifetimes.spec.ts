/** How long a transport lives, by Node's own means: an AbortSignal, and `await using`. */
import { Buffer } from 'node:buffer';
import { PassThrough } from 'node:stream';
import { getEventListeners } from 'node:events';

import { expect } from 'chai';

import {
  ConnectionAborted,
  ConnectionDone,
  DuplexTransport,
  Protocol,
  WritableConsumer,
} from '../../../lib/index.js';
import { readAll, tcpPair } from '../../support/sockets.js';

describe('A transport with a signal', () => {
  it('is aborted when the signal aborts', async () => {
    const controller = new AbortController();
    const { server, client } = await tcpPair();
    client.on('error', () => {});
    const { signal } = controller;
    const transport = new DuplexTransport(server, { protocol: new Protocol(), signal });
    controller.abort();
    expect(await transport.closed).to.be.instanceOf(ConnectionAborted);
  });

  it('is aborted when its protocol aborts the signal in connectionMade', async () => {
    const controller = new AbortController();
    class Aborting extends Protocol {
      override connectionMade() {
        controller.abort();
      }
    }
    const { server, client } = await tcpPair();
    client.on('error', () => {});
    const { signal } = controller;
    const transport = new DuplexTransport(server, { protocol: new Aborting(), signal });
    expect(await transport.closed).to.be.instanceOf(ConnectionAborted);
  });

  it('leaves nothing on the signal once it is over', async () => {
    const { signal } = new AbortController();
    const consumer = new WritableConsumer(new PassThrough(), { signal });
    expect(getEventListeners(signal, 'abort')).to.have.length(1);
    consumer.loseConnection();
    await consumer.closed;
    await Promise.resolve();
    expect(getEventListeners(signal, 'abort')).to.have.length(0);
  });

  it('is not made if the signal has aborted: its reason is thrown, the stream is left alone', () => {
    const stream = new PassThrough();
    const listeners = stream.listenerCount('error');
    const reason = new Error('too late');
    const signal = AbortSignal.abort(reason);
    expect(() => new WritableConsumer(stream, { signal })).to.throw(reason.message);
    expect(stream.listenerCount('error')).to.equal(listeners);
    expect(new WritableConsumer(stream).connected).to.equal(true);
  });

  it('locks no WHATWG stream if the signal has aborted', () => {
    const reason = new Error('too late');
    const signal = AbortSignal.abort(reason);
    const { readable, writable } = new TransformStream();
    expect(() => new WritableConsumer(writable, { signal })).to.throw(reason.message);
    expect(() => new DuplexTransport({ readable, writable }, { signal })).to.throw(reason.message);
    expect({ readable: readable.locked, writable: writable.locked }).to.deep.equal({
      readable: false,
      writable: false,
    });
  });

  it('refuses a value that is not a signal', () => {
    expect(() => new WritableConsumer(new PassThrough(), { signal: 'now' as never }))
      .to.throw(TypeError)
      .with.property('code', 'ERR_INVALID_ARG_TYPE');
  });
});

describe('A transport that is disposed of', () => {
  it('closes cleanly, everything delivered, and the promise resolves after that', async () => {
    const { server, client } = await tcpPair();
    const received = readAll(client);
    client.on('end', () => client.end());
    const transport = new DuplexTransport(server, { protocol: new Protocol() });
    transport.write(Buffer.alloc(1_000_000, 'all of it '));
    await transport[Symbol.asyncDispose]();
    expect(transport.disconnected).to.equal(true);
    expect((await received).length).to.equal(1_000_000);
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
  });

  it('may be disposed of again', async () => {
    const consumer = new WritableConsumer(new PassThrough().resume());
    await consumer[Symbol.asyncDispose]();
    await consumer[Symbol.asyncDispose]();
    expect(consumer.disconnected).to.equal(true);
  });
});
