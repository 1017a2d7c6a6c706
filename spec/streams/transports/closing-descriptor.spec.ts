/** A close costs little while it waits, and leaves nothing behind. */
import { Buffer } from 'node:buffer';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Duplex, PassThrough } from 'node:stream';

import { expect } from 'chai';
import sinon from 'sinon';

import {
  ConnectionAborted,
  ConnectionDone,
  ConnectionLost,
  DuplexTransport,
  WritableConsumer,
  type ConnectionMessage,
} from '../../../lib/index.js';
import { errorOf } from '../../support/error-event.js';
import { Gate } from '../../support/gate.js';
import { memoryPair } from '../../support/memory-pair.js';
import { idle } from '../../support/own-protocols.js';
import { pulled, recorder } from '../../support/recording-producer.js';
import { HalfCloseable } from '../../support/recording-protocols.js';
import { settled } from '../../support/settled.js';
import { tcpPair } from '../../support/sockets.js';
import { until } from '../../support/until.js';

/** Counts how often the reactor asks it to write. */
class Counting extends WritableConsumer {
  asked = 0;
  override doWrite(): Error | undefined {
    this.asked += 1;
    return super.doWrite();
  }
}

describe('A consumer that waits', () => {
  for (const [what, streaming, begin] of [
    ['for the answer of a pull producer', false, () => {}],
    ['to close for a pull producer', false, (each: Counting) => each.loseConnection()],
    ['to close for a push producer', true, (each: Counting) => each.loseConnection()],
    ['to half close for a push producer', true, (each: Counting) => each.loseWriteConnection()],
  ] as const) {
    it(`${what} is not asked to write over and over, and asks for nothing more`, async () => {
      const consumer = new Counting(new PassThrough());
      const producer = recorder();
      consumer.registerProducer(producer, streaming);
      begin(consumer);
      await settled();
      consumer.startWriting();
      await settled();
      expect(consumer.asked).to.be.at.most(3);
      expect(consumer.connected).to.equal(true);
      expect(producer.told).to.deep.equal(streaming ? [] : ['resume']);
      consumer.abortConnection();
    });
  }

  for (const isClosing of [false, true]) {
    it(`for the second answer of a pull producer asks for it once${isClosing ? ', while it closes' : ''}`, async () => {
      const consumer = new WritableConsumer(new PassThrough().resume());
      const answers = [Buffer.from('first')];
      const producer = pulled(() => answers.splice(0).forEach((answer) => consumer.write(answer)));
      consumer.registerProducer(producer, false);
      if (isClosing) consumer.loseConnection();
      for (let count = 0; count < 3; count++) {
        await settled();
        consumer.startWriting();
      }
      await settled();
      expect(producer.told).to.deep.equal(['resume', 'resume']);
      consumer.abortConnection();
    });
  }

  it('to close for a pull producer that has not answered does not wait if its transport is lost', async () => {
    const consumer = new WritableConsumer(new PassThrough().resume());
    const producer = { ...recorder(), loseConnection() {}, disconnected: true };
    consumer.registerProducer(producer, false);
    consumer.loseConnection();
    expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
    expect(producer.told).to.deep.equal(['resume', 'stop']);
  });

  it('for its stream to finish is not asked to write over and over, although it did not wait for its producer', async () => {
    const gate = new Gate();
    const consumer = new Counting(gate, { waitsForProducer: false });
    consumer.registerProducer(idle(), true);
    consumer.write(Buffer.from('last'));
    consumer.loseConnection();
    await settled();
    expect(gate.writableEnded).to.equal(true);
    expect(consumer.asked).to.be.at.most(2);
    gate.open();
    expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
  });

  it('to close until its socket has connected is not asked to write over and over', async () => {
    let asked = 0;
    class Connecting extends DuplexTransport {
      override doWrite(): Error | undefined {
        asked += 1;
        return super.doWrite();
      }
    }
    const stream = Object.assign(new PassThrough(), { connecting: true });
    const transport = new Connecting(stream, { protocol: new HalfCloseable() });
    transport.loseConnection();
    await settled();
    expect(asked).to.be.at.most(1);
    expect(stream.writableEnded).to.equal(false);
    stream.emit('connect');
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
  });

  it('to close for a transport listens once for the loss of that, however much it writes', async () => {
    const closed = new Promise<Error>(() => {});
    const then = sinon.spy(closed, 'then');
    const producer = { ...idle(), loseConnection() {}, closed };
    const consumer = new WritableConsumer(new PassThrough().resume());
    consumer.registerProducer(producer, true);
    consumer.loseConnection();
    for (let i = 0; i < 5; i++) {
      consumer.write(Buffer.from('more'));
      await settled();
    }
    sinon.assert.calledOnce(then);
    consumer.abortConnection();
  });

  it('to close for a transport that cannot tell of its loss closes when it is told to again', async () => {
    const producer = { ...idle(), loseConnection() {}, disconnected: false };
    const consumer = new WritableConsumer(new PassThrough().resume());
    consumer.registerProducer(producer, true);
    consumer.loseConnection();
    await settled();
    expect(consumer.connected).to.equal(true);
    producer.disconnected = true;
    consumer.loseConnection();
    expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
  });
});

