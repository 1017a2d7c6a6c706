import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { finished, pipeline } from 'node:stream/promises';
import {
  CompressionStream,
  DecompressionStream,
  ReadableStream,
  TransformStream,
  WritableStream,
} from 'node:stream/web';
import { setImmediate as turn } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';

import { expect } from 'chai';

import { InvalidArgTypeError, InvalidStateError } from '../../../lib/index.js';
import { fromWebPair, fromWebWritable, isWebPair } from '../../../lib/streams/web/from-web.js';
import { loggedErrors } from '../../support/logged.js';
import { numbered } from '../../support/producers.js';
import { readAll } from '../../support/sockets.js';
import { until } from '../../support/until.js';

/** A `WritableStream` that keeps what it is given and notes the rest. */
function collector(strategy?: QueuingStrategy<Uint8Array>) {
  const chunks: Uint8Array[] = [];
  const told: unknown[] = [];
  let controller!: { error(reason: unknown): void };
  const stream = new WritableStream<Uint8Array>(
    {
      start: (given) => void (controller = given),
      write: (chunk) => void chunks.push(chunk),
      close: () => void told.push('close'),
      abort: (reason: unknown) => void told.push(['abort', reason]),
    },
    strategy,
  );
  return { stream, chunks, told, controller };
}

/** A pair of which `give` fills the readable half. */
function pair() {
  const told: unknown[] = [];
  let give!: ReadableStreamDefaultController<Uint8Array>;
  const readable = new ReadableStream<Uint8Array>({
    start: (controller) => void (give = controller),
    cancel: (reason: unknown) => void told.push(['cancel', reason]),
  });
  const writable = collector();
  return { pair: { readable, writable: writable.stream }, give, told, writable };
}

async function errorOf(stream: NodeJS.EventEmitter): Promise<unknown> {
  const [error] = (await once(stream, 'error')) as [unknown];
  return error;
}

describe('fromWebWritable', () => {
  const logged = loggedErrors();

  it('hands on all bytes in order, as plain Uint8Arrays, then closes', async () => {
    const { stream, chunks, told } = collector();
    const writable = fromWebWritable(stream);
    for (const chunk of 'abc') writable.write(chunk);
    writable.end();
    await finished(writable);
    expect(Buffer.concat(chunks).toString()).to.equal('abc');
    expect(chunks.map((chunk) => chunk.constructor)).to.deep.equal(Array(3).fill(Uint8Array));
    expect(told).to.deep.equal(['close']);
  });

  it('waits for each chunk to be taken, so that the chunks that wait are counted', async () => {
    const taken: (() => void)[] = [];
    const stream = new WritableStream({
      write: () => new Promise<void>((resolve) => taken.push(resolve)),
    });
    const writable = fromWebWritable(stream);
    for (const chunk of 'abc') writable.write(chunk);
    await turn();
    expect([taken.length, writable.writableLength]).to.deep.equal([1, 3]);
    taken[0]!();
    await turn();
    expect([taken.length, writable.writableLength]).to.deep.equal([2, 2]);
  });

  it('gets by without a highWaterMark on the other side', async () => {
    const { stream, chunks } = collector({ highWaterMark: 0 });
    const writable = fromWebWritable(stream);
    writable.end('a');
    await finished(writable);
    expect(chunks.length).to.equal(1);
  });

  it('takes any implementation, not only Node’s own', async () => {
    const { stream, chunks } = collector();
    const foreign = { locked: false, getWriter: () => stream.getWriter() };
    const writable = fromWebWritable(foreign);
    writable.end('a');
    await finished(writable);
    expect(chunks.length).to.equal(1);
  });

  it('fails with the stream, while it writes or not', async () => {
    const broken = new Error('broken');
    const { stream, controller } = collector();
    const idle = fromWebWritable(stream);
    controller.error(broken);
    expect(await errorOf(idle)).to.equal(broken);

    const writing = fromWebWritable(new WritableStream({ write: () => Promise.reject(broken) }));
    const result = new Promise((resolve) => writing.write('a', resolve));
    expect(await errorOf(writing)).to.equal(broken);
    expect(await result).to.equal(broken);

    const closing = fromWebWritable(new WritableStream({ close: () => Promise.reject(broken) }));
    closing.end();
    expect(await errorOf(closing)).to.equal(broken);
  });

  it('aborts the stream when it is destroyed, even during a write that never ends', async () => {
    const { stream, told } = collector();
    const broken = new Error('broken');
    const writable = fromWebWritable(stream);
    writable.destroy(broken);
    expect(await errorOf(writable)).to.equal(broken);
    expect(told).to.deep.equal([['abort', broken]]);

    const stuck = fromWebWritable(new WritableStream({ write: () => new Promise(() => {}) }));
    stuck.write('a');
    await turn();
    stuck.destroy();
    await once(stuck, 'close');
  });

  it('tells the stream of an abort during a close that never ends', async () => {
    let signal: AbortSignal | undefined;
    const stream = new WritableStream({
      start: (controller) =>
        void ({ signal } = controller as unknown as typeof controller & {
          signal: AbortSignal;
        }),
      close: () => new Promise(() => {}),
    });
    const writable = fromWebWritable(stream);
    writable.end();
    await turn();
    const broken = new Error('broken');
    writable.destroy(broken);
    expect(await errorOf(writable)).to.equal(broken);
    expect(signal?.reason).to.equal(broken);
  });

  it('reports an error in the abort that no other code would get', async () => {
    const failure = new Error('abort failed');
    for (const broken of [new Error('broken'), undefined]) {
      const stream = new WritableStream({ abort: () => Promise.reject(failure) });
      const writable = fromWebWritable(stream).on('error', () => {});
      writable.destroy(broken);
      await turn();
      expect(logged.splice(0)).to.deep.equal([failure]);
    }
  });

  it('refuses a locked stream', () => {
    const { stream } = collector();
    stream.getWriter();
    expect(() => fromWebWritable(stream)).to.throw(InvalidStateError);
  });
});

