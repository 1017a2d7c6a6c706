import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import * as core from 'node:stream';
import { text } from 'node:stream/consumers';
import * as promises from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';
import zlib from 'node:zlib';

import { expect } from 'chai';
import rs from 'readable-stream';

import {
  FileSender,
  InvalidArgTypeError,
  OutOfRangeError,
  ProducerAlreadyRegisteredError,
  ProducerReadable,
  ReadableProducer,
  log,
  type IPullProducer,
  type IPushProducer,
  type LogEvent,
  type ProducerReadableOptions,
} from '../../../lib/index.js';
import { numbered, PullProducer, PushProducer } from '../../support/producers.js';
import { Random } from '../../support/random.js';
import { rejection } from '../../support/rejection.js';
import { readAll } from '../../support/sockets.js';
import { makeFolder, removeFolder } from '../../support/temporary-folder.js';
import { textOf } from '../../support/text-of.js';

const boom = new Error('boom');

/** A producer that only records what it is told. */
function recorder(): IPushProducer & { told: string[] } {
  const told: string[] = [];
  return {
    told,
    pauseProducing: () => void told.push('pause'),
    resumeProducing: () => void told.push('resume'),
    stopProducing: () => void told.push('stop'),
  };
}

/** A pull producer that calls `answer` each time it is asked. */
function pulled(answer: () => void): IPullProducer & { told: string[] } {
  const producer = recorder();
  producer.resumeProducing = () => {
    producer.told.push('resume');
    answer();
  };
  return producer;
}

const bytes = (size: number) => Buffer.alloc(size, 'x');

