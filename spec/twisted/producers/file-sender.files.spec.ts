import { execFileSync } from 'node:child_process';
import { appendFileSync, truncateSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

import { expect } from 'chai';

import { loopback } from '../../../lib/testing/loopback.js';
import { FileSender } from '../../../lib/twisted/producers/file-sender.js';
import { PullToPush } from '../../../lib/twisted/producers/pull-to-push.js';
import { Protocol } from '../../../lib/twisted/core/protocol.js';
import { expectNothingLogged } from '../../support/logged.js';
import { senderOf } from '../../support/memory-file.js';
import { numbered } from '../../support/producers.js';
import { rejection } from '../../support/rejection.js';
import { KIB, MIB } from '../../support/sizes.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { Receiver, PatientReceiver, expectClosed } from '../../support/file-receivers.js';

describe('FileSender of a file of the operating system', () => {
  const folder = temporaryFolder();
  const contents = numbered(3 * MIB + 4);

  expectNothingLogged();

  for (const size of [0, 1, 16 * KIB - 1, 16 * KIB, 64 * KIB, 64 * KIB + 1, contents.length]) {
    it(`sends all ${size} bytes, in pieces of CHUNK_SIZE`, async () => {
      const path = folder.write('file', contents.subarray(0, size));
      const consumer = new Receiver();
      const last = await new FileSender().beginFileTransfer(path, consumer);
      expect(consumer.received.equals(contents.subarray(0, size))).to.equal(true);
      expect(last).to.deep.equal(contents.subarray(0, size).subarray(-1));
      const whole = Array<string>(Math.floor(size / (16 * KIB))).fill(String(16 * KIB));
      const rest = size % (16 * KIB) > 0 ? [String(size % (16 * KIB))] : [];
      expect(consumer.log).to.deep.equal(['register pull', ...whole, ...rest, 'unregister']);
      expectClosed(path);
    });
  }

  it('takes a CHUNK_SIZE of more than Node reads at a time', async () => {
    const file = folder.write('small', Buffer.from('small'));
    const consumer = new Receiver();
    const sender = senderOf(2 ** 31);
    await sender.beginFileTransfer(file, consumer);
    expect(consumer.received.toString()).to.equal('small');
  });

  it('cuts it into pieces of any CHUNK_SIZE, larger than its own blocks too', async () => {
    const path = folder.write('file', contents);
    for (const size of [50_000, 2 * MIB]) {
      const consumer = new Receiver();
      const sender = senderOf(size);
      await sender.beginFileTransfer(path, consumer);
      const lengths = consumer.chunks.map(({ length }) => length);
      expect(lengths.slice(0, -1).every((length) => length === size)).to.equal(true);
      expect(lengths.at(-1)).to.equal(contents.length % size);
      expect(consumer.received.equals(contents)).to.equal(true);
    }
  });

  it('takes a file: URL', async () => {
    const consumer = new Receiver();
    const url = pathToFileURL(folder.write('a file', 'abc'));
    await new FileSender().beginFileTransfer(url, consumer);
    expect(consumer.received.toString()).to.equal('abc');
  });

  it('reads a FileHandle from where it is, and leaves it open', async () => {
    const handle = await open(folder.write('file', contents));
    await handle.read(Buffer.alloc(4), 0, 4, null);
    const consumer = new Receiver();
    await new FileSender().beginFileTransfer(handle, consumer);
    expect(consumer.received.equals(contents.subarray(4))).to.equal(true);
    expect((await handle.stat()).size).to.equal(contents.length);
    await handle.close();
  });

  it('applies the transform to each piece', async () => {
    const consumer = new Receiver();
    const path = folder.write('file', 'abc');
    const sender = senderOf(2);
    const last = await sender.beginFileTransfer(path, consumer, (bytes) =>
      Buffer.from(`${bytes.toString()}.`),
    );
    expect(consumer.received.toString()).to.equal('ab.c.');
    expect(last.toString()).to.equal('.');
  });

  it('registers at once, so that a close right after it waits for all of the file', async () => {
    const path = folder.write('file', contents);
    const [server, client] = [new Protocol(), new Protocol()];
    const received: Buffer[] = [];
    client.dataReceived = (data) => received.push(data);
    const done = loopback(server, client);
    const sent = new FileSender().beginFileTransfer(path, server.transport);
    server.transport.loseConnection();
    await Promise.all([sent, done]);
    expect(Buffer.concat(received).equals(contents)).to.equal(true);
  });

  it('answers with one piece the questions that come before the answer: they are one', async () => {
    const consumer = new PatientReceiver();
    const sender = new FileSender();
    const done = sender.beginFileTransfer(folder.write('file', contents), consumer);
    for (let i = 0; i < 1000; i++) sender.resumeProducing();
    expect(consumer.chunks).to.have.length(0);
    await consumer.nextWrite();
    await new Promise(setImmediate);
    expect(consumer.received.equals(contents.subarray(0, 16 * KIB))).to.equal(true);
    sender.stopProducing();
    await rejection(done);
  });

  it('writes nothing from inside a write', async () => {
    const consumer = new Receiver();
    let depth = 0;
    consumer.wrote = () => {
      depth += 1;
      expect(depth).to.equal(1);
      consumer.producer?.resumeProducing();
      depth -= 1;
    };
    await new FileSender().beginFileTransfer(folder.write('file', contents), consumer);
    expect(consumer.received.equals(contents)).to.equal(true);
  });

  it('answers at once with the bytes at hand', async () => {
    const consumer = new PatientReceiver();
    const sender = new FileSender();
    const done = sender.beginFileTransfer(folder.write('file', contents), consumer);
    await consumer.ask();
    for (let i = 0; i < 3; i++) sender.resumeProducing();
    expect(consumer.chunks).to.have.length(4);
    sender.stopProducing();
    await rejection(done);
  });

  it('stays behind a consumer of push producers, for which PullToPush asks', async () => {
    const path = folder.write('file', contents);
    const full = 64 * KIB;
    let held = 0;
    let peak = 0;
    class PushConsumer extends Receiver {
      declare producer: PullToPush | null;

      override registerProducer(producer: FileSender): void {
        this.producer = new PullToPush(producer, this);
        this.producer.startStreaming();
      }

      override unregisterProducer(): void {
        this.producer?.stopStreaming();
      }

      override wrote(): void {
        const isFull = held >= full;
        held += this.chunks.at(-1)?.length ?? 0;
        peak = Math.max(peak, held);
        if (isFull || held < full) return;
        this.producer?.pauseProducing();
        setImmediate(() => {
          held = 0;
          this.producer?.resumeProducing();
        });
      }
    }
    const consumer = new PushConsumer();
    await new FileSender().beginFileTransfer(path, consumer);
    expect(consumer.received.equals(contents)).to.equal(true);
    expect(peak).to.be.at.most(full + 17 * 16 * KIB);
  });

  it('sends the bytes that are appended while it is being sent', async () => {
    const path = folder.write('file', 'abc');
    const consumer = new PatientReceiver();
    const done = new FileSender().beginFileTransfer(path, consumer);
    await consumer.ask();
    for (const more of ['def', 'ghi']) {
      appendFileSync(path, more);
      await consumer.ask();
    }
    consumer.producer?.resumeProducing();
    expect(String(await done)).to.equal('i');
    expect(consumer.received.toString()).to.equal('abcdefghi');
  });

  it('ends where a file that shrinks ends', async () => {
    const path = folder.write('file', contents);
    const consumer = new PatientReceiver();
    const done = new FileSender().beginFileTransfer(path, consumer);
    await consumer.ask();
    truncateSync(path, 0);
    consumer.wrote = () => consumer.producer?.resumeProducing();
    consumer.producer?.resumeProducing();
    await done;
    const { received } = consumer;
    expect(received.length).to.be.lessThan(contents.length);
    expect(received.equals(contents.subarray(0, received.length))).to.equal(true);
  });

  it('sends the bytes of a pipe as they come', async function () {
    if (process.platform === 'win32') this.skip();
    const path = folder.path('pipe');
    execFileSync('mkfifo', [path]);
    const consumer = new Receiver();
    const done = new FileSender().beginFileTransfer(path, consumer);
    const writer = await open(path, 'w');
    for (const piece of ['abc', 'de']) {
      const written = consumer.nextWrite();
      await writer.write(piece);
      await written;
    }
    await writer.close();
    expect(String(await done)).to.equal('e');
    expect(consumer.log).to.deep.equal(['register pull', '3', '2', 'unregister']);
  });
});
