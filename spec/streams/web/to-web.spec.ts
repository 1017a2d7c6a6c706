import { once } from 'node:events';
import http2 from 'node:http2';
import { PassThrough, Readable, Writable } from 'node:stream';

import { expect } from 'chai';
import * as rs from 'readable-stream';
import * as streamx from 'streamx';

import {
  ConsumerWritable,
  InvalidArgTypeError,
  ProducerStoppedError,
  toWeb,
  TransportDuplex,
} from '../../../lib/index.js';
import { ProducerReadable } from '../../../lib/streams/as-streams/producer-readable.js';
import { DrivenConsumer, SlowConsumer } from '../../support/consumers.js';
import { numbered, PushProducer } from '../../support/producers.js';
import { settled } from '../../support/settled.js';
import { KIB } from '../../support/sizes.js';
import { port, tcpPair } from '../../support/sockets.js';
import { allTextOf } from '../../support/text-of.js';
import { HalfCloseableTransport } from '../../support/transports.js';
import { rejection } from '../../support/rejection.js';

describe('toWeb', () => {
  describe('of a ProducerReadable', () => {
    it('gives all bytes in order, as plain Uint8Arrays of their own memory', async () => {
      const data = numbered(500_000);
      const readable = new ProducerReadable();
      new PushProducer(readable, data, 10_000).start();
      const chunks: Uint8Array[] = [];
      for await (const chunk of toWeb(readable)) chunks.push(chunk);
      expect(Buffer.concat(chunks).equals(data)).to.equal(true);
      expect(chunks[0]!.constructor).to.equal(Uint8Array);
      expect(chunks[0]!.buffer).to.not.equal(data.buffer);
    });

    it('buffers by bytes: two highWaterMarks, and a chunk at each', async () => {
      const readable = new ProducerReadable({ highWaterMark: 16 * KIB });
      const producer = new PushProducer(readable, Buffer.alloc(4096 * KIB), 4 * KIB).start();
      const reader = toWeb(readable).getReader();
      await settled();
      expect(producer.paused).to.equal(true);
      const before = producer.sent;
      expect(before).to.be.lessThanOrEqual(40 * KIB);
      await reader.read();
      await settled();
      expect(producer.sent - before).to.equal(4 * KIB);
    });

    it('stops the producer when it is cancelled', async () => {
      for (const reason of [undefined, new Error('enough'), 'enough']) {
        const readable = new ProducerReadable();
        const producer = new PushProducer(readable, Buffer.alloc(1 << 20), KIB).start();
        await toWeb(readable).cancel(reason);
        expect(producer.log.at(-1)).to.equal('stop');
        expect(readable.destroyed).to.equal(true);
        await settled(); // Nothing is unhandled.
      }
    });

    it('fails with it, and when it closes before its end', async () => {
      const broken = new Error('broken');
      for (const error of [broken, undefined]) {
        const readable = new ProducerReadable();
        const reader = toWeb(readable).getReader();
        readable.destroy(error);
        const code = error ?? { code: 'ERR_STREAM_PREMATURE_CLOSE' };
        expect(await rejection(reader.read())).to.include(code);
      }
    });

    it('knows of an end or an error from before', async () => {
      const broken = new Error('broken');
      const failed = new ProducerReadable();
      failed.on('error', () => {}).destroy(broken);
      await settled();
      expect(await rejection(toWeb(failed).getReader().read())).to.equal(broken);

      const ended = new ProducerReadable();
      ended.resume().finish();
      await settled();
      expect(await allTextOf(toWeb(ended))).to.equal('');
    });

    it('gives the bytes of the strings that setEncoding made', async () => {
      const readable = new ProducerReadable({ encoding: 'hex' });
      readable.write(Buffer.from('text'));
      readable.finish();
      expect(await allTextOf(toWeb(readable))).to.equal('text');
    });

    it('gives UTF-16 that ends in the turn in which it comes, and none at all', async () => {
      for (const words of ['all', '']) {
        const readable = new ProducerReadable({ encoding: 'utf16le' });
        const given = toWeb(readable);
        if (words !== '') readable.write(Buffer.from(words, 'utf16le'));
        readable.finish();
        expect(await allTextOf(given)).to.equal(Buffer.from(words, 'utf16le').toString());
      }
    });
  });

  describe('of a ConsumerWritable', () => {
    it('takes all bytes in order, then finishes', async () => {
      const consumer = new SlowConsumer();
      const writer = toWeb(new ConsumerWritable(consumer)).getWriter();
      for (const chunk of ['a', 'b', 'c']) await writer.write(Buffer.from(chunk));
      await writer.close();
      expect(String(consumer.received)).to.equal('abc');
      expect(consumer.log.at(-1)).to.equal('unregister');
    });

    it('counts bytes, and is ready when the consumer is', async () => {
      const consumer = new DrivenConsumer();
      consumer.onWrite = () => consumer.pause();
      const writer = toWeb(new ConsumerWritable(consumer, { highWaterMark: 10 })).getWriter();
      await settled();
      expect(writer.desiredSize).to.equal(10);
      void writer.write(Buffer.alloc(6));
      void writer.write(Buffer.alloc(6));
      expect(writer.desiredSize).to.equal(-2);
      await settled();
      expect(consumer.received.length).to.equal(6);
      consumer.resume();
      await writer.ready;
      expect(writer.desiredSize).to.equal(4);
    });

    it('can be aborted although the consumer has paused it', async () => {
      const consumer = new DrivenConsumer();
      consumer.pause();
      const writable = new ConsumerWritable(consumer);
      const writer = toWeb(writable).getWriter();
      consumer.pause();
      const write = rejection(writer.write(Buffer.from('held')));
      await settled();
      const reason = new Error('enough');
      await writer.abort(reason);
      expect(await write).to.equal(reason);
      expect(writable.destroyed).to.equal(true);
      expect(consumer.log.at(-1)).to.equal('unregister');
      expect(consumer.chunks).to.deep.equal([]);
    });

    it('fails when the consumer stops it, during a write, a close, or neither', async () => {
      for (const during of ['write', 'close', 'nothing']) {
        const consumer = new DrivenConsumer();
        const writer = toWeb(new ConsumerWritable(consumer)).getWriter();
        consumer.pause();
        let result: Promise<unknown> = writer.closed;
        if (during === 'write') result = writer.write(Buffer.from('held'));
        if (during === 'close') {
          void writer.write(Buffer.from('held')).catch(() => {});
          result = writer.close();
        }
        writer.closed.catch(() => {});
        const failure = rejection(result);
        await settled();
        consumer.stop();
        expect(await failure).to.be.instanceOf(ProducerStoppedError);
      }
    });

    it('refuses a value that is not bytes, and destroys the stream, which would stay open', async () => {
      const writable = new ConsumerWritable(new DrivenConsumer()).on('error', () => {});
      const writer = toWeb(writable).getWriter();
      writer.closed.catch(() => {});
      expect(await rejection(writer.write('text' as never))).to.be.instanceOf(InvalidArgTypeError);
      expect(writable.errored).to.be.instanceOf(InvalidArgTypeError);
    });

    it('fails both halves of a duplex for a value that is not bytes', async () => {
      const { readable, writable } = toWeb(new PassThrough());
      const read = readable.getReader().read();
      const writer = writable.getWriter();
      writer.closed.catch(() => {});
      expect(await rejection(writer.write('text' as never))).to.be.instanceOf(InvalidArgTypeError);
      expect(await rejection(read)).to.be.instanceOf(InvalidArgTypeError);
    });

    it('destroys a stream whose write throws', async () => {
      const cause = new Error('no');
      const stream = new Writable({
        write() {
          throw cause;
        },
      }).on('error', () => {});
      const writer = toWeb(stream).getWriter();
      writer.closed.catch(() => {});
      expect(await rejection(writer.write(Buffer.from('a')))).to.equal(cause);
      expect(stream.errored).to.equal(cause);
    });

    it('fails at once if the stream is gone', async () => {
      const writable = new ConsumerWritable(new DrivenConsumer());
      writable.destroy();
      await settled();
      const writer = toWeb(writable).getWriter();
      expect(await rejection(writer.closed)).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
    });

    it('does not wait for the write callback of a stream that fails without calling it', async () => {
      const stream = new Writable({ write() {} });
      const writer = toWeb(stream).getWriter();
      writer.closed.catch(() => {});
      const write = rejection(writer.write(Buffer.from('a')));
      await settled();
      const broken = new Error('broken');
      stream.destroy(broken);
      expect(await write).to.equal(broken);
    });
  });

  describe('of a stream of Node’s', () => {
    it('fails the writer of a stream that ended by itself', async () => {
      const { server, client } = await tcpPair({}); // Node ends what isn't to be half open.
      const { readable, writable } = toWeb(client);
      const writer = writable.getWriter();
      const closed = rejection(writer.closed);
      server.end('bye');
      expect(await allTextOf(readable)).to.equal('bye');
      expect(await closed).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
      expect(await rejection(writer.close())).to.be.instanceOf(TypeError);
    });

    it('closes the writer of a stream that has finished and isn’t gone', async () => {
      const stream = new Writable({ autoDestroy: false });
      stream.end();
      await settled();
      await toWeb(stream).getWriter().close();
    });

    it('fails the reader of an HTTP/2 stream that is reset', async () => {
      const server = http2.createServer();
      server.on('stream', (stream) => {
        stream.on('error', () => {});
        stream.respond();
        stream.write('partial', () => stream.close(http2.constants.NGHTTP2_NO_ERROR));
      });
      server.listen(0);
      await once(server, 'listening');
      const session = http2.connect(`http://localhost:${port(server)}`);
      const request = session.request({ ':method': 'POST' });
      request.write('not the end');
      const failure = await rejection(allTextOf(toWeb(request).readable));
      expect(failure).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
      session.destroy();
      server.close();
    });

    it('refuses a chunk that is not bytes, and destroys the stream that gave it', async () => {
      for (const wrong of [{ a: 1 }, 5, [1, 2]]) {
        const stream = Readable.from([wrong]);
        expect(await rejection(allTextOf(toWeb(stream)))).to.be.instanceOf(InvalidArgTypeError);
        expect(stream.destroyed).to.equal(true);
      }
    });
  });

  it('waits for the drain of a stream that calls nothing back', async () => {
    let done!: () => void;
    const stream = new streamx.Writable({
      highWaterMark: 4,
      write(_data, callback) {
        done = () => callback(null);
      },
    });
    // The declarations say too little of it for its overloads to be told apart.
    const writer = toWeb(stream as unknown as Writable).getWriter();
    let written = false;
    const write = writer.write(Buffer.from('12345')).then(() => (written = true));
    await settled();
    expect(written).to.equal(false);
    done();
    await write;
    await writer.close();
  });

  describe('of a TransportDuplex', () => {
    function connected() {
      const duplex = new TransportDuplex();
      const transport = new HalfCloseableTransport();
      duplex.makeConnection(transport);
      return { duplex, transport, ...toWeb(duplex) };
    }

    it('reads to the end although it can still be written to', async () => {
      const { duplex, transport, readable, writable } = connected();
      duplex.dataReceived(Buffer.from('question'));
      duplex.readConnectionLost();
      expect(await allTextOf(readable)).to.equal('question');
      const writer = writable.getWriter();
      await writer.write(Buffer.from('answer'));
      const closed = writer.close();
      await settled();
      duplex.writeConnectionLost();
      await closed;
      expect(transport.log.slice(1)).to.deep.equal(['answer', 'unregister', 'lose write', 'lose']);
    });

    it('aborts the connection when either half is given up, and fails the other', async () => {
      const reason = new Error('enough');
      for (const half of ['readable', 'writable'] as const) {
        const { transport, readable, writable } = connected();
        const [reader, writer] = [readable.getReader(), writable.getWriter()];
        const other = rejection(half === 'readable' ? writer.closed : reader.closed);
        if (half === 'readable') await reader.cancel(reason);
        else await writer.abort(reason);
        expect(await other).to.equal(reason);
        expect(transport.log.slice(1)).to.deep.equal(['unregister', 'abort']);
      }
    });
  });

  it('takes the streams of any library, and gives the right kind back', async () => {
    const readables = [
      Readable.from([Buffer.from('text')]),
      rs.Readable.from([Buffer.from('text')]),
    ];
    for (const readable of readables) expect(await allTextOf(toWeb(readable))).to.equal('text');
    for (const through of [new PassThrough(), new rs.PassThrough()]) {
      const { readable, writable } = toWeb(through);
      const writer = writable.getWriter();
      void writer.write(Buffer.from('text')).then(() => writer.close());
      expect(await allTextOf(readable)).to.equal('text');
    }
  });

  it('refuses a value that is not a stream', () => {
    for (const wrong of [null, undefined, 'text', {}, new EventTarget()]) {
      expect(() => toWeb(wrong as never)).to.throw(InvalidArgTypeError);
    }
  });
});
