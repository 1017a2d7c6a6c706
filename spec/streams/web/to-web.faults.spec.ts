/** `toWeb` of streams that say more, or less, than a stream of Node's that ends well. */
import { EventEmitter, once } from 'node:events';
import { Duplex, PassThrough, Readable, Writable } from 'node:stream';

import { expect } from 'chai';
import * as streamx from 'streamx';

import { InvalidArgTypeError, ProducerReadable, toWeb } from '../../../lib/index.js';
import { http2Exchange } from '../../support/http2-exchange.js';
import { rejection } from '../../support/rejection.js';
import { settled } from '../../support/settled.js';
import { allTextOf } from '../../support/text-of.js';

const broken = new Error('broken');
const premature = 'ERR_STREAM_PREMATURE_CLOSE';

/** A stream of no library: it says what a spec has it say, also when it is destroyed. */
class Sloppy extends EventEmitter {
  readonly readableEncoding = null;
  destroyed = 0;
  read(): null {
    return null;
  }
  pause(): void {}
  resume(): void {}
  destroy(): void {
    this.destroyed += 1;
    this.goOn();
  }
  /** Emits the events of a stream that does not notice that it is over. */
  goOn(): void {
    this.emit('data', Buffer.from('late'));
    this.emit('end');
    this.emit('error', broken);
    this.emit('close');
  }
}

/** The bytes that wait in `stream`, of which nothing is read. */
async function heldBy(stream: PassThrough, chunk: Buffer, count: number): Promise<number> {
  let taken = 0;
  for (let i = 0; i < count; i += 1) stream.write(chunk, () => (taken += chunk.length));
  for (let i = 0; i < 10; i += 1) await settled();
  return taken;
}

describe('toWeb, of a readable', () => {
  it('fails with one that says only error', async () => {
    const stream = new PassThrough({ emitClose: false });
    const failure = rejection(toWeb(stream).readable.getReader().read());
    stream.destroy(broken);
    expect(await failure).to.equal(broken);
  });

  it('takes no notice of one that goes on although it was cancelled', async () => {
    const stream = new Sloppy();
    const reader = toWeb(stream).getReader();
    await reader.cancel();
    stream.goOn();
    expect((await reader.read()).done).to.equal(true);
    expect(stream.destroyed).to.equal(1);
  });

  it('takes no notice of one that goes on although it has failed', async () => {
    const stream = new Sloppy();
    const reader = toWeb(stream).getReader();
    stream.emit('error', broken);
    stream.goOn();
    expect(await rejection(reader.read())).to.equal(broken);
  });

  it('destroys a stream that gives a chunk that is not bytes, and fails', async () => {
    const sloppy = new Sloppy();
    const failure = rejection(toWeb(sloppy).getReader().read());
    sloppy.emit('data', 5);
    expect(await failure).to.be.instanceOf(InvalidArgTypeError);
    expect(sloppy.destroyed).to.equal(1);

    const stream = new PassThrough({ objectMode: true });
    stream.write(5);
    const { readable } = toWeb(stream);
    expect(await rejection(readable.getReader().read())).to.be.instanceOf(InvalidArgTypeError);
    expect(stream.errored).to.be.instanceOf(InvalidArgTypeError);
  });

  it('fails with one that had failed before, and was not destroyed by that', async () => {
    const stream = new Readable({ autoDestroy: false, read() {} }).on('error', () => {});
    stream.push(null);
    stream.push('late');
    await settled();
    const failure = await rejection(toWeb(stream).getReader().read());
    expect(failure).to.have.property('code', 'ERR_STREAM_PUSH_AFTER_EOF');
  });

  it('gives all data of one that failed after its end', async () => {
    const stream = new Duplex({ read() {}, write() {} });
    const { readable } = toWeb(stream);
    stream.push('all');
    stream.push(null);
    await once(stream, 'end');
    stream.destroy(broken);
    await settled();
    expect(await allTextOf(readable)).to.equal('all');
  });

  it('takes nothing before it is read where highWaterMark is 0', async () => {
    const stream = new ProducerReadable({ highWaterMark: 0 });
    stream.write(Buffer.from('a'));
    const reader = toWeb(stream).getReader();
    await settled();
    expect(stream.readableLength).to.equal(1);
    const { value } = await reader.read();
    expect(String(Buffer.from(value!))).to.equal('a');
  });

  it('takes as much as there is room for, and no more, of one that gives without end', async () => {
    const stream = new PassThrough({ highWaterMark: 1000 });
    toWeb(stream).readable.getReader();
    const taken = await heldBy(stream, Buffer.alloc(100), 200);
    // The readable half of the stream holds a highWaterMark, as does the other stream.
    expect(taken).to.be.within(1800, 2200);
  });

  it('destroys one that is cancelled, with the reason if there is one', async () => {
    for (const reason of [undefined, broken]) {
      const stream = new ProducerReadable().on('error', () => {});
      await toWeb(stream).cancel(reason);
      expect(stream.destroyed).to.equal(true);
      expect(stream.errored).to.equal(reason ?? null);
    }
  });

  describe('over HTTP/2,', () => {
    it('reads an answer to its end, although the stream closes right behind it', async () => {
      const { request, accepted, dispose } = await http2Exchange('GET');
      const { readable } = toWeb(request);
      accepted.respond();
      accepted.end('answer');
      expect(await allTextOf(readable)).to.equal('answer');
      dispose();
    });

    it('fails if it had ended, and was reset, before', async () => {
      const { request, accepted, dispose } = await http2Exchange('POST');
      request.on('error', () => {});
      accepted.respond();
      accepted.write('partial', () => accepted.close(8));
      await once(request.resume(), 'close');
      const { readable } = toWeb(request);
      expect(request.readableEnded).to.equal(true);
      expect(await rejection(readable.getReader().read())).to.have.property('code', premature);
      dispose();
    });
  });
});

