/** Small writes that fit what is free of the buffer take a short way. Nothing else may differ. */
import { Buffer } from 'node:buffer';
import { PassThrough } from 'node:stream';

import { expect } from 'chai';
import fc from 'fast-check';

import { ConnectionDone, WritableConsumer } from '../../../lib/index.js';
import { readAll } from '../../support/sockets.js';

const small = Buffer.alloc(64, 'small ');

/** A push producer that notes what it is told. */
function noting() {
  const log: string[] = [];
  return {
    log,
    pauseProducing: () => void log.push('pause'),
    resumeProducing: () => void log.push('resume'),
    stopProducing: () => void log.push('stop'),
  };
}

describe('Small writes of one turn', () => {
  it('pause the producer with the write that fills the buffer, not earlier and not later', () => {
    const consumer = new WritableConsumer(new PassThrough({ highWaterMark: 16384 }));
    const producer = noting();
    consumer.registerProducer(producer, true);
    for (let written = 64; written < 16384; written += 64) {
      consumer.write(small);
      expect(producer.log, `${written} bytes`).to.deep.equal([]);
    }
    consumer.write(small);
    expect(producer.log).to.deep.equal(['pause']);
  });

  it('count in what is buffered', () => {
    const consumer = new WritableConsumer(new PassThrough());
    for (let i = 0; i < 10; i++) consumer.write(small);
    expect(consumer.writableLength).to.equal(640);
  });

  it('are all seen by a subclass that overrides bufferData, maybePauseProducer or startWriting', () => {
    for (const method of ['bufferData', 'maybePauseProducer', 'startWriting'] as const) {
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
    const received = readAll(stream);
    const consumer = new WritableConsumer(stream);
    consumer.write(small);
    consumer.write(small);
    consumer.stopWriting();
    consumer.write(small);
    consumer.loseConnection();
    expect(await received).to.deep.equal(Buffer.concat([small, small, small]));
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

  it('arrive in order, whatever their sizes, among large ones', async () => {
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
});
