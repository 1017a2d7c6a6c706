import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import * as core from 'node:stream';
import { text } from 'node:stream/consumers';
import * as promises from 'node:stream/promises';
import zlib from 'node:zlib';

import { expect } from 'chai';
import rs from 'readable-stream';

import { FileSender, ProducerReadable, ReadableProducer } from '../../../lib/index.js';
import { numbered, PushProducer } from '../../support/producers.js';
import { rejection } from '../../support/rejection.js';
import { readAll } from '../../support/sockets.js';
import { makeFolder, removeFolder } from '../../support/temporary-folder.js';
import { pulled } from '../../support/recording-producer.js';

const boom = new Error('boom');

const bytes = (size: number) => Buffer.alloc(size, 'x');

describe('ProducerReadable', () => {
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
});
