/** A `WritableConsumer` of a stream that is over, or that cannot tell its length. */
import { Buffer } from 'node:buffer';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  ConnectionLost,
  InvalidArgTypeError,
  ProducerAlreadyRegisteredError,
  WritableConsumer,
} from '../../../lib/index.js';
import { pulled, recorder } from '../../support/recording-producer.js';
import { connected, Recorder } from '../../support/recording-protocols.js';
import { readAll, tcpPair } from '../../support/sockets.js';
import { FakeStream } from '../../support/fake-stream.js';
import { until } from '../../support/until.js';

const bytes = Buffer.from('bytes');

/** A stream that cannot tell its length, with the properties of `state`. */
function withoutLength(state: object = {}): FakeStream {
  const stream: Partial<FakeStream> = new FakeStream();
  delete stream.writableLength;
  return Object.assign(stream as FakeStream, state);
}

describe('A WritableConsumer', () => {
  it('of a stream that was destroyed before leaves that alone: another may try', async () => {
    const stream = new PassThrough();
    stream.destroy();
    const listeners = () => ['close', 'drain', 'finish'].map((name) => stream.listenerCount(name));
    const before = listeners();
    for (let count = 0; count < 2; count++) {
      const consumer = new WritableConsumer(stream);
      expect(consumer).to.include({ connected: false, disconnected: true });
      expect(await consumer.closed).to.be.instanceOf(ConnectionLost);
      expect(listeners()).to.deep.equal(before);
    }
  });

  it('refuses what is not a producer also when its write half has ended', async () => {
    const { server, client } = await tcpPair();
    const consumer = new WritableConsumer(server);
    consumer.loseWriteConnection();
    await readAll(client);
    for (const streaming of [true, false]) {
      expect(() => consumer.registerProducer({ stopProducing() {} } as never, streaming))
        .to.throw(InvalidArgTypeError)
        .with.property('code', 'ERR_INVALID_ARG_TYPE');
    }
    client.destroy();
    server.destroy();
  });

  it('asks a pull producer that has answered, although another was refused after its answer', async () => {
    const stream = withoutLength({ onWrite: () => false });
    const consumer = new WritableConsumer(stream);
    const producer = pulled(() => consumer.write(bytes));
    consumer.registerProducer(producer, false);
    await turn();
    expect(() => consumer.registerProducer(recorder(), true)).to.throw(
      ProducerAlreadyRegisteredError,
    );
    stream.emit('drain');
    await turn();
    expect(producer.told).to.deep.equal(['resume', 'resume']);
  });

  it('resumes no producer from a doWrite that comes after abortConnection', async () => {
    const consumer = new WritableConsumer(new PassThrough(), { highWaterMark: 1 });
    const producer = recorder();
    consumer.registerProducer(producer, true);
    consumer.write(bytes);
    consumer.abortConnection();
    consumer.doWrite();
    consumer.doWrite();
    await consumer.closed;
    expect(producer.told).to.deep.equal(['pause', 'stop']);
  });

  it('that never wrote sends nothing when the other end hangs up', async () => {
    const { transport, peer } = await connected(new Recorder());
    peer.end();
    await transport.closed;
    expect(String(await readAll(peer))).to.equal('');
  });

  describe('of a socket whose other end has hung up, when that closes,', () => {
    const socket = () => withoutLength({ remoteAddress: '127.0.0.1', readableEnded: false });
    const close = async (stream: FakeStream, consumer: WritableConsumer) => {
      Object.assign(stream, { readableEnded: true });
      stream.emit('close');
      return (await consumer.closed).name;
    };

    it('is done if it has written nothing, although it was asked to write', async () => {
      const stream = socket();
      const consumer = new WritableConsumer(stream);
      consumer.startWriting();
      await turn();
      expect(await close(stream, consumer)).to.equal('ConnectionDone');
    });

    it('is done if it has handed over everything, although it was asked to write after that', async () => {
      const stream = Object.assign(socket(), { onWrite: () => false });
      const consumer = new WritableConsumer(stream);
      consumer.write(bytes);
      await turn();
      stream.emit('drain');
      consumer.startWriting();
      await turn();
      expect(await close(stream, consumer)).to.equal('ConnectionDone');
      expect(stream.calls).to.include('bytes');
    });

    it('has lost the bytes that it had yet to hand over', async () => {
      const stream = socket();
      const consumer = new WritableConsumer(stream);
      consumer.write(bytes);
      expect(await close(stream, consumer)).to.equal('ConnectionLost');
      expect(stream.calls).not.to.include('bytes');
    });
  });

  describe('of a stream that cannot tell its length', () => {
    it('pauses its producer with the first write that comes while the stream is full', async () => {
      const stream = withoutLength({ onWrite: () => false });
      const consumer = new WritableConsumer(stream);
      const producer = recorder();
      consumer.registerProducer(producer, true);
      consumer.write(bytes);
      expect(producer.told, 'before the stream is full').to.deep.equal([]);
      await until(() => stream.calls.length > 0);
      consumer.write(bytes);
      expect(producer.told).to.deep.equal(['pause']);
      stream.onWrite = () => true;
      stream.emit('drain');
      expect(producer.told).to.deep.equal(['pause', 'resume']);
    });

    it('does not wait for that, although its own highWaterMark is less than the stream’s', async () => {
      const stream = withoutLength({ writableHighWaterMark: 1000 });
      const consumer = new WritableConsumer(stream, { highWaterMark: 1 });
      for (const text of ['one', 'two']) {
        consumer.write(Buffer.from(text));
        await turn();
      }
      expect(stream.calls).to.deep.equal(['one', 'two']);
    });
  });
});
