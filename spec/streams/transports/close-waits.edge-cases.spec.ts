import type { Duplex } from 'node:stream';

import { expect } from 'chai';
import sinon from 'sinon';

import {
  Bucket,
  ConnectionLost,
  DuplexTransport,
  Protocol,
  ShapedTransport,
  WritableConsumer,
  type DuplexTransportOptions,
  type IProtocol,
} from '../../../lib/index.js';
import { readAll, tcpPair } from '../../support/sockets.js';
import { Own, Side, idle } from '../../support/own-protocols.js';

describe('A close', () => {
  const transportOver = async (options: DuplexTransportOptions = {}) => {
    const { server, client } = await tcpPair();
    return { transport: new DuplexTransport(server, options), peer: client };
  };

  it('of a shaped transport does not wait for its own protocol', async () => {
    const own = new Own(Buffer.from('hello'));
    const { transport, peer } = await transportOver();
    const bucket = Object.assign(new Bucket(), { maxburst: 1e6, rate: 1e6 });
    transport.start({
      makeConnection: (inner) =>
        own.makeConnection(new ShapedTransport(inner as DuplexTransport, bucket)),
      dataReceived: () => {},
      connectionLost: (reason) => own.connectionLost(reason),
      wrappedProtocol: own,
    } as IProtocol);
    const received = readAll(peer);
    own.transport.loseConnection();
    expect(String(await received)).to.equal('hello');
    peer.end();
    await transport.closed;
  });

  it('of two shaped transports does not wait for protocols that are each other’s producers', async () => {
    const bucket = () => Object.assign(new Bucket(), { maxburst: 1e6, rate: 1e6 });
    const sides = await Promise.all(
      [new Side(), new Side()].map(async (side) => {
        const { transport, peer } = await transportOver({ protocol: side });
        side.transport = new ShapedTransport(transport, bucket());
        return { side, transport, peer };
      }),
    );
    const [a, b] = sides as [(typeof sides)[0], (typeof sides)[0]];
    [a.side.other, b.side.other] = [b.side, a.side];
    a.side.transport.registerProducer(b.side, true);
    b.side.transport.registerProducer(a.side, true);
    const received = readAll(b.peer).finally(() => b.peer.end());
    a.peer.resume().end('hello');
    expect(String(await received)).to.equal('hello');
    await Promise.all([a.transport.closed, b.transport.closed]);
  });

  it('with waitsForProducer false resumes a paused producer and goes on a turn later', async () => {
    const { transport, peer } = await transportOver({ waitsForProducer: false, highWaterMark: 1 });
    const producer = { ...idle(), resumeProducing: sinon.spy() };
    transport.registerProducer(producer, true);
    transport.write(Buffer.from('hello'));
    transport.loseConnection();
    expect(String(await readAll(peer))).to.equal('hello');
    peer.end();
    await transport.closed;
    sinon.assert.calledOnce(producer.resumeProducing);
    sinon.assert.calledOnce(producer.stopProducing);
  });

  it('stops a producer that registers after the half close, and goes on reading', async () => {
    for (const make of [
      (stream: Duplex) => new WritableConsumer(stream),
      (stream: Duplex) => new DuplexTransport(stream, { protocol: new Protocol() }),
    ]) {
      const { server, client } = await tcpPair();
      const consumer = make(server);
      consumer.loseWriteConnection();
      await readAll(client);
      const producers = [idle(), idle()];
      consumer.registerProducer(producers[0]!, true);
      consumer.registerProducer(producers[1]!, false);
      producers.forEach((producer) => sinon.assert.calledOnce(producer.stopProducing));
      expect(consumer).to.include({ producer: null, disconnected: false });
      client.destroy();
      server.destroy();
    }
  });

  for (const half of [false, true]) {
    it(`only sets disconnecting if the connection is being aborted${half ? ', after a half close' : ''}`, async () => {
      const { server, client } = await tcpPair();
      client.on('error', () => {});
      const transport = new DuplexTransport(server, { protocol: new Protocol() });
      if (half) {
        transport.loseWriteConnection();
        await readAll(client);
      }
      transport.abortConnection();
      transport.loseConnection();
      expect(transport).to.include({ connected: true, disconnecting: true });
      transport.loseWriteConnection();
      const reason = await transport.closed;
      expect(reason).to.be.instanceOf(ConnectionLost);
      expect((reason as ConnectionLost).code).to.equal('ERR_CONNECTION_ABORTED');
      expect(server.destroyed).to.equal(true);
      client.destroy();
    });
  }
});
