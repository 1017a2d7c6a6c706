/** One adapter at a time for each half of a stream. */
import { Duplex, PassThrough, type Writable } from 'node:stream';

import { expect } from 'chai';

import {
  ConnectionDone,
  DuplexTransport,
  Protocol,
  ReadableProducer,
  WritableConsumer,
} from '../../../lib/index.js';
import {
  assertUnread,
  claimReading,
  releaseReading,
} from '../../../lib/streams/any-stream/index.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';

const EVENTS = ['close', 'drain', 'finish', 'error', 'data', 'end'] as const;
const listenerCounts = (stream: Writable) => EVENTS.map((event) => stream.listenerCount(event));

/** A duplex that is given what it reads, and throws away what is written. */
const quietDuplex = () => new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });

const refused = { name: 'InvalidStateError', code: 'ERR_INVALID_STATE' };

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}

describe('A stream that an adapter writes to', () => {
  for (const [second, make] of [
    ['WritableConsumer', (stream) => new WritableConsumer(stream)],
    ['DuplexTransport', (stream) => new DuplexTransport(stream)],
    [
      'DuplexTransport with a protocol',
      (stream) => new DuplexTransport(stream, { protocol: new Protocol() }),
    ],
  ] as [string, (stream: Duplex) => unknown][]) {
    it(`refuses a ${second}, and is left as it was`, async () => {
      const stream = new PassThrough();
      const consumer = new WritableConsumer(stream);
      const counts = listenerCounts(stream);
      expect(thrownBy(() => make(stream))).to.include(refused);
      expect(listenerCounts(stream)).to.deep.equal(counts);
      consumer.write(Buffer.from('all'));
      consumer.loseConnection();
      expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
      expect(String(stream.read())).to.equal('all');
    });
  }

  it('takes another adapter once the first has lost the stream', () => {
    const stream = quietDuplex();
    for (let i = 0; i < 3; i++) new WritableConsumer(stream).connectionLost(new ConnectionDone());
    const counts = listenerCounts(stream);
    expect(counts, 'a guard on error stays').to.deep.equal([0, 0, 0, 1, 0, 0]);
    expect(() => stream.emit('error', new Error('boom'))).not.to.throw();
  });

  it('can be read by another', async () => {
    const stream = new PassThrough();
    const transport = new DuplexTransport(stream);
    const consumer = new RecordingConsumer();
    const produced = new ReadableProducer(stream).startProducing(consumer);
    transport.write(Buffer.from('through'));
    transport.loseConnection();
    await produced;
    expect(String(consumer.received)).to.equal('through');
  });
});

describe('A stream that an adapter reads', () => {
  it('refuses a ReadableProducer while a DuplexTransport with a protocol reads it', async () => {
    const stream = quietDuplex();
    new DuplexTransport(stream, { protocol: new Protocol() });
    const consumer = new RecordingConsumer();
    const error = await new ReadableProducer(stream)
      .startProducing(consumer)
      .catch((thrown: unknown) => thrown);
    expect(error).to.include(refused);
    expect(consumer.log).to.deep.equal([]);
  });

  it('refuses a second ReadableProducer, and one more is taken after the first', async () => {
    const stream = new PassThrough();
    const consumer = new RecordingConsumer();
    const first = new ReadableProducer(stream).startProducing(consumer);
    const second = new ReadableProducer(stream).startProducing(new RecordingConsumer());
    expect(await second.catch((thrown: unknown) => thrown)).to.include(refused);
    stream.end('all');
    await first;
    expect(String(consumer.received)).to.equal('all');
    await new ReadableProducer(stream).startProducing(new RecordingConsumer());
  });

  it('refuses a second reader until the first one releases it', () => {
    const stream = quietDuplex();
    const [first, second] = [{}, {}];
    claimReading(stream, first);
    claimReading(stream, first);
    expect(thrownBy(() => claimReading(stream, second))).to.include(refused);
    releaseReading(stream, second);
    expect(thrownBy(() => assertUnread(stream))).to.include(refused);
    releaseReading(stream, first);
    assertUnread(stream);
    claimReading(stream, second);
  });

  it('is left alone by a ReadableProducer whose consumer lets another read it', async () => {
    const stream = new PassThrough();
    const reader = new RecordingConsumer();
    let produced: Promise<void> | undefined;
    const consumer = new (class extends RecordingConsumer {
      override registerProducer(producer: ReadableProducer, streaming: boolean): void {
        super.registerProducer(producer, streaming);
        produced = new ReadableProducer(stream).startProducing(reader);
      }
    })();
    const late = new ReadableProducer(stream);
    const error = await late.startProducing(consumer).catch((thrown: unknown) => thrown);
    expect(error).to.include(refused);
    expect(consumer.log).to.deep.equal(['register push', 'unregister']);
    late.stopProducing();
    expect(stream.destroyed).to.equal(false);
    stream.end('all');
    await produced;
    expect(String(reader.received)).to.equal('all');
  });

  it('refuses a DuplexTransport with a protocol while a ReadableProducer reads it', () => {
    const stream = quietDuplex();
    void new ReadableProducer(stream).startProducing(new RecordingConsumer());
    const make = () => new DuplexTransport(stream, { protocol: new Protocol() });
    expect(thrownBy(make)).to.include(refused);
    expect(() => new DuplexTransport(stream)).not.to.throw();
  });
});