describe('ProducerReadable', () => {
  describe('with a push producer', () => {
    it('pauses it once when the buffer is full, whatever it still writes', () => {
      const readable = new ProducerReadable({ highWaterMark: 10 });
      const producer = recorder();
      readable.registerProducer(producer, true);
      readable.write(bytes(9));
      expect(producer.told).to.deep.equal([]);
      expect(readable.producerPaused).to.equal(false);
      readable.write(bytes(1));
      expect(producer.told).to.deep.equal(['pause']);
      expect(readable.producerPaused).to.equal(true);
      readable.write(bytes(1));
      expect(producer.told).to.deep.equal(['pause']);
      expect(readable.readableLength).to.equal(11);
    });

    it('resumes it once, when the reader wants more', () => {
      const readable = new ProducerReadable({ highWaterMark: 10 });
      const producer = recorder();
      readable.registerProducer(producer, true);
      readable.write(bytes(10));
      readable.read(0);
      expect(producer.told).to.deep.equal(['pause']);
      readable.read();
      readable.read();
      expect(producer.told).to.deep.equal(['pause', 'resume']);
      expect(readable.producerPaused).to.equal(false);
    });

    it('never resumes one that it has not paused', async () => {
      const readable = new ProducerReadable();
      const producer = recorder();
      readable.registerProducer(producer, true);
      readable.resume();
      for (let i = 0; i < 3; i += 1) {
        readable.write(bytes(10));
        await turn();
      }
      expect(producer.told).to.deep.equal([]);
    });

    it('is right when it writes before anyone reads', async () => {
      const readable = new ProducerReadable();
      const producer = new PushProducer(readable, numbered(300_000), 7000).start();
      await turn();
      expect(producer.log).to.deep.equal(['pause']);
      expect((await readAll(readable)).equals(producer.data)).to.equal(true);
    });

    it('has what it read out of the buffer before it resumes the producer', () => {
      const readable = new ProducerReadable({ highWaterMark: 10 });
      let length: number | undefined;
      const producer = recorder();
      producer.resumeProducing = () => (length = readable.readableLength);
      readable.registerProducer(producer, true);
      readable.write(bytes(15));
      readable.read();
      expect(length).to.equal(0);
    });

    it('pauses it as it registers, if the one before has left the buffer full', () => {
      const readable = new ProducerReadable({ highWaterMark: 10, end: false });
      readable.write(bytes(10));
      const producer = recorder();
      readable.registerProducer(producer, true);
      expect(producer.told).to.deep.equal(['pause']);
      readable.read();
      expect(producer.told).to.deep.equal(['pause', 'resume']);
    });

    it('owes a new producer nothing for the pause of the last one', () => {
      const readable = new ProducerReadable({ highWaterMark: 10, end: false });
      const [first, second] = [recorder(), recorder()];
      readable.registerProducer(first, true);
      readable.write(bytes(10));
      readable.unregisterProducer();
      readable.read();
      readable.registerProducer(second, true);
      readable.read();
      expect(first.told).to.deep.equal(['pause']);
      expect(second.told).to.deep.equal([]);
      expect(readable.producerPaused).to.equal(false);
    });

    it('never buffers more than highWaterMark and one write', async () => {
      const random = new Random(1);
      for (let round = 0; round < 50; round += 1) {
        const highWaterMark = random.integer(0, 50);
        const readable = new ProducerReadable({ highWaterMark });
        const producer = new PushProducer(readable, numbered(2000), random.integer(1, 60));
        const write = readable.write.bind(readable);
        readable.write = (data) => {
          write(data);
          peak = Math.max(peak, readable.readableLength);
        };
        let peak = 0;
        producer.start();
        const chunks: Buffer[] = [];
        while (!readable.readableEnded) {
          const size = random.chance(0.5) ? undefined : random.integer(1, 9);
          const chunk = readable.read(size) as Buffer | null;
          if (chunk !== null) chunks.push(chunk);
          else await turn();
        }
        expect(Buffer.concat(chunks).equals(producer.data)).to.equal(true);
        // `read` of more than that raises it, as it does on any Readable.
        const { readableHighWaterMark } = readable;
        expect(peak).to.be.at.most(Math.max(readableHighWaterMark, 1) - 1 + producer.size);
      }
    });
  });

  describe('with a pull producer', () => {
    it('asks it nothing until the stream is read', async () => {
      const readable = new ProducerReadable();
      const producer = recorder();
      readable.registerProducer(producer, false);
      await turn();
      expect(producer.told).to.deep.equal([]);
      readable.read();
      expect(producer.told).to.deep.equal(['resume']);
    });

    it('asks it as it registers, if the reader waits already', () => {
      const readable = new ProducerReadable();
      readable.read();
      const producer = recorder();
      readable.registerProducer(producer, false);
      expect(producer.told).to.deep.equal(['resume']);
    });

    it('asks nothing as it registers, if the reader got what it waited for', () => {
      const readable = new ProducerReadable();
      readable.read();
      readable.write(bytes(1));
      const producer = recorder();
      readable.registerProducer(producer, false);
      expect(producer.told).to.deep.equal([]);
    });

    it('asks once, however often the reader looks, until it has answered', async () => {
      const readable = new ProducerReadable({ highWaterMark: 1 });
      const producer = recorder();
      readable.registerProducer(producer, false);
      for (let i = 0; i < 3; i += 1) {
        readable.read();
        await turn();
      }
      expect(producer.told).to.deep.equal(['resume']);
      readable.write(bytes(1));
      await turn();
      expect(producer.told).to.deep.equal(['resume']);
      readable.read();
      expect(producer.told).to.deep.equal(['resume', 'resume']);
    });

    it('asks once for each _read', async () => {
      let reads = 0;
      class Counting extends ProducerReadable {
        override _read(): void {
          reads += 1;
          super._read();
        }
      }
      const readable = new Counting({ highWaterMark: 100 });
      const producer = new PullProducer(readable, numbered(5000), 60).start();
      await readAll(readable);
      expect(producer.log.filter((told) => told === 'resume')).to.have.length(reads);
    });

    it('asks again one that answers with no bytes', async () => {
      const readable = new ProducerReadable();
      const answers = [bytes(0), bytes(0), bytes(2)];
      const producer = pulled(() => {
        const answer = answers.shift();
        if (answer === undefined) readable.unregisterProducer();
        else readable.write(answer);
      });
      readable.registerProducer(producer, false);
      expect((await readAll(readable)).length).to.equal(2);
    });

    it('asks the next one for what the last one was asked for and left without giving', () => {
      const readable = new ProducerReadable({ end: false });
      const [first, second] = [recorder(), recorder()];
      readable.registerProducer(first, false);
      readable.read();
      readable.unregisterProducer();
      readable.registerProducer(second, false);
      expect([first.told, second.told]).to.deep.equal([['resume'], ['resume']]);
    });

    it('does not grow the stack, or starve timers, with one that answers at once', async () => {
      const readable = new ProducerReadable();
      let left = 20_000;
      const producer = pulled(() => {
        if (left-- > 0) readable.write(bytes(1));
        else readable.unregisterProducer();
      });
      readable.registerProducer(producer, false);
      let received = 0;
      let timers = 0;
      const timer = setInterval(() => (timers += 1), 0);
      readable.on('data', (chunk: Buffer) => (received += chunk.length));
      await once(readable, 'end');
      clearInterval(timer);
      expect(received).to.equal(20_000);
      expect(timers).to.be.above(0);
    });
  });

  for (const highWaterMark of [0, 1, 1000, undefined]) {
    for (const size of [1, 999, 70_000]) {
      for (const [name, Producer] of [
        ['push', PushProducer],
        ['pull', PullProducer],
      ] as const) {
        it(`hands on every byte, highWaterMark ${highWaterMark}, a ${name} producer of ${size}`, async () => {
          const data = numbered(Math.min(size * 200, 280_000));
          for (const read of [readAll, readByEvents, readByPipe]) {
            const readable = new ProducerReadable({ highWaterMark });
            const producer = new Producer(readable, data, size).start();
            expect((await read(readable)).equals(data)).to.equal(true);
            expect(producer.log).not.to.include('stop');
          }
        });
      }
    }
  }

  it('passes memory on, uncopied, as Buffers', () => {
    const readable = new ProducerReadable();
    const data = new Uint8Array([1, 2, 3]).subarray(1);
    readable.write(data);
    const chunk = readable.read() as Buffer;
    expect(Buffer.isBuffer(chunk)).to.equal(true);
    expect(chunk.buffer).to.equal(data.buffer);
    expect([...chunk]).to.deep.equal([2, 3]);
  });

  describe('ends', () => {
    it('when its producer unregisters', async () => {
      const readable = new ProducerReadable();
      readable.registerProducer(recorder(), true);
      readable.write(Buffer.from('a'));
      readable.unregisterProducer();
      expect(readable.producer).to.equal(null);
      expect(await text(readable)).to.equal('a');
    });

    it('when it is finished, whether or not its producer unregisters', async () => {
      const readable = new ProducerReadable();
      const producer = recorder();
      readable.registerProducer(producer, true);
      readable.write(Buffer.from('a'));
      readable.finish();
      expect(readable.producer, 'forgotten at once').to.equal(null);
      readable.finish();
      readable.unregisterProducer();
      expect(await text(readable)).to.equal('a');
      expect(producer.told).to.deep.equal([]);
    });

    it('only when it is finished, with `{ end: false }`: one producer can follow another', async () => {
      const readable = new ProducerReadable({ end: false });
      for (const Producer of [PushProducer, PullProducer]) {
        for (const word of ['one ', 'two ']) {
          const producer = new Producer(readable, Buffer.from(word), 2).start();
          const chunks: string[] = [];
          while (readable.producer === producer) {
            chunks.push(String((readable.read() as Buffer | null) ?? ''));
            await turn();
          }
          chunks.push(textOf(readable));
          expect(chunks.join('')).to.equal(word);
        }
      }
      readable.finish();
      expect(await text(readable)).to.equal('');
    });

    it('not when nothing is registered and something unregisters', async () => {
      const readable = new ProducerReadable();
      readable.unregisterProducer();
      readable.write(Buffer.from('a'));
      readable.finish();
      expect(await text(readable)).to.equal('a');
    });

    it('and then stops at once what registers, and drops what is written', async () => {
      const readable = new ProducerReadable();
      readable.finish();
      for (const streaming of [true, false]) {
        const producer = recorder();
        readable.registerProducer(producer, streaming);
        readable.write(Buffer.from('late'));
        expect(producer.told).to.deep.equal(['stop']);
        expect(readable.producer).to.equal(null);
      }
      expect(await text(readable)).to.equal('');
    });
  });

  describe('when it is destroyed,', () => {
    const ways: [string, (readable: ProducerReadable) => unknown][] = [
      ['by destroy', (readable) => readable.destroy()],
      ['by destroy with an error', (readable) => readable.on('error', () => {}).destroy(boom)],
      [
        'by leaving a loop',
        async (readable) => {
          // The first turn is all that is wanted.
          for await (const chunk of readable) if (chunk !== undefined) break;
        },
      ],
      [
        'by a signal',
        (readable) => {
          core.addAbortSignal(AbortSignal.abort(), readable).on('error', () => {});
        },
      ],
      [
        'by the failure of a pipeline',
        (readable) => {
          const sink = new core.PassThrough();
          core.pipeline(readable, sink, () => {});
          sink.destroy(boom);
        },
      ],
      ['by the cancelling of a web stream', (readable) => core.Readable.toWeb(readable).cancel()],
    ];
    for (const [how, destroy] of ways) {
      for (const streaming of [true, false]) {
        it(`stops its ${streaming ? 'push' : 'pull'} producer, once: ${how}`, async () => {
          const readable = new ProducerReadable({ highWaterMark: 1 });
          const producer = recorder();
          readable.registerProducer(producer, streaming);
          readable.write(Buffer.from('a'));
          await destroy(readable);
          await turn();
          readable.destroy();
          readable.unregisterProducer();
          await turn();
          expect(readable.destroyed).to.equal(true);
          expect(readable.producer).to.equal(null);
          expect(producer.told.filter((told) => told === 'stop')).to.have.length(1);
          expect(producer.told.at(-1)).to.equal('stop');
        });
      }
    }

    it('stops at once what registers later, and drops what is written', () => {
      const readable = new ProducerReadable();
      readable.destroy();
      const producer = recorder();
      readable.registerProducer(producer, true);
      readable.write(Buffer.from('a'));
      readable.finish();
      expect(producer.told).to.deep.equal(['stop']);
      expect(readable).to.include({ producer: null, readableLength: 0 });
    });

    it('stops no producer that has unregistered', async () => {
      const readable = new ProducerReadable();
      const producer = new PullProducer(readable, numbered(100), 10).start();
      await readAll(readable);
      readable.destroy();
      expect(producer.log).not.to.include('stop');
    });

    it('by its own signal, is so from the start if that aborted before', async () => {
      const readable = new ProducerReadable({ signal: AbortSignal.abort(boom) });
      const [error] = (await once(readable, 'error')) as [Error];
      expect(error).to.include({ code: 'ABORT_ERR', cause: boom });
      const producer = recorder();
      readable.registerProducer(producer, true);
      expect(producer.told).to.deep.equal(['stop']);
    });

    it('forgets its producer before it stops it', () => {
      const readable = new ProducerReadable();
      const producer = recorder();
      let seen: unknown;
      producer.stopProducing = () => {
        seen = readable.producer;
        readable.unregisterProducer();
        readable.write(bytes(1));
      };
      readable.registerProducer(producer, true);
      readable.destroy();
      expect(seen).to.equal(null);
    });
  });

  describe('when its producer throws', () => {
    let logged: LogEvent[];
    let restore: () => void;
    beforeEach(() => {
      logged = [];
      restore = log.addObserver((event) => logged.push(event));
    });
    afterEach(() => restore());

    for (const streaming of [true, false]) {
      it(`from resumeProducing, is destroyed with that and stops the ${streaming ? 'push' : 'pull'} producer`, async () => {
        const readable = new ProducerReadable({ highWaterMark: 1 });
        const producer = pulled(() => {
          throw boom;
        }) as IPushProducer & { told: string[] };
        readable.registerProducer(producer, streaming);
        if (streaming) readable.write(bytes(1));
        const failed = once(readable, 'error');
        readable.resume();
        expect(await failed).to.deep.equal([boom]);
        expect(producer.told.slice(-2)).to.deep.equal(['resume', 'stop']);
        expect(readable.producer).to.equal(null);
      });
    }

    it('from resumeProducing as it registers, lets the caller know', () => {
      const readable = new ProducerReadable();
      readable.read();
      const producer = pulled(() => {
        throw boom;
      });
      expect(() => readable.registerProducer(producer, false)).to.throw(boom);
    });

    it('from pauseProducing, reaches the writer, and the data was written', () => {
      const readable = new ProducerReadable({ highWaterMark: 1 });
      const producer = recorder();
      producer.pauseProducing = () => {
        throw boom;
      };
      readable.registerProducer(producer, true);
      expect(() => readable.write(bytes(1))).to.throw(boom);
      expect(readable.readableLength).to.equal(1);
    });

    it('from stopProducing, is destroyed with that', async () => {
      const readable = new ProducerReadable();
      const producer = recorder();
      producer.stopProducing = () => {
        throw boom;
      };
      readable.registerProducer(producer, true);
      readable.destroy();
      expect(await once(readable, 'error')).to.deep.equal([boom]);
    });

    it('or says that it has failed, is destroyed with that and need not stop it', async () => {
      const readable = new ProducerReadable();
      const producer = recorder();
      readable.registerProducer(producer, true);
      readable.write(bytes(1));
      readable.producerFailed(boom);
      readable.unregisterProducer();
      expect(await once(readable, 'error')).to.deep.equal([boom]);
      expect(producer.told).to.deep.equal([]);
    });

    it('from stopProducing, where there is an error already, reports it', async () => {
      const readable = new ProducerReadable();
      const producer = recorder();
      producer.stopProducing = () => {
        throw boom;
      };
      readable.registerProducer(producer, true);
      const first = new Error('first');
      readable.destroy(first);
      expect(await once(readable, 'error')).to.deep.equal([first]);
      expect(logged.map(({ error }) => error)).to.deep.equal([boom]);
    });
  });

  describe('is called from inside its own callbacks:', () => {
    for (const streaming of [true, false]) {
      it(`a ${streaming ? 'push' : 'pull'} producer ends it as it is read, and the order is kept`, async () => {
        const readable = new ProducerReadable({ highWaterMark: 4 });
        const parts = ['aaaa', 'bbbb', 'cccc', 'dddd'];
        const answer = () => {
          readable.read(0); // As a callback may.
          readable.write(Buffer.from(parts.shift() ?? ''));
          if (parts.length === 0) readable.unregisterProducer();
        };
        const producer = { ...pulled(answer), pauseProducing() {} };
        readable.registerProducer(producer, streaming);
        if (streaming) producer.resumeProducing();
        let read = '';
        readable.on('readable', () => {
          for (let chunk; (chunk = readable.read() as Buffer | null) !== null;)
            read += String(chunk);
        });
        await once(readable, 'end');
        expect(read).to.equal('aaaabbbbccccdddd');
      });
    }

    it('unregistered, and another registered, in pauseProducing', async () => {
      const readable = new ProducerReadable({ highWaterMark: 1, end: false });
      const producer = recorder();
      producer.pauseProducing = () => {
        readable.unregisterProducer();
        new PullProducer(readable, Buffer.from('bc'), 1).start();
      };
      readable.registerProducer(producer, true);
      readable.write(Buffer.from('a'));
      const received: string[] = [];
      readable.on('data', (chunk: Buffer) => received.push(chunk.toString()));
      while (readable.producer !== null) await turn();
      expect(received).to.deep.equal(['a', 'b', 'c']);
    });

    it('destroyed by a listener for data, within a write that would pause', () => {
      const readable = new ProducerReadable({ highWaterMark: 1 });
      const producer = recorder();
      readable.registerProducer(producer, true);
      readable.on('data', () => readable.destroy());
      return turn().then(() => {
        readable.write(bytes(5));
        expect(producer.told).to.deep.equal(['stop']);
      });
    });

    it('finished in resumeProducing', async () => {
      const readable = new ProducerReadable();
      readable.registerProducer(
        pulled(() => readable.finish()),
        false,
      );
      expect(await text(readable)).to.equal('');
    });

    it('destroyed in resumeProducing', async () => {
      const readable = new ProducerReadable();
      const producer = pulled(() => readable.destroy());
      readable.registerProducer(producer, false);
      readable.resume();
      await once(readable, 'close');
      expect(producer.told).to.deep.equal(['resume', 'stop']);
    });
  });

  describe('works with', () => {
    it('finished, also when it has', async () => {
      for (const { promises } of [core, rs as unknown as typeof core]) {
        const readable = new ProducerReadable();
        readable.write(bytes(1));
        readable.finish();
        await once(readable.resume(), 'close');
        await promises.finished(readable);
        const cut = new ProducerReadable();
        cut.destroy();
        await once(cut, 'close');
        const failure = await rejection(promises.finished(cut));
        expect(failure).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
      }
    });

    it('a pull producer that gives the bytes of a character one by one', async () => {
      for (const highWaterMark of [0, 1, 16384]) {
        const readable = new ProducerReadable({ encoding: 'utf8', highWaterMark });
        const data = [...Buffer.from('a😀b')];
        const producer = pulled(() => {
          const byte = data.shift();
          if (byte === undefined) readable.unregisterProducer();
          else readable.write(Buffer.of(byte));
        });
        readable.registerProducer(producer, false);
        expect(await text(readable)).to.equal('a😀b');
      }
    });

    const data = numbered(300_000);
    const start = () => {
      const readable = new ProducerReadable();
      new PushProducer(readable, data, 7000).start();
      return readable;
    };

    for (const [name, library] of [
      ['node:stream', core],
      ['readable-stream', rs as unknown as typeof core],
    ] as const) {
      it(`pipeline of ${name}`, async () => {
        const gunzip = zlib.createGunzip();
        const received = readAll(gunzip);
        await library.promises.pipeline(start(), zlib.createGzip(), gunzip);
        expect((await received).equals(data)).to.equal(true);
      });

      it(`finished of ${name}, after its end and after its failure`, async () => {
        const readable = start();
        readable.resume();
        await library.promises.finished(readable);
        const failing = start();
        const failed = rejection(library.promises.finished(failing));
        failing.destroy(boom);
        expect(await failed).to.equal(boom);
        const left = start();
        const destroyed = rejection(library.promises.finished(left));
        left.destroy();
        expect(await destroyed).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
      });

      it(`compose of ${name}`, async () => {
        type Compose = (...streams: unknown[]) => core.Duplex;
        const { compose } = library as unknown as { compose: Compose };
        const composed = compose(start(), zlib.createGzip(), zlib.createGunzip());
        expect((await readAll(composed)).equals(data)).to.equal(true);
      });

      it(`addAbortSignal of ${name}`, async () => {
        const controller = new AbortController();
        const readable = library.addAbortSignal(controller.signal, start());
        const read = rejection(readAll(readable));
        controller.abort();
        expect(await read).to.have.property('code', 'ABORT_ERR');
      });
    }

    it('Readable.toWeb, both the end and an error', async () => {
      const web = core.Readable.toWeb(start());
      const chunks: Uint8Array[] = [];
      for await (const chunk of web) chunks.push(chunk as Uint8Array);
      expect(Buffer.concat(chunks).equals(data)).to.equal(true);

      const readable = start();
      const reader = core.Readable.toWeb(readable).getReader();
      readable.destroy(boom);
      expect(await rejection(reader.closed)).to.equal(boom);
    });

    it('a file, through a ReadableProducer', async () => {
      const folder = makeFolder();
      const [from, to] = [join(folder, 'from'), join(folder, 'to')];
      try {
        await promises.pipeline(start(), createWriteStream(from));
        const readable = new ProducerReadable();
        await Promise.all([
          new ReadableProducer(createReadStream(from)).startProducing(readable),
          promises.pipeline(readable, createWriteStream(to)),
        ]);
        expect(readFileSync(to).equals(data)).to.equal(true);
      } finally {
        removeFolder(folder);
      }
    });

    it('FileSender, both the end of a file and its failure', async () => {
      const folder = makeFolder();
      const path = join(folder, 'file');
      try {
        await promises.pipeline(start(), createWriteStream(path));
        const readable = new ProducerReadable();
        const [, received] = await Promise.all([
          new FileSender().beginFileTransfer(path, readable),
          readAll(readable),
        ]);
        expect(received.equals(data)).to.equal(true);

        const failing = new ProducerReadable();
        const [sent, read] = await Promise.all([
          rejection(new FileSender().beginFileTransfer(join(folder, 'none'), failing)),
          rejection(readAll(failing)),
        ]);
        expect(sent).to.have.property('code', 'ENOENT');
        expect(read).to.equal(sent);

        const left = new ProducerReadable();
        const stopped = rejection(new FileSender().beginFileTransfer(path, left));
        for await (const chunk of left) if (chunk !== undefined) break;
        expect(await stopped).to.have.property('code', 'ERR_PRODUCER_STOPPED');
      } finally {
        removeFolder(folder);
      }
    });

    it('an encoding', async () => {
      for (const readable of [
        new ProducerReadable({ encoding: 'utf8' }),
        new ProducerReadable().setEncoding('utf8'),
      ]) {
        new PushProducer(readable, Buffer.from('日本語'), 1).start();
        expect((await readable.toArray()).join('')).to.equal('日本語');
      }
    });
  });

  describe('refuses', () => {
    const options: [unknown, typeof InvalidArgTypeError | typeof OutOfRangeError][] = [
      [null, InvalidArgTypeError],
      [7, InvalidArgTypeError],
      [{ objectMode: 1 }, InvalidArgTypeError],
      [{ objectmode: true }, InvalidArgTypeError],
      [{ highWatermark: 1 }, InvalidArgTypeError],
      [{ readableObjectMode: true }, InvalidArgTypeError],
      [{ end: 0 }, InvalidArgTypeError],
      [{ encoding: 'latin-9' }, InvalidArgTypeError],
      [{ highWaterMark: '1' }, InvalidArgTypeError],
      [{ highWaterMark: -1 }, OutOfRangeError],
      [{ highWaterMark: 1.5 }, OutOfRangeError],
      [{ highWaterMark: NaN }, OutOfRangeError],
    ];
    for (const [value, expected] of options) {
      it(`${JSON.stringify(value)} for options`, () => {
        expect(() => new ProducerReadable(value as ProducerReadableOptions)).to.throw(expected);
      });
    }

    it('a string, also after the end and when it is destroyed', () => {
      const finished = new ProducerReadable();
      finished.finish();
      const destroyed = new ProducerReadable();
      destroyed.destroy();
      for (const readable of [new ProducerReadable(), finished, destroyed]) {
        expect(() => readable.write('text' as unknown as Buffer))
          .to.throw(TypeError)
          .with.property('code', 'ERR_INVALID_ARG_TYPE');
        expect(readable.readableLength).to.equal(0);
      }
    });

    it('a second producer, and changes nothing', () => {
      const readable = new ProducerReadable({ highWaterMark: 1 });
      const [first, second] = [recorder(), recorder()];
      readable.registerProducer(first, true);
      readable.write(bytes(1));
      for (const producer of [first, second]) {
        expect(() => readable.registerProducer(producer, false)).to.throw(
          ProducerAlreadyRegisteredError,
        );
      }
      expect(readable).to.include({
        producer: first,
        streamingProducer: true,
        producerPaused: true,
      });
      expect(second.told).to.deep.equal([]);
    });

    it('a value that is not a producer of the kind that it is said to be', () => {
      const readable = new ProducerReadable();
      const pull = { resumeProducing() {}, stopProducing() {} };
      expect(() => readable.registerProducer(pull as IPushProducer, true)).to.throw(
        InvalidArgTypeError,
      );
      expect(() => readable.registerProducer({} as IPullProducer, false)).to.throw(
        InvalidArgTypeError,
      );
      expect(readable.producer).to.equal(null);
    });
  });
});

function readByEvents(readable: ProducerReadable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  readable.on('data', (chunk: Buffer) => chunks.push(chunk));
  return once(readable, 'end').then(() => Buffer.concat(chunks));
}

async function readByPipe(readable: ProducerReadable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const sink = new core.Writable({
    highWaterMark: 100,
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      process.nextTick(done);
    },
  });
  readable.pipe(sink);
  await once(sink, 'finish');
  return Buffer.concat(chunks);
}
