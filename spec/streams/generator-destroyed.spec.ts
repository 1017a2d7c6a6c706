/** Node has a stream of a generator say `end` when it was destroyed and the generator has returned. */
import { Duplex, PassThrough, Readable, type ReadableOptions } from 'node:stream';

import { expect } from 'chai';

import {
  ConnectionDone,
  ConnectionLost,
  deliverBody,
  DuplexTransport,
  PrematureCloseError,
  Protocol,
  ReadableProducer,
  StandardIO,
} from '../../lib/index.js';
import { RecordingConsumer } from '../support/recording-consumer.js';
import { rejection } from '../support/rejection.js';

/** Ends with the reason of its connection; calls `onData` with each piece. */
class Reader extends Protocol {
  readonly received: string[] = [];
  over!: (reason: Error) => void;
  readonly reason = new Promise<Error>((resolve) => {
    this.over = resolve;
  });

  constructor(private readonly onData: () => void) {
    super();
  }

  override dataReceived(data: Buffer): void {
    this.received.push(String(data));
    this.onData();
  }

  override connectionLost(reason: Error): void {
    this.over(reason);
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- It is an async generator that is destroyed so.
async function* pieces() {
  yield Buffer.from('first');
  yield Buffer.from('second');
  yield Buffer.from('third');
}

describe('A stream of a generator that is destroyed while it is read', () => {
  it('fails the transfer of a ReadableProducer', async () => {
    const stream = Readable.from(pieces());
    const consumer = new RecordingConsumer();
    consumer.write = () => void stream.destroy();
    const reason = await rejection(new ReadableProducer(stream).startProducing(consumer));
    expect(reason).to.be.instanceOf(PrematureCloseError);
  });

  it('fails a body, standard input, and a transport', async () => {
    const connect: ((protocol: Protocol) => Readable)[] = [
      (protocol) => {
        const stream = Readable.from(pieces());
        deliverBody(stream, protocol);
        return stream;
      },
      (protocol) => {
        const stdin = Readable.from(pieces());
        new StandardIO(protocol, { stdin, stdout: new PassThrough().resume() });
        return stdin;
      },
      (protocol) => {
        const stream = Duplex.from(pieces);
        new DuplexTransport(stream, { protocol });
        return stream;
      },
    ];
    for (const give of connect) {
      const reader = new Reader(() => stream.destroy());
      const stream = give(reader);
      const reason = await reader.reason;
      expect(reason).to.be.instanceOf(ConnectionLost);
      expect(reason.cause).to.be.instanceOf(PrematureCloseError);
      expect(reader.received).to.deep.equal(['first']);
    }
  });

  for (const [when, options] of Object.entries<ReadableOptions>({
    'at once': {
      destroy(error, callback) {
        callback(error);
      },
    },
    later: {
      destroy(error, callback) {
        setImmediate(callback, error);
      },
    },
  })) {
    it(`is no stream that destroys itself behind its data, and closes ${when}`, async () => {
      const stream = new Readable({
        ...options,
        read() {
          this.push('all');
          this.push(null);
          process.nextTick(() => this.destroy());
        },
      });
      const consumer = new RecordingConsumer();
      await new ReadableProducer(stream).startProducing(consumer);
      expect(String(consumer.received)).to.equal('all');
    });
  }

  it('is no stream that was given a destroy by hand, and closes at once behind its data', async () => {
    const stream = new Readable({
      read() {
        this.push('all');
        this.push(null);
        process.nextTick(() => this.destroy());
      },
    });
    stream._destroy = (error, callback) => callback(error);
    const consumer = new RecordingConsumer();
    await new ReadableProducer(stream).startProducing(consumer);
    expect(String(consumer.received)).to.equal('all');
  });

  it('is whole where a listener of its end destroys it', async () => {
    const stream = Readable.from(pieces());
    stream.on('end', () => stream.destroy());
    const reader = new Reader(() => {});
    deliverBody(stream, reader);
    expect(await reader.reason).to.be.instanceOf(ConnectionDone);
    expect(reader.received).to.deep.equal(['first', 'second', 'third']);
  });
});
