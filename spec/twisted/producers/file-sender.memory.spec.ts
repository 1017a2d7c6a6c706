/** A file is read into memory that is used again, if the consumer keeps nothing. No byte may be lost by that. */
import { Buffer } from 'node:buffer';
import { createCipheriv } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';

import { expect } from 'chai';
import sinon from 'sinon';

import {
  FileSender,
  type FileTransform,
  type IConsumer,
  WritableConsumer,
} from '../../../lib/index.js';
import { hasForgotten } from '../../../lib/twisted/core/index.js';
import { Random } from '../../support/random.js';
import { type Pair, readAll, tcpPair, tlsPair, unixPair } from '../../support/sockets.js';
import { KIB, MIB } from '../../support/sizes.js';
import { makeFolder, removeFolder } from '../../support/temporary-folder.js';
import { until } from '../../support/until.js';

/** Bytes of which no two blocks have the same at the same place. */
const CONTENTS = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
  Buffer.alloc(8 * MIB),
);

describe('The memory of a file that is sent', () => {
  let folder: string;
  let path: string;

  before(() => {
    folder = makeFolder();
    path = join(folder, 'file');
    writeFileSync(path, CONTENTS);
  });

  after(() => removeFolder(folder));

  /** Sends the file, and returns how many pieces of memory it was read into. */
  async function send(
    consumer: IConsumer,
    sender = new FileSender(),
    transform: FileTransform | null = null,
  ): Promise<number> {
    const file = await open(path);
    const read = sinon.spy(file, 'read');
    try {
      await sender.beginFileTransfer(file, consumer, transform);
      const buffers = read.args.map(([into]) => into as unknown as Buffer);
      return new Set(buffers.map(({ buffer }) => buffer)).size;
    } finally {
      await file.close();
    }
  }

  /** As `send`, over TCP; checks what the other end gets. */
  async function sendOver(
    { client, server }: Pair,
    consumer: IConsumer,
    transform?: FileTransform,
  ): Promise<number> {
    const received = readAll(server);
    const pieces = await send(consumer, new FileSender(), transform);
    client.end();
    expect((await received).equals(CONTENTS)).to.equal(true);
    server.destroy();
    return pieces;
  }

  /** Pieces of memory, at least, if none is used again: blocks grow to 512 KiB. */
  const ALL = (8 * MIB) / (512 * KIB);

  it('is used again for a socket that has sent it', async () => {
    const pair = await tcpPair();
    const pieces = await sendOver(pair, new WritableConsumer(pair.client));
    // A block of each size that it grows through, and one ahead, if each is sent before the next.
    expect(pieces).to.be.below(ALL);
  });

  it('is not used again where a transform may keep it', async () => {
    const pair = await tcpPair();
    const kept: Buffer[] = [];
    const keep: FileTransform = (piece) => {
      kept.push(piece);
      return piece;
    };
    await sendOver(pair, new WritableConsumer(pair.client), keep);
    expect(Buffer.concat(kept).equals(CONTENTS)).to.equal(true);
  });

  it('is not used again for a stream that may keep it', async () => {
    const stream = new PassThrough();
    const kept: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => kept.push(chunk));
    expect(await send(new WritableConsumer(stream))).to.be.at.least(ALL);
    stream.end();
    await once(stream, 'end');
    expect(Buffer.concat(kept).equals(CONTENTS)).to.equal(true);
  });

  it('is not used again for a consumer whose class keeps what it writes', async () => {
    const kept: Uint8Array[] = [];
    class Writing extends WritableConsumer {
      override write(data: Uint8Array): void {
        kept.push(data);
        super.write(data);
      }
    }
    class Taking extends WritableConsumer {
      protected override takeHeld(one?: boolean): unknown[] {
        const chunks = super.takeHeld(one);
        kept.push(...(chunks as Buffer[]));
        return chunks;
      }
    }
    for (const Class of [Writing, Taking]) {
      kept.length = 0;
      const pair = await tcpPair();
      await sendOver(pair, new Class(pair.client));
      expect(Buffer.concat(kept).equals(CONTENTS), Class.name).to.equal(true);
    }
  });

  it('is not used again for a consumer that another object stands in front of', async () => {
    const kept: Uint8Array[] = [];
    const pair = await tcpPair();
    const inFront = new Proxy(new WritableConsumer(pair.client), {
      get(consumer, name, receiver) {
        if (name !== 'write') return Reflect.get(consumer, name, receiver) as unknown;
        return (data: Uint8Array): void => {
          kept.push(data);
          consumer.write(data);
        };
      },
    });
    await sendOver(pair, inFront);
    expect(Buffer.concat(kept).equals(CONTENTS)).to.equal(true);
  });

  it('is not used again before every byte has left it, with many connections and sizes', async () => {
    const random = new Random(11);
    const pairs: Pair[] = [];
    for (const make of [tcpPair, tcpPair, unixPair, tlsPair, tcpPair]) pairs.push(await make());
    await Promise.all(
      pairs.map(async ({ client, server }) => {
        const consumer = new WritableConsumer(client, {
          highWaterMark: random.integer(1, 256 * KIB),
        });
        const received = readAll(server);
        const sender = new FileSender();
        sender.CHUNK_SIZE = random.integer(3000, 100_000);
        expect(await sender.beginFileTransfer(path, consumer)).to.deep.equal(CONTENTS.subarray(-1));
        consumer.write(Buffer.from('between'));
        await sender.beginFileTransfer(path, consumer);
        consumer.loseConnection();
        const expected = Buffer.concat([CONTENTS, Buffer.from('between'), CONTENTS]);
        expect((await received).equals(expected)).to.equal(true);
        server.destroy();
      }),
    );
  });

  it('is not used again while the consumer holds it', async () => {
    const { client, server } = await tcpPair();
    const consumer = new WritableConsumer(client);
    expect(consumer[hasForgotten]()).to.equal(true);
    consumer.write(CONTENTS);
    expect(client.writableLength).to.equal(0);
    expect(consumer[hasForgotten]()).to.equal(false);
    const received = readAll(server);
    await until(() => consumer.writableLength === 0);
    expect(consumer[hasForgotten]()).to.equal(true);
    consumer.loseConnection();
    expect((await received).equals(CONTENTS)).to.equal(true);
    server.destroy();
  });

  it('leaves `lastSent` as it was, when other bytes go there', async () => {
    const { client, server } = await tcpPair();
    const received = readAll(server);
    const consumer = new WritableConsumer(client);
    const sender = new FileSender();
    const seen: [lastSent: Buffer, was: string][] = [];
    const file = await open(path);
    const read = file.read.bind(file) as (...options: unknown[]) => unknown;
    Object.assign(file, {
      read(...options: unknown[]) {
        seen.push([sender.lastSent, sender.lastSent.toString('hex')]);
        return read(...options);
      },
    });
    await sender.beginFileTransfer(file, consumer);
    await file.close();
    consumer.loseConnection();
    await received;
    server.destroy();
    expect(seen.length).to.be.above(8);
    for (const [lastSent, was] of seen) expect(lastSent.toString('hex')).to.equal(was);
  });
});
