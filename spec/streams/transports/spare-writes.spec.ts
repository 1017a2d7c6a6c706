/** Writes that fit the free part of the buffer take a short way. Nothing else may differ. */
import { Buffer } from 'node:buffer';
import { Duplex, PassThrough } from 'node:stream';

import { expect } from 'chai';
import fc from 'fast-check';

import { ConnectionDone, DuplexTransport, Protocol, WritableConsumer } from '../../../lib/index.js';
import { pulled, recorder } from '../../support/recording-producer.js';
import { readAll } from '../../support/sockets.js';

const small = Buffer.alloc(64, 'small ');

describe('Writes of one turn', () => {
  for (const size of [64, 1024, 4096]) {
    it(`of ${size} bytes pause the producer with the write that fills the buffer, not earlier or later`, () => {
      const consumer = new WritableConsumer(new PassThrough({ highWaterMark: 16384 }));
      const producer = recorder();
      consumer.registerProducer(producer, true);
      for (let written = size; written < 16384; written += size) {
        consumer.write(Buffer.alloc(size));
        expect(producer.told, `${written} bytes`).to.deep.equal([]);
      }
      consumer.write(Buffer.alloc(size));
      expect(producer.told).to.deep.equal(['pause']);
    });
  }

  for (const way of ['write', 'writeSequence'] as const) {
    it(`count all that a stream with a smaller buffer was given while it was written to, by ${way}`, async () => {
      const stream = new PassThrough({ highWaterMark: 1024 });
      const consumer = new WritableConsumer(stream, { highWaterMark: 65536 });
      const producer = recorder();
      const write = stream.write.bind(stream);
      let isFirst = true;
      stream.write = (chunk: Buffer) => {
        if (isFirst) consumer.write(small); // From inside the first of many writes to the stream.
        isFirst = false;
        return write(chunk);
      };
      consumer.registerProducer(producer, true);
      const pieces = Array.from({ length: 20 }, () => Buffer.alloc(1024));
      if (way === 'write') for (const piece of pieces) consumer.write(piece);
      else consumer.writeSequence(pieces);
      await new Promise((resolve) => setImmediate(resolve));
      while (producer.told.length === 0) consumer.write(small);
      expect(consumer.writableLength).to.be.within(65536, 65536 + small.length - 1);
    });
  }

  it('count a sequence that comes between them', () => {
    const consumer = new WritableConsumer(new PassThrough({ highWaterMark: 16384 }));
    const producer = recorder();
    consumer.registerProducer(producer, true);
    consumer.write(small);
    consumer.writeSequence([Buffer.alloc(5000), Buffer.alloc(5000)]);
    consumer.write(Buffer.alloc(16384 - 10000 - 2 * small.length));
    expect(producer.told).to.deep.equal([]);
    consumer.write(small);
    expect(producer.told).to.deep.equal(['pause']);
  });

  it('of no bytes are not an answer of a pull producer', async () => {
    const consumer = new WritableConsumer(new PassThrough());
    let asked = 0;
    const producer = { resumeProducing: () => void (asked += 1), stopProducing() {} };
    for (let i = 0; i < 3; i++) consumer.write(small); // They leave room behind them.
    consumer.registerProducer(producer, false);
    consumer.write(Buffer.alloc(0));
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).to.equal(1);
  });

  it('of no bytes in a sequence are not an answer of a pull producer either', async () => {
    const consumer = new WritableConsumer(new PassThrough());
    const producer = pulled(() => consumer.writeSequence([Buffer.alloc(0)]));
    consumer.registerProducer(producer, false);
    await new Promise((resolve) => setImmediate(resolve));
    expect(producer.told).to.deep.equal(['resume']);
  });

  it('of no bytes, of no type or of null are refused or ignored, also where room is left', () => {
    const consumer = new WritableConsumer(new PassThrough());
    consumer.write(small);
    consumer.write(Buffer.alloc(0));
    for (const wrong of [null, undefined, 'text', 5, { length: 3 }]) {
      expect(() => consumer.write(wrong as never))
        .to.throw()
        .with.property('code', 'ERR_INVALID_ARG_TYPE');
    }
    expect(consumer.writableLength).to.equal(small.length);
  });

  it('do nothing to a consumer that was closed after they had left room', async () => {
    const stream = new PassThrough();
    const received = readAll(stream);
    const consumer = new WritableConsumer(stream);
    consumer.write(small);
    consumer.loseConnection();
    expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
    consumer.write(small);
    expect(await received).to.deep.equal(small);
    expect(consumer.writableLength).to.equal(0);
  });

  it('count as buffered', () => {
    const consumer = new WritableConsumer(new PassThrough());
    for (let i = 0; i < 10; i++) consumer.write(small);
    expect(consumer.writableLength).to.equal(640);
  });

  it('pause the producer of a subclass when that says that the buffer is full', () => {
    class Small extends WritableConsumer {
      protected override isSendBufferFull(): boolean {
        return this.writableLength >= 2 * small.length;
      }
    }
    const consumer = new Small(new PassThrough());
    const producer = recorder();
    consumer.registerProducer(producer, true);
    consumer.write(small);
    expect(producer.told).to.deep.equal([]);
    consumer.write(small);
    expect(producer.told).to.deep.equal(['pause']);
  });

  it('are all seen by a subclass that overrides any step of a write', () => {
    for (const method of [
      'bufferData',
      'pauseThenWrite',
      'maybePauseProducer',
      'startWriting',
    ] as const) {
      let seen = 0;
      class Counting extends WritableConsumer {}
      Object.defineProperty(Counting.prototype, method, {
        value(this: WritableConsumer, data: Uint8Array) {
          seen += 1;
          (WritableConsumer.prototype as unknown as Record<string, (data: Uint8Array) => void>)[
            method
          ]?.call(this, data);
        },
      });
      const consumer = new Counting(new PassThrough());
      for (let i = 0; i < 10; i++) consumer.write(small);
      expect(seen, method).to.equal(10);
    }
  });

  it('are sent although stopWriting was called between them', async () => {
    const stream = new PassThrough();
    const consumer = new WritableConsumer(stream);
    consumer.write(small);
    consumer.write(small);
    consumer.stopWriting();
    consumer.write(small);
    await new Promise((resolve) => setImmediate(resolve));
    expect(stream.read()).to.deep.equal(Buffer.concat([small, small, small]));
  });

  it('are the answer of a pull producer that registers behind others', async () => {
    const stream = new PassThrough();
    const received = readAll(stream);
    const consumer = new WritableConsumer(stream);
    for (let i = 0; i < 10; i++) consumer.write(small);
    let left = 5;
    const producer = {
      resumeProducing: () => {
        if (left-- > 0) consumer.write(small);
        else consumer.unregisterProducer();
      },
      stopProducing() {},
    };
    consumer.registerProducer(producer, false);
    consumer.loseConnection();
    expect((await received).length).to.equal(15 * 64);
    expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
  });

  it('arrive in order, with any sizes, among large ones', async () => {
    const size = fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 900, max: 5000 }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(size, { maxLength: 40 }), { maxLength: 10 }),
        async (turns) => {
          const stream = new PassThrough();
          const received = readAll(stream);
          const consumer = new WritableConsumer(stream);
          const pieces: Buffer[] = [];
          for (const sizes of turns) {
            for (const size of sizes) {
              const piece = Buffer.alloc(size, pieces.length + 1);
              pieces.push(Buffer.from(piece));
              consumer.write(piece);
              if (size < 900) piece.fill(0); // A small write may be reused at once.
            }
            await new Promise((resolve) => setImmediate(resolve));
          }
          consumer.loseConnection();
          expect((await received).equals(Buffer.concat(pieces))).to.equal(true);
        },
      ),
    );
  });

  it('arrive although they go on when the buffer is full, and move the chunk to new memory', async () => {
    const stream = new PassThrough({ highWaterMark: 1000 });
    const received = readAll(stream);
    const consumer = new WritableConsumer(stream); // Without a producer nothing is paused.
    const pieces = Array.from({ length: 100_000 }, (_, i) => Buffer.from(`${i}\n`));
    for (const [i, piece] of pieces.entries()) {
      consumer.write(piece);
      if (i % 20_000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    consumer.loseConnection();
    expect((await received).equals(Buffer.concat(pieces))).to.equal(true);
    expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
  });

  /** A stream that is full with `small`, and has room once `drain` is called. */
  const fullOf = (sent: string[]) => {
    const callbacks: (() => void)[] = [];
    const duplex = new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, done) {
        sent.push(String(chunk));
        callbacks.push(done);
      },
      writableHighWaterMark: small.length,
    });
    return { duplex, drain: () => callbacks.splice(0).forEach((done) => done()) };
  };

  it('are dropped where the producer makes them when it is stopped by a hang-up', async () => {
    const sent: string[] = [];
    const { duplex, drain } = fullOf(sent);
    const transport = new DuplexTransport(duplex, {
      protocol: new Protocol(),
      highWaterMark: 1024,
    });
    const producer = {
      ...recorder(),
      stopProducing: () => transport.write(Buffer.from('late')),
    };
    transport.registerProducer(producer, true);
    transport.write(small);
    await new Promise((resolve) => setImmediate(resolve));
    duplex.push(null);
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    drain();
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).to.deep.equal([String(small)]);
    expect(duplex.writableFinished).to.equal(true);
  });

  it('are dropped after a half close, also where that is asked for again in the same turn', async () => {
    const duplex = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    const transport = new DuplexTransport(duplex, { protocol: new Protocol() });
    transport.write(small);
    transport.loseWriteConnection();
    await new Promise((resolve) => setImmediate(resolve));
    expect(duplex.writableFinished).to.equal(true);
    transport.loseWriteConnection();
    transport.write(small);
    transport.write(small);
    await new Promise((resolve) => setImmediate(resolve));
    expect(transport).to.include({ connected: true, writableLength: 0 });
    duplex.destroy();
  });
});
