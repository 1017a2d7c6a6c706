/** The adapters over the WHATWG counterparts of Node's streams. */
import {
  CompressionStream,
  ReadableStream,
  TransformStream,
  WritableStream,
} from 'node:stream/web';
import { setImmediate as turn } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';

import { expect } from 'chai';

import {
  ConnectionAborted,
  ConnectionDone,
  ConnectionLost,
  DuplexTransport,
  InvalidStateError,
  Protocol,
  TransportDuplex,
  toWeb,
  WritableConsumer,
  ProducerReadable,
} from '../../../lib/index.js';
import { numbered, PullProducer, PushProducer } from '../../support/producers.js';

const data = numbered(300_000);

/** A slow `WritableStream` that keeps what it is given and notes the rest. */
function sink() {
  const chunks: Uint8Array[] = [];
  const told: unknown[] = [];
  let fail!: (reason: Error) => void;
  const stream = new WritableStream<Uint8Array>({
    start: (controller) => void (fail = (reason) => controller.error(reason)),
    async write(chunk) {
      await turn();
      chunks.push(chunk);
    },
    close: () => void told.push('close'),
    abort: (reason: unknown) => void told.push(reason),
  });
  return { stream, told, fail, received: () => Buffer.concat(chunks) };
}

describe('WritableConsumer over a WritableStream', () => {
  for (const Producer of [PushProducer, PullProducer]) {
    it(`passes on all that a ${Producer.name} writes, in order, then closes`, async () => {
      const { stream, told, received } = sink();
      const consumer = new WritableConsumer(stream);
      const producer = new Producer(consumer, data, 10_000).start();
      consumer.loseConnection();
      expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
      expect(received().equals(data)).to.equal(true);
      expect(producer.log).to.include('resume');
      expect(told).to.deep.equal(['close']);
    });
  }

  it('pauses the producer at the highWaterMark, and resumes it when all was taken', async () => {
    const { stream } = sink();
    const consumer = new WritableConsumer(stream, { highWaterMark: 20_000 });
    const producer = new PushProducer(consumer, data, 10_000).start();
    expect([producer.log, producer.sent]).to.deep.equal([['pause'], 20_000]);
    for (let count = 0; count < 10; count += 1) await turn();
    expect(producer.log.slice(0, 3)).to.deep.equal(['pause', 'resume', 'pause']);
    consumer.abortConnection();
  });

  it('aborts the stream with the connection', async () => {
    const { stream, told } = sink();
    const consumer = new WritableConsumer(stream);
    const producer = new PushProducer(consumer, data, 10_000).start();
    consumer.abortConnection();
    expect(await consumer.closed).to.be.instanceOf(ConnectionAborted);
    for (let count = 0; count < 5; count += 1) await turn();
    expect(told[0]).to.be.instanceOf(Error);
    expect(producer.log.at(-1)).to.equal('stop');
  });

  it('is lost with the stream', async () => {
    const { stream, fail } = sink();
    const consumer = new WritableConsumer(stream);
    const producer = new PushProducer(consumer, data, 10_000).start();
    const broken = new Error('broken');
    fail(broken);
    const reason = await consumer.closed;
    expect(reason).to.be.instanceOf(ConnectionLost).with.property('cause', broken);
    expect(producer.log.at(-1)).to.equal('stop');
  });

  it('refuses a stream that is locked, and locks none that it refuses for its options', () => {
    const { stream } = sink();
    expect(() => new WritableConsumer(stream, { highWaterMark: -1 })).to.throw(RangeError);
    expect(stream.locked).to.equal(false);
    stream.getWriter();
    expect(() => new WritableConsumer(stream)).to.throw(InvalidStateError);
  });
});

describe('DuplexTransport over a pair of WHATWG streams', () => {
  /** Keeps what it receives. */
  class Receiver extends Protocol {
    readonly chunks: Buffer[] = [];
    readonly log: string[] = [];
    override dataReceived(chunk: Buffer) {
      this.chunks.push(chunk);
    }
    readConnectionLost() {
      this.log.push('read lost');
    }
    writeConnectionLost() {
      this.log.push('write lost');
    }
    override connectionLost(reason: Error) {
      this.log.push(reason.name);
    }
  }

  it('speaks both ways, and half-closes', async () => {
    const protocol = new Receiver();
    const transport = new DuplexTransport(new CompressionStream('gzip'), { protocol });
    new PushProducer(transport, data, 10_000).start();
    transport.loseWriteConnection();
    while (protocol.log.length < 2) await turn();
    expect(gunzipSync(Buffer.concat(protocol.chunks)).equals(data)).to.equal(true);
    transport.loseConnection();
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    expect(protocol.log.at(-1)).to.equal('ConnectionDone');
  });

  it('reads no further while it is paused', async () => {
    let given = 0;
    const readable = new ReadableStream<Uint8Array>({
      pull(controller) {
        given += 1;
        controller.enqueue(new Uint8Array(1000));
      },
    });
    const protocol = new Receiver();
    protocol.connectionMade = () => protocol.transport.pauseProducing();
    const writable = new WritableStream<Uint8Array>();
    const transport = new DuplexTransport({ readable, writable }, { protocol });
    for (let count = 0; count < 200; count += 1) await turn();
    expect(protocol.chunks).to.deep.equal([]);
    // A stream buffers 16 KiB in Node 20, and 64 KiB in later ones.
    const { readableHighWaterMark } = new ProducerReadable();
    expect(given).to.be.within(1, readableHighWaterMark / 1000 + 4);
    transport.resumeProducing();
    while (protocol.chunks.length < 100) await turn();
    transport.abortConnection();
    await transport.closed;
  });

  it('refuses a locked stream, and does not lock a stream when it refuses the options', () => {
    const pair = new TransformStream<Uint8Array, Uint8Array>();
    const options = [
      { highWaterMark: -1 },
      { protocol: {} as Protocol },
      { signal: AbortSignal.abort() },
    ];
    for (const option of options) {
      expect(() => new DuplexTransport(pair, option))
        .to.throw(Error)
        .with.property('code');
    }
    expect([pair.readable.locked, pair.writable.locked]).to.deep.equal([false, false]);
    pair.readable.getReader();
    expect(() => new DuplexTransport(pair)).to.throw(InvalidStateError);
  });

  it('turns back into a pair', async () => {
    const duplex = new TransportDuplex();
    new DuplexTransport(new TransformStream<Uint8Array, Uint8Array>(), { protocol: duplex });
    const { readable, writable } = toWeb(duplex);
    const writer = writable.getWriter();
    void writer.write(data).then(() => writer.close());
    const chunks: Uint8Array[] = [];
    for await (const chunk of readable) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(data)).to.equal(true);
  });
});