describe('A pair of WHATWG streams', () => {
  it('has both halves, and they are of WHATWG', () => {
    const { readable, writable } = new TransformStream();
    expect(isWebPair({ readable, writable })).to.equal(true);
    for (const other of [{ readable }, { writable }, { readable: true, writable: true }, null]) {
      expect(isWebPair(other)).to.equal(false);
    }
  });
});

describe('fromWebPair', () => {
  const logged = loggedErrors();

  it('carries bytes both ways through a TransformStream', async () => {
    const data = numbered(500_000);
    const duplex = fromWebPair(new CompressionStream('gzip'));
    const compressed = readAll(duplex);
    await pipeline([data.subarray(0, 100_000), data.subarray(100_000)], duplex);
    expect(gunzipSync(await compressed).equals(data)).to.equal(true);
  });

  it('reads no more than its highWaterMark ahead', async () => {
    let given = 0;
    const readable = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          given += 1;
          controller.enqueue(new Uint8Array(1000));
        },
      },
      { highWaterMark: 0 },
    );
    const duplex = fromWebPair({ readable, writable: new WritableStream() });
    duplex.once('readable', () => {});
    await until(() => duplex.readableLength >= duplex.readableHighWaterMark);
    for (let count = 0; count < 50; count += 1) await turn();
    expect(given).to.equal(Math.ceil(duplex.readableHighWaterMark / 1000));
  });

  it('leaves timers their turn, however fast both ends are, and goes on', async () => {
    let given = 0;
    const readable = new ReadableStream<Uint8Array>({
      pull(controller) {
        given += 1;
        controller.enqueue(new Uint8Array(1000));
      },
    });
    const duplex = fromWebPair({ readable, writable: new WritableStream() });
    duplex.pipe(duplex, { end: false });
    for (let timers = 0; timers < 5; timers += 1) {
      const before = given;
      await new Promise((resolve) => setTimeout(resolve, 1));
      await until(() => given > before + 100);
    }
    duplex.destroy();
  });

  it('skips empty chunks', async () => {
    const { pair: streams, give } = pair();
    const duplex = fromWebPair(streams);
    for (const chunk of ['', 'a', '', '', 'b', '']) give.enqueue(Buffer.from(chunk));
    const said = text(duplex);
    await turn();
    for (const chunk of ['', '', 'c', '']) give.enqueue(Buffer.from(chunk));
    give.close();
    expect(await said).to.equal('abc');
  });

  it('keeps one half open when the other has ended', async () => {
    const { pair: streams, give, writable } = pair();
    const duplex = fromWebPair(streams);
    give.close();
    await once(duplex.resume(), 'end');
    duplex.end('still');
    await finished(duplex);
    expect(String(Buffer.concat(writable.chunks))).to.equal('still');
  });

  it('fails with either half', async () => {
    const broken = new Error('broken');
    for (const half of ['readable', 'writable', 'neither'] as const) {
      const { pair: streams, give, writable } = pair();
      const duplex = fromWebPair(streams).resume();
      if (half === 'readable') give.error(broken);
      if (half === 'writable') writable.controller.error(broken);
      if (half === 'neither') give.enqueue('no bytes' as never);
      const error = await errorOf(duplex);
      if (half === 'neither') expect(error).to.be.instanceOf(InvalidArgTypeError);
      else expect(error).to.equal(broken);
    }
  });

  it('does not log the error for which it fails, of any kind', async () => {
    for (const broken of [new Error('broken'), 'broken']) {
      const { pair: streams, give } = pair();
      const duplex = fromWebPair(streams).resume();
      give.error(broken);
      const error = await errorOf(duplex);
      if (broken instanceof Error) expect(error).to.equal(broken);
      else expect(error).to.have.property('cause', broken);
      await turn();
      expect(logged).to.deep.equal([]);
    }
  });

  it('that is destroyed as it reads has not ended', async () => {
    const duplex = fromWebPair(pair().pair).resume();
    await turn();
    duplex.destroy();
    await turn();
    const failure = finished(duplex, { writable: false }).catch((error: unknown) => error);
    expect(await failure).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
  });

  it('cancels and aborts when it is destroyed', async () => {
    const { pair: streams, told, writable } = pair();
    const duplex = fromWebPair(streams);
    const broken = new Error('broken');
    duplex.destroy(broken);
    expect(await errorOf(duplex)).to.equal(broken);
    expect(told).to.deep.equal([['cancel', broken]]);
    expect(writable.told).to.deep.equal([['abort', broken]]);
  });

  it('cancels and aborts without a reason when it is destroyed without one', async () => {
    const { pair: streams, told, writable } = pair();
    const duplex = fromWebPair(streams);
    duplex.destroy();
    await once(duplex, 'close');
    expect(told).to.deep.equal([['cancel', undefined]]);
    expect(writable.told).to.deep.equal([['abort', undefined]]);
  });

  it('fails with data that does not decompress', async () => {
    const duplex = fromWebPair(new DecompressionStream('gzip'));
    duplex.resume().end('this is not a gzip');
    expect(await errorOf(duplex)).to.be.instanceOf(Error);
  });

  it('refuses a pair of which one is locked, and locks nothing', () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    writable.getWriter();
    expect(() => fromWebPair({ readable, writable })).to.throw(InvalidStateError);
    expect(readable.locked).to.equal(false);
  });
});