describe('toWeb, of a writable', () => {
  for (const how of ['close', 'destroy'] as const) {
    it(`fails if the server cuts the upload over HTTP/2 that it does not take, by ${how}`, async () => {
      const { request, accepted, dispose } = await http2Exchange('POST');
      request.on('error', () => {});
      accepted.on('error', () => {});
      const writer = toWeb(request).writable.getWriter();
      const failure = rejection(writer.closed);
      // On Node 26, it resolves: Node says nothing of the bytes that were dropped.
      writer.write(Buffer.alloc(500_000)).catch(() => {});
      while (request.writableLength === 0) await new Promise(setImmediate);
      accepted[how]();
      expect(await failure).to.have.property('code', premature);
      dispose();
    });
  }

  it('closes with one that closes and says no finish, but has finished', async () => {
    class Silent extends Writable {
      override emit(event: string, ...rest: unknown[]): boolean {
        return event !== 'finish' && super.emit(event, ...rest);
      }
    }
    const writer = toWeb(new Silent({ write: (_chunk, _encoding, done) => done() })).getWriter();
    await writer.write(Buffer.from('a'));
    await writer.close();
  });

  it('does not close with one that is destroyed before it has finished', async () => {
    const stream = new Writable({ final() {} });
    const writer = toWeb(stream).getWriter();
    writer.closed.catch(() => {});
    const failure = rejection(writer.close());
    await settled();
    stream.destroy();
    expect(await failure).to.have.property('code', premature);
  });

  it('writes on to one that calls nothing back, as long as it has room', async () => {
    const chunks: string[] = [];
    const stream = new streamx.Writable({
      highWaterMark: 100,
      write(chunk: Buffer) {
        chunks.push(String(chunk)); // It never calls back, so nothing drains.
      },
    });
    // The declarations say too little of it for its overloads to be told apart.
    const writer = toWeb(stream as unknown as Writable).getWriter();
    await writer.write(Buffer.from('a'));
    await writer.write(Buffer.from('b'));
    await settled();
    expect(chunks).to.deep.equal(['a']);
    writer.closed.catch(() => {});
    stream.destroy();
  });

  it('fails the write that the stream refuses, not only those after it', async () => {
    const stream = new Writable({
      write(_chunk, _encoding, done) {
        done(broken);
      },
    });
    const writer = toWeb(stream).getWriter();
    writer.closed.catch(() => {});
    expect(await rejection(writer.write(Buffer.from('a')))).to.equal(broken);
  });

  it('fails with one that had failed before, and was not destroyed by that', async () => {
    const stream = new Writable({
      autoDestroy: false,
      write(_chunk, _encoding, done) {
        done(broken);
      },
    }).on('error', () => {});
    stream.write('a');
    await settled();
    expect(stream.destroyed).to.equal(false);
    expect(await rejection(toWeb(stream).getWriter().closed)).to.equal(broken);
  });
});
