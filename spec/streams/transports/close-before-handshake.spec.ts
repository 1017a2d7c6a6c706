/** A TLS socket that the program made itself is given to a transport before its handshake is done. */
import { once } from 'node:events';
import net from 'node:net';
import { Duplex, PassThrough } from 'node:stream';
import tls from 'node:tls';

import { expect } from 'chai';

import {
  ConnectionDone,
  ConnectionLost,
  DuplexTransport,
  WritableConsumer,
} from '../../../lib/index.js';
import { AccumulatingProtocol } from '../../../lib/testing/index.js';
import { certificate } from '../../support/certificate.js';
import { idle } from '../../support/own-protocols.js';
import { passingTime } from '../../support/passing-time.js';
import { tcpPair } from '../../support/sockets.js';
import { trusting } from '../../support/tls-clients.js';
import { turns } from '../../support/turns.js';
import { until } from '../../support/until.js';

/** The TLS socket of either end of `raw`. */
const ends = {
  server: (raw: net.Socket) => new tls.TLSSocket(raw, { isServer: true, ...certificate() }),
  client: (raw: net.Socket) => tls.connect({ socket: raw, ...trusting() }),
};

/** Which end is ours, and which is the other. */
const sides = [
  ['server', 'client'],
  ['client', 'server'],
] as const;

/** The adapters that do not read the socket. */
const unread = {
  'a WritableConsumer': (socket: tls.TLSSocket) => new WritableConsumer(socket),
  'a DuplexTransport without a protocol': (socket: tls.TLSSocket) => new DuplexTransport(socket),
};

