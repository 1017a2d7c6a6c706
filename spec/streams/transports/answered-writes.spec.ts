/** Streams that tell only by what `write` answers that they have enough. */
import { setImmediate as turn } from 'node:timers/promises';
import { EventEmitter } from 'node:events';

import { expect } from 'chai';
import { Writable } from 'streamx';

import { ConnectionDone, WritableConsumer } from '../../../lib/index.js';
import { recorder } from '../../support/recording-producer.js';

/** As the parser of the package `tar`: each write that it answers with `false` owes a `drain`. */
class Owing extends EventEmitter {
  readonly objectMode: boolean;
  readonly taken: unknown[] = [];
  readonly writable = true;
  owed = 0;
  /** The most that it owed at a time. */
  most = 0;

  constructor(objectMode = false) {
    super();
    this.objectMode = objectMode;
  }
  write(chunk: unknown): boolean {
    this.taken.push(this.objectMode ? chunk : String(chunk).slice(0, 1));
    this.owed += 1;
    this.most = Math.max(this.most, this.owed);
    return false;
  }
  drain(): void {
    for (let left = this.owed; left > 0; left--) {
      this.owed -= 1;
      this.emit('drain');
    }
  }
  end(): void {
    this.emit('finish');
    this.emit('close');
  }
}

const letters = [...'abcdef'];
/** A write of that letter, which is too large to be joined with others. */
const large = (letter: string): Buffer => Buffer.alloc(5000, letter);

describe('A stream that cannot tell how much waits in it', () => {
  it('is written to once for each drain', async () => {
    const stream = new Owing();
    const consumer = new WritableConsumer(stream);
    const producer = recorder();
    consumer.registerProducer(producer, true);
    for (const letter of letters) consumer.write(large(letter));
    for (const letter of letters) {
      await turn();
      expect(stream.taken.at(-1)).to.equal(letter);
      stream.drain();
    }
    expect(stream.most).to.equal(1);
    expect(producer.told).to.deep.equal(['pause', 'resume']);
  });

  it('is ended after all that was written, and gets small and large writes in their order', async () => {
    const stream = new Owing();
    const consumer = new WritableConsumer(stream);
    consumer.write(Buffer.from('1'));
    consumer.write(Buffer.from('1'));
    consumer.write(large('2'));
    consumer.write(Buffer.from('3'));
    consumer.loseConnection();
    const draining = setInterval(() => stream.drain(), 1);
    expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
    clearInterval(draining);
    expect(stream.taken).to.deep.equal(['1', '2', '3']);
    expect(stream.most).to.equal(1);
  });

  it('gets one object after the other', async () => {
    const stream = new Owing(true);
    const consumer = new WritableConsumer<number>(stream);
    consumer.write(1);
    consumer.write(2);
    await turn();
    expect(stream.taken).to.deep.equal([1]);
    expect(consumer.writableLength).to.equal(1);
    stream.drain();
    expect(stream.taken).to.deep.equal([1, 2]);
  });

  it('gets all at once as long as it takes more', async () => {
    const taken: string[] = [];
    const stream = new Writable({
      highWaterMark: 1_000_000,
      write(chunk: Buffer, callback: (error: null) => void) {
        taken.push(chunk.toString().slice(0, 1));
        callback(null);
      },
    });
    const consumer = new WritableConsumer(stream);
    for (const letter of letters) consumer.write(large(letter));
    consumer.loseConnection();
    expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
    expect(taken).to.deep.equal(letters);
  });
});
