import { once } from 'node:events';
import * as core from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import * as rs from 'readable-stream';
import * as streamx from 'streamx';

import {
  ConnectionDone,
  ConsumerWritable,
  DuplexTransport,
  InvalidArgTypeError,
  log,
  OutOfRangeError,
  ProducerAlreadyRegisteredError,
  ProducerStoppedError,
  type LogEvent,
} from '../../../lib/index.js';
import { ProducerReadable } from '../../../lib/streams/as-streams/producer-readable.js';
import { DrivenConsumer, SlowConsumer } from '../../support/consumers.js';
import { numbered } from '../../support/producers.js';
import { readAll, tcpPair } from '../../support/sockets.js';

/** A consumer and the stream in front of it. */
function made(options?: ConstructorParameters<typeof ConsumerWritable>[1]) {
  const consumer = new DrivenConsumer();
  const writable = new ConsumerWritable(consumer, options);
  return { consumer, writable };
}

/** The error that `stream` emits. */
async function errorOf(stream: core.Stream | ConsumerWritable): Promise<Error> {
  const [error] = (await once(stream, 'error')) as [Error];
  return error;
}

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

    it('holds the write callback while the consumer has paused it', async () => {
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

    it('takes a resume that balances no pause for nothing', async () => {
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

    it('keeps the order of what is written from inside a write', async () => {
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

  describe('finishing', () => {
    it('unregisters once, after everything was written', async () => {
      const { consumer, writable } = made();
      writable.write('a');
      writable.end('b');
      await finished(writable);
      expect(consumer.log).to.deep.equal(['register push', 'a', 'b', 'unregister']);
    });

    it('waits for a consumer that has paused it with data held', async () => {
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

    it('fails with what unregisterProducer or finish throws', async () => {
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

    it('fails what it holds', async () => {
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

    it('reports what the consumer throws after that, from inside a write', async () => {
      const { consumer, writable } = made();
      const thrown = new Error('full');
      consumer.onWrite = () => {
        consumer.stop();
        throw thrown;
      };
      const logged: unknown[] = [];
      const restore = log.addObserver(({ error }) => logged.push(error));
      writable.write('a');
      restore();
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

    it('calls back for the chunk that it holds, with the error', async () => {
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

    it('lets no reader of what the consumer makes of it believe that this is all', async () => {
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

    it('is what an AbortSignal does', async () => {
      const abort = new AbortController();
      const { consumer, writable } = made({ signal: abort.signal });
      abort.abort();
      expect(await errorOf(writable)).to.have.property('name', 'AbortError');
      expect(consumer.log).to.deep.equal(['register push', 'unregister']);
      const { consumer: late, writable: stillborn } = made({ signal: abort.signal });
      expect(await errorOf(stillborn)).to.have.property('name', 'AbortError');
      expect(late.log).to.deep.equal(['register push', 'unregister']);
    });

    it('is what a consumer does if its write throws', async () => {
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

    it('wraps what a consumer throws that is not an error', async () => {
      const { consumer, writable } = made();
      consumer.onWrite = () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error
        throw 'too much';
      };
      writable.write('a');
      expect(await errorOf(writable)).to.have.property('cause', 'too much');
    });

    it('reports an error of unregisterProducer that no other code would hear of', async () => {
      const thrown = new Error('unregister');
      const events: LogEvent[] = [];
      const restore = log.addObserver((event) => events.push(event));
      try {
        for (const error of [undefined, new Error('broken')]) {
          const { consumer, writable } = made();
          consumer.unregisterProducer = () => {
            throw thrown;
          };
          writable.destroy(error);
          expect(await errorOf(writable)).to.equal(error ?? thrown);
        }
      } finally {
        restore();
      }
      expect(events.map(({ error }) => error)).to.deep.equal([thrown]);
    });
  });

  describe('beside other streams', () => {
    const data = numbered(300_000);
    const pieces = () =>
      Array.from({ length: 30 }, (_, index) => data.subarray(index * 10_000, (index + 1) * 10_000));
    const sources = {
      'node:stream': () => core.Readable.from(pieces(), { objectMode: false }),
      'readable-stream': () =>
        rs.Readable.from(pieces(), { objectMode: false }) as unknown as core.Readable,
    };
    /** The declarations for Node 20 lack `compose`; those of readable-stream lack more. */
    type Library = typeof core & { compose(...streams: core.Writable[]): core.Duplex };
    const libraries = {
      'node:stream': core as Library,
      'readable-stream': rs as unknown as Library,
    };
    for (const [name, library] of Object.entries(libraries)) {
      for (const [kind, source] of Object.entries(sources)) {
        it(`ends a pipeline of ${name} from a Readable of ${kind}`, async () => {
          const consumer = new SlowConsumer();
          const writable = new ConsumerWritable(consumer);
          const done = new Promise<unknown>((resolve) => library.finished(writable, resolve));
          await new Promise<void>((resolve, reject) =>
            library.pipeline(source(), new core.PassThrough(), writable, (error) =>
              error ? reject(error) : resolve(),
            ),
          );
          expect(await done).to.equal(undefined);
          expect(consumer.received.equals(data)).to.equal(true);
          expect(consumer.log.at(-1)).to.equal('unregister');
        });

        it(`takes a failure of ${kind} from a pipeline of ${name}, and unregisters`, async () => {
          const { consumer, writable } = made();
          const readable = source();
          const done = new Promise<unknown>((resolve) =>
            library.pipeline(readable, writable, resolve),
          );
          const broken = new Error('broken');
          readable.destroy(broken);
          expect(await done).to.equal(broken);
          expect(writable.destroyed).to.equal(true);
          expect(consumer.log.at(-1)).to.equal('unregister');
        });

        it(`passes a stop on to ${kind} through a pipeline of ${name}`, async () => {
          const { consumer, writable } = made();
          const readable = source();
          consumer.onWrite = () => consumer.stop();
          const error = await new Promise((resolve) =>
            library.pipeline(readable, writable, resolve),
          );
          expect(error).to.be.instanceOf(ProducerStoppedError);
          expect(readable.destroyed).to.equal(true);
        });
      }

      it(`is the end of a stream composed by ${name}`, async () => {
        const consumer = new SlowConsumer();
        const composed = library.compose(new core.PassThrough(), new ConsumerWritable(consumer));
        await new Promise<void>((resolve) => composed.end(data, resolve));
        await turn();
        expect(consumer.received.equals(data)).to.equal(true);
      });

      it(`is destroyed by an AbortSignal that ${name} adds`, async () => {
        const { consumer, writable } = made();
        const abort = new AbortController();
        library.addAbortSignal(abort.signal, writable);
        abort.abort();
        expect(await errorOf(writable)).to.have.property('name', 'AbortError');
        expect(consumer.log.at(-1)).to.equal('unregister');
      });
    }

    it('can be piped into by streamx', async () => {
      const consumer = new SlowConsumer();
      const writable = new ConsumerWritable(consumer);
      streamx.Readable.from(pieces()).pipe(writable as never);
      await finished(writable);
      expect(consumer.received.equals(data)).to.equal(true);
    });

    it('sends a file’s worth of bytes to a slow peer, whose socket is the consumer', async () => {
      const { server, client } = await tcpPair();
      const transport = new DuplexTransport(server);
      const received = readAll(client);
      const big = Buffer.concat(Array.from({ length: 20 }, () => data));
      await pipeline(core.Readable.from([big, data]), new ConsumerWritable(transport));
      transport.loseConnection();
      client.end();
      expect((await received).equals(Buffer.concat([big, data]))).to.equal(true);
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    });
  });
});
