import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type net from 'node:net';
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import sinon from 'sinon';

import {
  ConnectionDone,
  ConnectionLost,
  DuplexTransport,
  InvalidArgTypeError,
  OutOfRangeError,
  Protocol,
  WritableConsumer,
  type WritableConsumerOptions,
} from '../../../lib/index.js';
import { families } from '../../support/connection-families.js';
import { http2Exchange } from '../../support/http2-exchange.js';
import { memoryPair } from '../../support/memory-pair.js';
import { idle } from '../../support/own-protocols.js';
import { passingTime } from '../../support/passing-time.js';
import { tcpPair } from '../../support/sockets.js';
import { until } from '../../support/until.js';

class HalfCloseable extends Protocol {
  readonly told: string[] = [];
  readConnectionLost(): void {
    this.told.push('read lost');
  }
  writeConnectionLost(): void {
    this.told.push('write lost');
  }
  override connectionLost(reason: Error): void {
    this.told.push(reason.name);
  }
}

describe('closeTimeout', () => {
  const time = passingTime();
  const { pass } = time;

  for (const [family, open] of families) {
    for (const streaming of [true, false]) {
      const kind = streaming ? 'push' : 'pull';

      it(`loses a close over ${family} that waits for a hanging ${kind} producer, once the peer hung up`, async () => {
        const [ours, peer] = await open();
        peer.on('error', () => {}); // A reset, where that can be told.
        const protocol = new HalfCloseable();
        const transport = new DuplexTransport(ours, { protocol, closeTimeout: 500 });
        const producer = idle();
        transport.registerProducer(producer, streaming);
        transport.write(Buffer.from('bye'));
        transport.loseConnection();
        await pass(5000);
        expect(protocol.told, 'before the peer hung up').to.deep.equal([]);
        peer.resume().end();
        await until(() => ours.readableEnded);
        await pass(400);
        expect(protocol.told, 'soon after').to.deep.equal([]);
        await pass(700);
        expect(await transport.closed).to.be.instanceOf(ConnectionLost);
        expect(protocol.told).to.deep.equal(['ConnectionLost']);
        sinon.assert.calledOnce(producer.stopProducing);
        expect(ours.destroyed).to.equal(true);
        peer.destroy();
      });
    }
  }

  /** Our end of a connection whose other end has hung up, and has asked for the close. */
  const closing = async (
    options: WritableConsumerOptions,
    begin?: (t: DuplexTransport) => void,
  ) => {
    const { server, client } = await tcpPair();
    const protocol = new HalfCloseable();
    const transport = new DuplexTransport(server, { protocol, ...options });
    client.end();
    await until(() => protocol.told.includes('read lost'));
    const producer = idle();
    transport.registerProducer(producer, true);
    begin?.(transport);
    transport.loseConnection();
    return { transport, protocol, producer, client };
  };

  it('knows of a hang-up that a paused transport has yet to tell its protocol', async () => {
    const paused = await tcpPair();
    const held = new DuplexTransport(paused.server, {
      protocol: new Protocol(),
      closeTimeout: 500,
    });
    held.registerProducer(idle(), true);
    held.pauseProducing();
    paused.client.resume().end('data');
    await until(() => paused.server.readableLength > 0);
    held.loseConnection();
    await until(() => paused.server.readableEnded);
    await pass(1200);
    expect((await held.closed).name).to.equal('ConnectionLost');
    paused.client.destroy();
  });

  it('waits 30 s by default, and for ever when told to', async () => {
    const byDefault = await closing({});
    const forEver = await closing({ closeTimeout: Infinity });
    await pass(29_000);
    expect(byDefault.transport.connected).to.equal(true);
    await pass(2000);
    expect(byDefault.transport.connected).to.equal(false);
    await pass(1e9);
    expect(forEver.transport.connected).to.equal(true);
    forEver.transport.abortConnection();
    [byDefault, forEver].forEach(({ client }) => client.destroy());
  });

  it('cuts off no producer that writes now and then', async () => {
    const { transport, client, producer } = await closing({ closeTimeout: 500 });
    const chunks: Buffer[] = [];
    client.on('data', (chunk: Buffer) => chunks.push(chunk));
    for (let i = 0; i < 20; i++) {
      await pass(400);
      transport.write(Buffer.from('.'));
      await turn();
    }
    transport.unregisterProducer();
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    await once(client, 'close');
    expect(String(Buffer.concat(chunks))).to.equal('.'.repeat(20));
    sinon.assert.notCalled(producer.stopProducing);
  });

  it('counts from the last byte that moved', async () => {
    const { transport, producer } = await closing({ closeTimeout: 500 });
    await pass(400);
    transport.write(Buffer.from('.'));
    await turn();
    await pass(400);
    expect(transport.connected, 'soon after').to.equal(true);
    await pass(1200);
    expect(await transport.closed).to.be.instanceOf(ConnectionLost);
    sinon.assert.calledOnce(producer.stopProducing);
  });

  it('cuts off no reader that takes a large write slowly', async () => {
    const { transport, client } = await closing({ closeTimeout: 500 }, (t) =>
      t.write(Buffer.alloc(64 << 20)),
    );
    let received = 0;
    for (let read = 0; read < 10; read++) {
      await pass(400);
      // Enough that the operating system takes more of what is left.
      for (let more = 5 << 20; more > 0;) {
        const chunk = client.read() as Buffer | null;
        if (chunk === null) await turn();
        else more -= chunk.length;
        received += chunk?.length ?? 0;
      }
      expect(transport.connected, `after ${received} bytes`).to.equal(true);
    }
    transport.abortConnection();
    client.destroy();
  });

  it('cuts off no producer that writes now and then to a stream that counts no bytes', async () => {
    const [ours, peer] = memoryPair();
    const protocol = new HalfCloseable();
    const transport = new DuplexTransport(ours, { protocol, closeTimeout: 500 });
    peer.resume().end();
    await until(() => protocol.told.includes('read lost'));
    transport.registerProducer(idle(), true);
    transport.loseConnection();
    for (let i = 0; i < 5; i++) {
      await pass(400);
      transport.write(Buffer.from('.'));
      await turn();
    }
    expect(transport.connected).to.equal(true);
    transport.unregisterProducer();
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
  });

  it('may be as long as a timer can be', async () => {
    const longest = 2 ** 31 - 1;
    const { transport, client } = await closing({ closeTimeout: longest });
    time.clock.tick(longest);
    expect(await transport.closed).to.be.instanceOf(ConnectionLost);
    client.destroy();
  });

  it('leaves no timer after the close, although the stream said twice that it ended', async () => {
    const [ours] = memoryPair();
    const consumer = new WritableConsumer(ours);
    consumer.registerProducer(idle(), true);
    consumer.loseConnection();
    ours.emit('end');
    ours.emit('end');
    expect(time.clock.countTimers()).to.equal(1);
    consumer.unregisterProducer();
    await consumer.closed;
    expect(time.clock.countTimers()).to.equal(0);
  });

  it('counts from 0 for another producer, and does not count without a producer', async () => {
    const { transport, client } = await closing({ closeTimeout: 500 });
    await pass(400);
    transport.unregisterProducer();
    const second = idle();
    transport.registerProducer(second, true);
    await pass(400);
    expect(transport.connected).to.equal(true);
    await pass(400);
    expect(transport.connected).to.equal(false);
    sinon.assert.calledOnce(second.stopProducing);
    client.destroy();
  });

  it('limits a half close too, but nothing once that is done', async () => {
    for (const waitsForProducer of [true, false]) {
      const { server, client } = await tcpPair();
      const protocol = new HalfCloseable();
      const transport = new DuplexTransport(server, {
        protocol,
        waitsForProducer,
        closeTimeout: 500,
      });
      client.resume().end();
      await until(() => protocol.told.includes('read lost'));
      transport.registerProducer(idle(), true);
      transport.loseWriteConnection();
      if (!waitsForProducer) await until(() => protocol.told.includes('write lost'));
      await pass(2000);
      const reason = waitsForProducer ? 'ConnectionLost' : 'ConnectionDone';
      expect((await transport.closed).name).to.equal(reason);
      client.destroy();
    }
  });

  it('does not take the end of an HTTP/2 request for a hang-up', async () => {
    const { request, accepted: stream, dispose } = await http2Exchange('GET');
    stream.respond();
    const consumer = new WritableConsumer(stream, { closeTimeout: 500 });
    consumer.registerProducer(idle(), true);
    consumer.loseConnection();
    stream.resume();
    await until(() => stream.readableEnded);
    await pass(5000);
    expect(consumer.connected).to.equal(true);
    request.on('error', () => {});
    dispose();
    await consumer.closed;
  });

  it('does not take the input of a child for a hang-up, although it can’t be read', async () => {
    const child = spawn('cat', { stdio: ['pipe', 'ignore', 'inherit'] });
    await once(child, 'spawn');
    await turn();
    expect((child.stdin as net.Socket).readableEnded).to.equal(true);
    const consumer = new WritableConsumer(child.stdin, { closeTimeout: 500 });
    consumer.registerProducer(idle(), true);
    consumer.loseConnection();
    await pass(5000);
    expect(consumer.connected).to.equal(true);
    consumer.unregisterProducer();
    expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
  });

  it('must be a number of milliseconds', () => {
    const make = (closeTimeout: unknown) => () =>
      new WritableConsumer(new Duplex(), { closeTimeout: closeTimeout as number });
    for (const wrong of ['500', null, {}]) {
      expect(make(wrong)).to.throw(InvalidArgTypeError, '"options.closeTimeout"');
    }
    for (const wrong of [-1, NaN]) {
      expect(make(wrong)).to.throw(OutOfRangeError, '"options.closeTimeout"');
    }
    for (const right of [0, 500, 1e12, Infinity]) expect(make(right)).not.to.throw();
  });
});
