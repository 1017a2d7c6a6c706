import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { ConsumerWritable, ProducerStoppedError } from '../../../lib/index.js';
import { ProducerReadable } from '../../../lib/streams/as-streams/producer-readable.js';
import { errorOf } from '../../support/error-event.js';
import { DrivenConsumer } from '../../support/consumers.js';
import { loggedErrors } from '../../support/logged.js';
import { readAll } from '../../support/sockets.js';
import { made } from '../../support/driven-writable.js';

/** A stream in front of a consumer that is told of the end, and of a failure. */
function failable(options?: { finish: boolean }) {
  const consumer = new DrivenConsumer();
  const told = Object.assign(consumer, {
    finish: () => void consumer.log.push('finish'),
    producerFailed: () => void consumer.log.push('failed'),
  });
  const writable = new ConsumerWritable(told, options).on('error', () => {});
  return { consumer, writable, log: () => consumer.log.slice(1) };
}

describe('ConsumerWritable', () => {
  const logged = loggedErrors();

  describe('finishing', () => {
    it('unregisters once, after everything was written', async () => {
      const { consumer, writable } = made();
      writable.write('a');
      writable.end('b');
      await finished(writable);
      expect(consumer.log).to.deep.equal(['register push', 'a', 'b', 'unregister']);
    });

    it('unregisters before it finishes the consumer, and says of no failure', async () => {
      const { consumer, writable, log } = failable({ finish: true });
      writable.end('a');
      await once(writable, 'close');
      expect(log()).to.deep.equal(['a', 'unregister', 'finish']);
      expect(consumer.producer).to.equal(null);
    });

    it('does not finish the consumer if it is destroyed while a write may yet reject', async () => {
      const { consumer, writable, log } = failable({ finish: true });
      const write = consumer.write.bind(consumer);
      consumer.write = (data) => Promise.resolve(write(data)) as unknown as void;
      writable.end('a');
      writable.destroy();
      await once(writable, 'close');
      await turn();
      await turn();
      expect(log()).to.deep.equal(['a', 'failed', 'unregister']);
    });

    it('takes no notice of a consumer that stops it as it unregisters', async () => {
      class Stopping extends DrivenConsumer {
        override unregisterProducer(): void {
          this.stop();
        }
      }
      const consumer = new Stopping();
      const writable = new ConsumerWritable(consumer);
      writable.end('a');
      await finished(writable);
      expect(consumer.log).to.deep.equal(['register push', 'a', 'stop']);
    });

    it('waits for a consumer that has paused it while data is buffered', async () => {
      const { consumer, writable } = made();
      consumer.pause();
      writable.end('a');
      await turn();
      expect(consumer.log).to.deep.equal(['register push', 'pause']);
      consumer.resume();
      await finished(writable);
      expect(consumer.log.slice(3)).to.deep.equal(['a', 'unregister']);
    });

    it('does not wait for a consumer that has paused it when there is nothing left', async () => {
      const { consumer, writable } = made();
      consumer.pause();
      writable.end();
      await finished(writable);
      expect(consumer.log.slice(2)).to.deep.equal(['unregister']);
    });

    it('leaves a finishable consumer open for another producer, unless told otherwise', async () => {
      const readable = new ProducerReadable({ end: false });
      for (const text of ['one ', 'two ']) {
        const writable = new ConsumerWritable(readable);
        writable.end(text);
        await finished(writable);
      }
      new ConsumerWritable(readable, { finish: true }).end('three');
      expect((await readAll(readable)).toString()).to.equal('one two three');
    });

    it('fails with the error that unregisterProducer or finish throws', async () => {
      for (const method of ['unregisterProducer', 'finish'] as const) {
        const consumer = Object.assign(new DrivenConsumer(), { finish() {} });
        const thrown = new Error(method);
        consumer[method] = () => {
          throw thrown;
        };
        const writable = new ConsumerWritable(consumer, { finish: true });
        writable.end('a');
        expect(await errorOf(writable)).to.equal(thrown);
      }
    });
  });

  describe('stopped by the consumer', () => {
    it('is destroyed with ProducerStoppedError and does not unregister', async () => {
      const { consumer, writable } = made();
      consumer.stop();
      const error = await errorOf(writable);
      expect(error).to.be.instanceOf(ProducerStoppedError);
      expect(error).to.have.property('code', 'ERR_PRODUCER_STOPPED');
      expect(consumer.log).to.deep.equal(['register push', 'stop']);
    });

    it('does not tell the consumer that it has failed', async () => {
      const { consumer, writable, log } = failable();
      consumer.stop();
      await turn();
      expect(writable.destroyed).to.equal(true);
      expect(log()).to.deep.equal(['stop']);
    });

    it('fails the buffered chunks', async () => {
      const { consumer, writable } = made();
      consumer.pause();
      const errors: unknown[] = [];
      for (const chunk of 'ab') writable.write(chunk, (error) => errors.push(error));
      consumer.stop();
      const error = await errorOf(writable);
      await turn();
      expect(errors).to.deep.equal([error, error]);
      expect(consumer.chunks).to.deep.equal([]);
    });

    it('reports an error that the consumer throws after that, from inside a write', async () => {
      const { consumer, writable } = made();
      const thrown = new Error('full');
      consumer.onWrite = () => {
        consumer.stop();
        throw thrown;
      };
      writable.write('a');
      expect(await errorOf(writable)).to.be.instanceOf(ProducerStoppedError);
      expect(logged).to.deep.equal([thrown]);
    });

    it('may be stopped from inside a write', async () => {
      const { consumer, writable } = made();
      consumer.onWrite = () => consumer.stop();
      for (const chunk of 'ab') writable.write(chunk);
      expect(await errorOf(writable)).to.be.instanceOf(ProducerStoppedError);
      expect(consumer.log).to.deep.equal(['register push', 'a', 'stop']);
    });

    it('takes no notice after it has finished, or of a second stop', async () => {
      const { writable } = made();
      writable.end();
      await finished(writable);
      writable.stopProducing();
      const { writable: stopped } = made();
      stopped.stopProducing();
      stopped.stopProducing();
      await errorOf(stopped);
      await turn();
      expect(writable.errored).to.equal(null);
    });
  });

  describe('destroyed before the end', () => {
    it('unregisters once, so that the consumer is not left waiting', async () => {
      for (const error of [undefined, new Error('broken')]) {
        const { consumer, writable } = made();
        writable.on('error', () => {});
        writable.write('a');
        writable.destroy(error);
        writable.destroy();
        await finished(writable).catch(() => {});
        expect(consumer.log).to.deep.equal(['register push', 'a', 'unregister']);
      }
    });

    it('writes nothing more, although the consumer resumes it as it unregisters', async () => {
      const { consumer, writable } = made();
      consumer.pause();
      consumer.unregisterProducer = () => consumer.resume();
      writable.write('a');
      writable.destroy();
      await once(writable, 'close');
      expect(consumer.chunks).to.deep.equal([]);
    });

    it('unregisters although the consumer throws as it is told of the failure', async () => {
      const consumer = Object.assign(new DrivenConsumer(), {
        producerFailed() {
          throw new Error('refused');
        },
      });
      const writable = new ConsumerWritable(consumer);
      writable.destroy();
      expect(String(await errorOf(writable))).to.equal('Error: refused');
      expect(consumer.log).to.deep.equal(['register push', 'unregister']);
    });

    it('calls back for the chunk that is buffered, with the error', async () => {
      for (const error of [undefined, new Error('broken')]) {
        const { consumer, writable } = made();
        writable.on('error', () => {});
        consumer.pause();
        const result = new Promise<unknown>((resolve) => writable.write('a', resolve));
        writable.destroy(error);
        const code = error ?? { code: 'ERR_CONNECTION_ABORTED' };
        expect(await result).to.include(code);
        consumer.resume();
        expect(consumer.chunks).to.deep.equal([]);
      }
    });

    it('lets no reader behind the consumer take the data for complete', async () => {
      for (const error of [undefined, new Error('broken')]) {
        const readable = new ProducerReadable();
        const writable = new ConsumerWritable(readable);
        writable.on('error', () => {});
        writable.write('not all');
        writable.destroy(error);
        const outcome = await readAll(readable).then(
          () => 'the end',
          (failure: unknown) => failure,
        );
        if (error) expect(outcome).to.equal(error);
        else expect(outcome).to.have.property('code', 'ERR_CONNECTION_ABORTED');
      }
    });

    it('happens when an AbortSignal aborts', async () => {
      const abort = new AbortController();
      const { consumer, writable } = made({ signal: abort.signal });
      abort.abort();
      expect(await errorOf(writable)).to.have.property('name', 'AbortError');
      expect(consumer.log).to.deep.equal(['register push', 'unregister']);
      const { consumer: late, writable: stillborn } = made({ signal: abort.signal });
      expect(await errorOf(stillborn)).to.have.property('name', 'AbortError');
      expect(late.log).to.deep.equal(['register push', 'unregister']);
    });

    it('happens when the write of the consumer throws', async () => {
      const { consumer, writable } = made();
      const thrown = new Error('too much');
      consumer.onWrite = () => {
        throw thrown;
      };
      const result = new Promise<unknown>((resolve) => writable.write('a', resolve));
      expect(await errorOf(writable)).to.equal(thrown);
      expect(await result).to.equal(thrown);
      expect(consumer.log).to.deep.equal(['register push', 'a', 'unregister']);
    });

    it('wraps a value that a consumer throws and that is not an error', async () => {
      const { consumer, writable } = made();
      consumer.onWrite = () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error
        throw 'too much';
      };
      writable.write('a');
      expect(await errorOf(writable)).to.have.property('cause', 'too much');
    });

    it('reports an error of unregisterProducer that no other code would get', async () => {
      const thrown = new Error('unregister');
      for (const error of [undefined, new Error('broken')]) {
        const { consumer, writable } = made();
        consumer.unregisterProducer = () => {
          throw thrown;
        };
        writable.destroy(error);
        expect(await errorOf(writable)).to.equal(error ?? thrown);
      }
      expect(logged).to.deep.equal([thrown]);
    });
  });
});