describe('A close of a TLS socket before its handshake', () => {
  for (const [own, other] of sides) {
    for (const method of ['loseConnection', 'loseWriteConnection'] as const) {
      for (const isLate of [false, true]) {
        it(`by ${method} of the ${own} waits for it${isLate ? ', if it begins later,' : ''} and ends cleanly`, async () => {
          const raw = await tcpPair();
          const protocol = new AccumulatingProtocol();
          const transport = new DuplexTransport(ends[own](raw[own]), { protocol });
          transport[method]();
          if (isLate) await new Promise(setImmediate);
          const peer = ends[other](raw[other]);
          const heard: string[] = [];
          for (const event of ['secure', 'end', 'error']) peer.on(event, () => heard.push(event));
          peer.resume();
          await once(peer, 'end');
          peer.end();
          expect(heard).to.deep.equal(['secure', 'end']);
          expect(await transport.closed).to.be.instanceOf(ConnectionDone);
        });
      }
    }

    for (const [name, consumerOf] of Object.entries(unread)) {
      it(`by ${name} of the ${own} waits for it, although nothing was written, and ends cleanly`, async () => {
        const raw = await tcpPair();
        const socket = ends[own](raw[own]);
        const consumer = consumerOf(socket);
        consumer.loseConnection();
        await turns(); // The handshake begins after that.
        const peer = ends[other](raw[other]);
        peer.on('error', () => {}).resume();
        await once(peer, 'end');
        expect(peer.getPeerFinished()).to.not.equal(undefined);
        expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
        for (const each of [socket, peer]) each.destroy();
      });
    }

    it(`of the ${own} is a loss if the other end hangs up in place of a handshake`, async () => {
      const raw = await tcpPair();
      const protocol = new AccumulatingProtocol();
      const transport = new DuplexTransport(ends[own](raw[own]), { protocol });
      transport.loseConnection();
      raw[other].on('error', () => {}).end();
      expect(await transport.closed).to.be.instanceOf(ConnectionLost);
      raw[other].destroy();
    });
  }

  describe('is limited by closeTimeout', () => {
    const time = passingTime();
    const { pass } = time;

    for (const [own, other] of sides) {
      for (const method of ['loseConnection', 'loseWriteConnection'] as const) {
        it(`at the ${own}: ${method} is a loss once no byte of the handshake has moved for so long`, async () => {
          const raw = await tcpPair();
          const protocol = new AccumulatingProtocol();
          const socket = ends[own](raw[own]);
          const transport = new DuplexTransport(socket, { protocol, closeTimeout: 500 });
          const producer = idle();
          transport.registerProducer(producer, true);
          await pass(5000);
          expect(transport.connected, 'before the close').to.equal(true);
          transport[method]();
          await pass(400);
          transport.unregisterProducer();
          await pass(400);
          expect(transport.connected, 'soon after').to.equal(true);
          await pass(700);
          expect(protocol.closedReason).to.be.instanceOf(ConnectionLost);
          expect(String(protocol.closedReason)).to.contain('for 500 ms no byte moved');
          expect(socket.destroyed).to.equal(true);
          expect(time.clock.countTimers()).to.equal(0);
          raw[other].destroy();
        });
      }

      it(`at the ${own}: a handshake that goes on is not cut, however slow it is, nor is its producer`, async () => {
        const raw = await tcpPair();
        const protocol = new AccumulatingProtocol();
        const transport = new DuplexTransport(ends[own](raw[own]), { protocol, closeTimeout: 500 });
        transport.registerProducer(idle(), true);
        transport.loseConnection();
        // The other end, of which a few bytes come at a time.
        const held: Buffer[] = [];
        const slow = new Duplex({
          read() {},
          write(chunk: Buffer, _encoding, done) {
            held.push(chunk);
            done();
          },
        });
        raw[other].on('data', (data: Buffer) => slow.push(data));
        const peer = ends[other](slow as unknown as net.Socket);
        let isSecure = false;
        peer.on('error', () => {}).on('secure', () => (isSecure = true));
        peer.resume();
        while (!isSecure || held.length > 0) {
          const chunk = held.shift();
          if (chunk !== undefined) {
            raw[other].write(chunk.subarray(0, 200));
            if (chunk.length > 200) held.unshift(chunk.subarray(200));
          }
          await pass(chunk === undefined ? 0 : 400);
          expect(transport.connected).to.equal(true);
        }
        await pass(5000);
        expect(transport.connected, 'once it is complete').to.equal(true);
        transport.unregisterProducer();
        await until(() => !transport.connected);
        expect(protocol.closedReason).to.be.instanceOf(ConnectionDone);
        raw[other].destroy();
      });
    }

    for (const [name, consumerOf] of Object.entries(unread)) {
      it(`by ${name}, too`, async () => {
        const raw = await tcpPair();
        const consumer = consumerOf(ends.server(raw.server));
        consumer.closeTimeout = 500;
        consumer.loseConnection();
        await pass(5000);
        expect(await consumer.closed).to.be.instanceOf(ConnectionLost);
        raw.client.destroy();
      });
    }

    it('also where it was closed before it had connected', async () => {
      const silent = net.createServer().listen(0, '127.0.0.1');
      await once(silent, 'listening');
      const { port } = silent.address() as net.AddressInfo;
      const socket = tls.connect({ port, host: '127.0.0.1', ...trusting() });
      const consumer = new WritableConsumer(socket, { closeTimeout: 500 });
      consumer.loseConnection();
      await once(socket, 'connect');
      await pass(5000);
      expect(await consumer.closed).to.be.instanceOf(ConnectionLost);
      silent.close();
    });

    it('and so is the wait for its producer after it, once the other end has hung up', async () => {
      const raw = await tcpPair();
      const protocol = new AccumulatingProtocol();
      const socket = ends.server(raw.server);
      const transport = new DuplexTransport(socket, { protocol, closeTimeout: 500 });
      transport.registerProducer(idle(), true);
      transport.loseConnection();
      const peer = ends.client(raw.client);
      await Promise.all([once(socket, 'secure'), once(peer, 'secureConnect')]);
      await pass(5000);
      expect(transport.connected, 'before the hang-up').to.equal(true);
      peer.end();
      await pass(5000);
      await transport.closed;
      expect(protocol.closedReason).to.be.instanceOf(ConnectionLost);
      expect(String(protocol.closedReason)).to.contain('The other end hung up');
      raw.client.destroy();
    });

    it('but not where it is still to connect, which has a limit of its own', async () => {
      const socket = tls.connect({ host: 'localhost', port: 1, lookup() {} });
      const transport = new DuplexTransport(socket, {
        protocol: new AccumulatingProtocol(),
        closeTimeout: 500,
      });
      transport.loseConnection();
      await pass(5000);
      expect(socket.destroyed).to.equal(false);
      transport.abortConnection();
      await transport.closed;
    });

    it('but not where no byte of it can be seen to move, as of TLS that is not Node’s', async () => {
      const stream = Object.assign(new PassThrough(), { secureConnecting: true });
      const protocol = new AccumulatingProtocol();
      const transport = new DuplexTransport(stream, { protocol, closeTimeout: 500 });
      transport.loseConnection();
      await pass(5000);
      expect(transport.connected).to.equal(true);
      stream.secureConnecting = false;
      stream.emit('secure');
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    });

    it('unless that is Infinity', async () => {
      const raw = await tcpPair();
      const protocol = new AccumulatingProtocol();
      const transport = new DuplexTransport(ends.server(raw.server), {
        protocol,
        closeTimeout: Infinity,
      });
      transport.loseConnection();
      await pass(1e9);
      expect(transport.connected).to.equal(true);
      transport.abortConnection();
      raw.client.destroy();
    });
  });
});
