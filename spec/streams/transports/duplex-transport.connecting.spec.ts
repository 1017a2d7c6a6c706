import { once } from 'node:events';
import net from 'node:net';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import tls from 'node:tls';

import { expect } from 'chai';

import { ConnectionDone, DuplexTransport, type IProtocol } from '../../../lib/index.js';
import { certificate } from '../../support/certificate.js';
import { expectNothingLogged } from '../../support/logged.js';
import { numbered, PullProducer } from '../../support/producers.js';
import { Recorder } from '../../support/recording-protocols.js';
import { port, readAll } from '../../support/sockets.js';
import { trusting } from '../../support/tls-clients.js';
import { until } from '../../support/until.js';

/** A socket that has begun to connect, and the other end once it has. */
async function connecting(): Promise<{ socket: net.Socket; accepted: Promise<net.Socket> }> {
  const server = net.createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection').then(([peer]) => {
    server.close();
    return peer as net.Socket;
  });
  return { socket: net.connect(port(server), '127.0.0.1'), accepted };
}

describe('A DuplexTransport of a socket that is still connecting', () => {
  it('gives no input to a protocol that was closed before, although the close takes its time', async () => {
    const { socket, accepted } = await connecting();
    const protocol = new Recorder();
    const transport = new DuplexTransport(socket, { protocol });
    const backlog = Buffer.alloc(16_000_000);
    transport.write(backlog);
    transport.loseConnection();
    const peer = await accepted;
    peer.write('unwanted');
    await until(() => socket.bytesRead === 'unwanted'.length);
    await turn();
    expect((await readAll(peer)).length).to.equal(backlog.length);
    peer.end();
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    expect(protocol.told).to.deep.equal(['made', 'ConnectionDone']);
  });

  it('sends nothing and ends nothing before the protocol could write, although it was closed before', async () => {
    const { socket, accepted } = await connecting();
    const protocol = new Recorder();
    let isEnded: boolean | undefined;
    protocol.connectionMade = () => {
      isEnded = socket.writableEnded;
      protocol.transport.write(Buffer.from('goodbye'));
    };
    const transport = new DuplexTransport(socket, { protocol });
    transport.loseConnection();
    const peer = await accepted;
    expect(String(await readAll(peer))).to.equal('goodbye');
    expect(isEnded).to.equal(false);
    peer.end();
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
  });

  it('ends it before it has connected, if there is no protocol that could write', async () => {
    const { socket, accepted } = await connecting();
    const transport = new DuplexTransport(socket);
    let isEnded: boolean | undefined;
    socket.on('connect', () => (isEnded = socket.writableEnded));
    transport.loseConnection();
    const peer = await accepted;
    expect((await readAll(peer)).length).to.equal(0);
    expect(isEnded).to.equal(true);
    peer.end();
    await transport.closed;
  });

  it('asks a pull producer for more while the TLS handshake is under way', async () => {
    const server = tls.createServer(certificate()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const accepted = once(server, 'secureConnection') as Promise<[tls.TLSSocket]>;
    const socket = tls.connect({ port: port(server), host: '127.0.0.1', ...trusting() });
    const protocol = new Recorder();
    const data = numbered(1000);
    const producer = new PullProducer(new DuplexTransport(socket, { protocol }), data, 10);
    protocol.connectionMade = () => void producer.start();
    const [peer] = await accepted;
    server.close();
    const chunks: Buffer[] = [];
    peer.on('data', (chunk: Buffer) => chunks.push(chunk));
    await until(() => Buffer.concat(chunks).equals(data));
    peer.end();
    await (protocol.transport as DuplexTransport).closed;
  });

  it('connects the protocol once, and then no longer listens for that', async () => {
    const { socket, accepted } = await connecting();
    const before = socket.listenerCount('connect');
    const protocol = new Recorder();
    const transport = new DuplexTransport(socket, { protocol });
    await once(socket, 'connect');
    expect(socket.listenerCount('connect')).to.equal(before);
    expect(protocol.told).to.deep.equal(['made']);
    transport.abortConnection();
    (await accepted).on('error', () => {}).destroy();
  });

  it('connects no protocol if that was taken away meanwhile', async () => {
    const { socket, accepted } = await connecting();
    const protocol = new Recorder();
    const transport = new DuplexTransport(socket, { protocol });
    transport.protocol = undefined;
    const peer = await accepted;
    peer.end('to nobody');
    await transport.closed;
    expect(protocol.told).to.deep.equal([]);
  });
});

describe('The protocol of a DuplexTransport', () => {
  expectNothingLogged();

  it('is told once of the loss, also where that is called again', async () => {
    const stream = new PassThrough();
    const protocol = new Recorder();
    const transport = new DuplexTransport(stream, { protocol });
    transport.connectionLost(new ConnectionDone());
    transport.connectionLost(new ConnectionDone());
    await turn();
    expect(protocol.told).to.deep.equal(['made', 'ConnectionDone']);
  });

  it('gives the transport its name in logs', () => {
    const transport = new DuplexTransport(new PassThrough());
    const before = transport.logPrefix();
    transport.start(new Recorder());
    expect([before, transport.logPrefix()]).to.deep.equal(['-', 'Recorder']);
  });

  it('is told nothing of a stream that was destroyed before', async () => {
    const stream = new PassThrough();
    stream.destroy();
    const protocol = new Recorder();
    const transport = new DuplexTransport(stream, { protocol });
    await once(stream, 'close');
    await turn();
    expect(protocol.told).to.deep.equal([]);
    expect(transport).to.include({ protocol, connected: false, disconnected: true });
  });

  it('may be taken away: what comes is dropped, and the connection ends as it would have', async () => {
    const stream = new PassThrough();
    const protocol = new Recorder();
    const transport = new DuplexTransport(stream, { protocol });
    transport.protocol = undefined;
    stream.write('to nobody');
    await until(() => stream.readableLength === 0);
    stream.end();
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    expect(protocol.told).to.deep.equal(['made']);
  });

  it('loses its connection with an error that its dataReceived returns, as a LineReceiver does', async () => {
    const stream = new PassThrough();
    const error = new Error('too long');
    const protocol: IProtocol = new Recorder();
    protocol.dataReceived = () => error as never;
    const transport = new DuplexTransport(stream, { protocol });
    stream.write('a line');
    expect(await transport.closed).to.equal(error);
  });

  it('is needed to read: without it, doRead has nothing to take', () => {
    expect(new DuplexTransport(new PassThrough()).doRead()).to.equal(undefined);
  });

  it('adds no property to a stream that knows no halves', () => {
    const stream = new PassThrough();
    const old = Object.assign(Object.create(null) as object, {
      on: () => old,
      removeListener: () => old,
      write: () => true,
      end() {},
      pause() {},
      resume() {},
    });
    new DuplexTransport(old, { protocol: new Recorder() });
    expect(old).not.to.have.property('allowHalfOpen');
    new DuplexTransport(stream, { protocol: new Recorder() });
    expect(stream.allowHalfOpen).to.equal(true);
  });
});
