import { once } from 'node:events';
import * as core from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  ConsumerWritable,
  InvalidArgTypeError,
  OutOfRangeError,
  ProducerAlreadyRegisteredError,
  ProducerStoppedError,
} from '../../../lib/index.js';
import { errorOf } from '../../support/error-event.js';
import { DrivenConsumer } from '../../support/consumers.js';
import { made } from '../../support/driven-writable.js';

describe('ConsumerWritable', () => {
  describe('registering', () => {
    it('registers as a push producer when it is made', () => {
      const { consumer, writable } = made();
      expect(consumer.log).to.deep.equal(['register push']);
      expect(consumer.producer).to.equal(writable);
      expect(writable.consumer).to.equal(consumer);
    });

    it('refuses a value that is not a consumer, with a code', () => {
      for (const wrong of [null, undefined, 'text', 1, {}, new core.PassThrough()]) {
        expect(() => new ConsumerWritable(wrong as never))
          .to.throw(InvalidArgTypeError)
          .with.property('code', 'ERR_INVALID_ARG_TYPE');
      }
    });

    it('refuses bad options before it has touched the consumer', () => {
      const consumer = new DrivenConsumer();
      const refuse = (options: unknown, error: new (...args: never[]) => Error) =>
        expect(() => new ConsumerWritable(consumer, options as object)).to.throw(error);
      for (const options of [
        null,
        'options',
        { objectMode: 'yes' },
        { objectmode: true },
        { highWatermark: 1 },
        { Finish: true },
        { highWaterMark: '1' },
        { defaultEncoding: 'klingon' },
        { signal: {} },
        { finish: true },
        { finish: 0 },
      ]) {
        refuse(options, InvalidArgTypeError);
      }
      for (const highWaterMark of [-1, 1.5, NaN, Infinity]) {
        refuse({ highWaterMark }, OutOfRangeError);
      }
      expect(consumer.log).to.deep.equal([]);
    });

    it('leaves a consumer alone that has a producer', async () => {
      const abort = new AbortController();
      const { consumer, writable } = made();
      const second = () => new ConsumerWritable(consumer, { signal: abort.signal });
      expect(second).to.throw(ProducerAlreadyRegisteredError);
      abort.abort();
      await turn();
      expect(consumer.log).to.deep.equal(['register push']);
      expect(consumer.producer).to.equal(writable);
    });

    it('may be paused while it registers', async () => {
      const consumer = new DrivenConsumer();
      consumer.registerProducer = (producer) => {
        consumer.producer = producer;
        consumer.pause();
      };
      const writable = new ConsumerWritable(consumer);
      writable.end('late');
      await turn();
      expect(consumer.log).to.deep.equal(['pause']);
      consumer.resume();
      await finished(writable);
      expect(consumer.log).to.deep.equal(['pause', 'resume', 'late', 'unregister']);
    });

    it('may be stopped while it registers, and then fails without unregistering', async () => {
      const consumer = new DrivenConsumer();
      consumer.registerProducer = (producer) => producer.stopProducing();
      const writable = new ConsumerWritable(consumer);
      expect(await errorOf(writable)).to.be.instanceOf(ProducerStoppedError);
      expect(consumer.log).to.deep.equal([]);
    });
  });

  describe('writing', () => {
    it('passes on each chunk in order, strings in their encoding', async () => {
      const { consumer, writable } = made({ defaultEncoding: 'latin1' });
      writable.write(Buffer.from('a'));
      writable.write(new Uint8Array([0x62]));
      writable.write('63', 'hex');
      writable.end('\xe9');
      await finished(writable);
      expect(consumer.received).to.deep.equal(Buffer.from('abc\xe9', 'latin1'));
    });

    it('calls back at once while it is not paused', async () => {
      const { writable } = made();
      await new Promise<void>((resolve, reject) =>
        writable.write('a', (error) => (error ? reject(error) : resolve())),
      );
      expect(writable.writableLength).to.equal(0);
    });

    it('delays the write callback while the consumer has paused it', async () => {
      const { consumer, writable } = made();
      consumer.onWrite = () => consumer.pause();
      writable.write('a', () => consumer.log.push('called back'));
      await turn();
      expect(consumer.log).to.deep.equal(['register push', 'a', 'pause']);
      consumer.resume();
      await turn();
      expect(consumer.log.slice(3)).to.deep.equal(['resume', 'called back']);
    });

    it('writes nothing to a consumer that has paused it, corked or not', async () => {
      const { consumer, writable } = made();
      consumer.pause();
      writable.cork();
      writable.write('a');
      writable.write('b');
      writable.uncork();
      writable.write('c');
      await turn();
      expect(consumer.chunks).to.deep.equal([]);
      expect(writable.writableLength).to.equal(3);
      consumer.resume();
      expect(consumer.received.toString()).to.equal('abc');
    });

    it('stops in the middle of a batch when the consumer pauses it there', async () => {
      const { consumer, writable } = made();
      consumer.onWrite = () => consumer.pause();
      writable.cork();
      for (const chunk of 'abc') writable.write(chunk);
      writable.uncork();
      await turn();
      expect(consumer.log.slice(1)).to.deep.equal(['a', 'pause']);
      consumer.resume();
      expect(consumer.log.slice(3)).to.deep.equal(['resume', 'b', 'pause']);
      consumer.resume();
      expect(consumer.log.slice(6)).to.deep.equal(['resume', 'c', 'pause']);
    });

    it('goes on when the consumer resumes it from inside its own write', async () => {
      const { consumer, writable } = made();
      let depth = 0;
      consumer.onWrite = () => {
        depth += 1;
        expect(depth).to.equal(1);
        consumer.pause();
        consumer.resume();
        depth -= 1;
      };
      for (const chunk of 'abc') writable.write(chunk);
      writable.end();
      await finished(writable);
      expect(consumer.received.toString()).to.equal('abc');
    });

    it('does nothing on a resume without a pause', async () => {
      const { consumer, writable } = made();
      consumer.resume();
      consumer.onWrite = () => consumer.resume();
      writable.end('a');
      await finished(writable);
      expect(consumer.log.slice(2)).to.deep.equal(['a', 'resume', 'unregister']);
    });

    it('says false at its highWaterMark and drain when the consumer has taken everything', async () => {
      const { consumer, writable } = made({ highWaterMark: 3 });
      consumer.pause();
      expect(writable.write('ab')).to.equal(true);
      expect(writable.write('c')).to.equal(false);
      const drain = once(writable, 'drain');
      consumer.resume();
      await drain;
      expect(writable.writableLength).to.equal(0);
    });

    it('passes on a large chunk without copying it', () => {
      const consumer = new DrivenConsumer();
      const written: Uint8Array[] = [];
      consumer.write = (data) => void written.push(data);
      const chunk = Buffer.alloc(1 << 20);
      new ConsumerWritable(consumer).write(chunk);
      expect(written[0]!.buffer).to.equal(chunk.buffer);
    });

    it('fails with the error of the consumer, also without a callback', async () => {
      const { consumer, writable } = made();
      const thrown = new Error('too much');
      consumer.onWrite = () => {
        throw thrown;
      };
      expect(writable.write(Buffer.from('a'))).to.equal(false);
      expect(await errorOf(writable)).to.equal(thrown);
      expect(consumer.log.slice(1)).to.deep.equal(['a', 'unregister']);
    });

    it('keeps the order of chunks that are written from inside a write', async () => {
      const { consumer, writable } = made();
      consumer.onWrite = () => {
        if (consumer.chunks.length < 4) writable.write(Buffer.from(String(consumer.chunks.length)));
      };
      writable.write(Buffer.from('0'));
      writable.write(Buffer.from('x'));
      await turn();
      expect(consumer.log.slice(1)).to.deep.equal(['0', '1', '2', '3', 'x']);
    });

    it('shows every chunk to a subclass that has a _write of its own', () => {
      const seen: string[] = [];
      class Watching extends ConsumerWritable {
        override _write(chunk: Buffer, encoding: string, callback: () => void) {
          seen.push(String(chunk));
          super._write(chunk, encoding, callback);
        }
      }
      const writable = new Watching(new DrivenConsumer());
      writable.write(Buffer.from('a'));
      writable.write('b');
      expect(seen).to.deep.equal(['a', 'b']);
    });

    it('neither overflows the stack nor starves timers in a synchronous flood', async function () {
      const { consumer, writable } = made();
      consumer.write = () => {
        consumer.producer?.pauseProducing();
        consumer.producer?.resumeProducing();
      };
      let ticks = 0;
      const timer = setInterval(() => (ticks += 1), 1);
      const chunk = Buffer.alloc(64);
      function* flood() {
        for (let count = 0; count < 200_000; count += 1) yield chunk;
      }
      await pipeline(core.Readable.from(flood(), { objectMode: false }), writable);
      clearInterval(timer);
      expect(ticks).to.be.greaterThan(0);
    });
  });
});