describe('A consumer that is told to close', () => {
  let told: string[];
  const hear = (message: unknown) => told.push((message as ConnectionMessage).event);
  beforeEach(() => {
    told = [];
    subscribe('twisted-streams:connection', hear);
  });
  afterEach(() => unsubscribe('twisted-streams:connection', hear));

  /** Counts how often it is told to stop reading. */
  class Reader extends WritableConsumer {
    stopped = 0;
    override stopReading(): void {
      this.stopped += 1;
      super.stopReading();
    }
  }

  it('while a half close is under way closes once that is done, and no longer reads', async () => {
    const gate = new Gate();
    const consumer = new Reader(gate);
    consumer.write(Buffer.from('last'));
    consumer.loseWriteConnection();
    await until(() => gate.writableEnded);
    expect(consumer.stopped).to.equal(0);
    consumer.loseConnection();
    expect(consumer).to.include({ stopped: 1, disconnecting: true, connected: true });
    gate.open();
    expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
    expect(told).to.deep.equal(['made', 'closing', 'closing', 'lost']);
  });

  it('by an abort tells of that once, and no longer reads', async () => {
    const consumer = new Reader(new Gate());
    consumer.abortConnection();
    consumer.abortConnection();
    expect(consumer.stopped).to.equal(1);
    expect(await consumer.closed).to.be.instanceOf(ConnectionAborted);
    consumer.abortConnection();
    consumer.loseConnection();
    expect(consumer.disconnecting).to.equal(false);
    expect(told).to.deep.equal(['made', 'closing', 'lost']);
    expect(consumer.stopped).to.equal(2); // Once by the loss.
  });

  it('by an abort resets a TCP connection', async () => {
    const { server, client } = await tcpPair();
    const error = errorOf(client);
    new WritableConsumer(server).abortConnection();
    expect(await error).to.have.property('code', 'ECONNRESET');
  });

  for (const close of ['loseConnection', 'loseWriteConnection'] as const) {
    it(`by an abort just before ${close} is done tells of the abort alone`, async () => {
      const protocol = new HalfCloseable();
      const transport: DuplexTransport = new DuplexTransport(
        new Duplex({
          read() {},
          final(done) {
            done();
            transport.abortConnection();
          },
        }),
        { protocol },
      );
      transport[close]();
      expect(await transport.closed).to.be.instanceOf(ConnectionAborted);
      expect(protocol.told).to.deep.equal(['made', 'ConnectionAborted']);
    });
  }

  it('after it was lost tells nothing, and keeps the reason', async () => {
    const stream = new PassThrough();
    const consumer = new Reader(stream);
    stream.destroy();
    while (consumer.connected) await settled();
    consumer.abortConnection();
    consumer.loseConnection();
    consumer.loseWriteConnection();
    consumer.connectionLost(new ConnectionDone());
    expect(told).to.deep.equal(['made', 'lost']);
    expect(consumer.stopped).to.equal(1);
    expect(consumer.disconnecting).to.equal(false);
    expect(await consumer.closed).to.be.instanceOf(ConnectionLost);
  });
});

describe('closeTimeout', () => {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => clock.restore());

  /** A consumer whose close waits for a producer, and whose other end has hung up. */
  const waiting = () => {
    const [ours, peer] = memoryPair();
    peer.on('error', () => {});
    const consumer = new WritableConsumer(ours);
    consumer.registerProducer(idle(), true);
    consumer.loseWriteConnection();
    consumer.loseConnection();
    ours.emit('end');
    return consumer;
  };

  it('is counted by one timer, although a half close was asked for before the close', async () => {
    const consumer = waiting();
    expect(clock.countTimers()).to.equal(1);
    consumer.unregisterProducer();
    expect(clock.countTimers()).to.equal(0);
    await consumer.closed;
  });

  it('is not counted any more once the connection is lost', async () => {
    const consumer = waiting();
    consumer.abortConnection();
    await consumer.closed;
    expect(clock.countTimers()).to.equal(0);
  });

  for (const [what, writableHighWaterMark, close] of [
    ['a close without a producer', 1, (each: DuplexTransport) => each.loseConnection()],
    [
      'a half close that does not wait for its producer',
      1000,
      (each: DuplexTransport) => {
        each.registerProducer(idle(), true);
        each.loseWriteConnection();
      },
    ],
  ] as const) {
    it(`limits no time in which the bytes of ${what} leave`, async () => {
      let leave: (() => void) | undefined;
      const stream = new Duplex({
        writableHighWaterMark,
        read() {},
        write: (_chunk, _encoding, done) => (leave = done),
      });
      const protocol = new HalfCloseable();
      const transport = new DuplexTransport(stream, {
        protocol,
        closeTimeout: 500,
        waitsForProducer: false,
      });
      stream.push(null);
      await until(() => protocol.told.includes('read lost'));
      transport.write(Buffer.from('last'));
      close(transport);
      await settled();
      expect(stream.writableEnded, 'unless it is full').to.equal(writableHighWaterMark > 1);
      for (let i = 0; i < 10; i++) clock.tick(1000);
      expect(transport.connected).to.equal(true);
      leave?.();
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    });
  }
});
