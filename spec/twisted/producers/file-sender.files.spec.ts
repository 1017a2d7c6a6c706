import { execFileSync } from 'node:child_process';
import { appendFileSync, readdirSync, readlinkSync, truncateSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

import { expect } from 'chai';

import { loopback } from '../../../lib/testing/loopback.js';
import { ProducerStoppedError } from '../../../lib/twisted/core/errors.js';
import { FileSender } from '../../../lib/twisted/producers/file-sender.js';
import { PullToPush } from '../../../lib/twisted/producers/pull-to-push.js';
import { log as errorLog, type LogEvent } from '../../../lib/base/log.js';
import { Protocol } from '../../../lib/twisted/core/protocol.js';
import { numbered } from '../../support/producers.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';
import { rejection } from '../../support/rejection.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Notes the lengths of what is written, and can be waited for. */
class Receiver extends RecordingConsumer {
  private waiters: (() => void)[] = [];

  override write(data: Uint8Array): void {
    this.log.push(String(data.length));
    this.chunks.push(data);
    this.wrote();
    for (const waiter of this.waiters.splice(0)) waiter();
  }

  /** Resolves with the next write. */
  nextWrite(): Promise<void> {
    return new Promise((resolve) => this.waiters.push(resolve));
  }
}

/** Asks only when the spec does. */
class PatientReceiver extends Receiver {
  override registerProducer(producer: FileSender, streaming: boolean): void {
    this.log.push(`register ${streaming ? 'push' : 'pull'}`);
    this.producer = producer;
  }

  override wrote(): void {}

  async ask(): Promise<void> {
    const written = this.nextWrite();
    this.producer?.resumeProducing();
    await written;
  }
}

/** Whether this process has the file at `path` open; `undefined` where it can't be known. */
function isOpen(path: string): boolean | undefined {
  if (process.platform !== 'linux') return undefined;
  return readdirSync('/proc/self/fd').some((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false; // The folder was open while it was listed.
    }
  });
}

const expectClosed = (path: string): unknown =>
  expect(isOpen(path)).to.be.oneOf([false, undefined]);

describe('FileSender of a file of the operating system', () => {
  const folder = temporaryFolder();
  const contents = numbered(3 * MIB + 4);

  let logged: LogEvent[];
  let stopListening: () => void;
  beforeEach(() => {
    logged = [];
    stopListening = errorLog.addObserver((event) => logged.push(event));
  });
  afterEach(() => {
    stopListening();
    expect(logged).to.deep.equal([]);
  });

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
    const sender = Object.assign(new FileSender(), { CHUNK_SIZE: 2 ** 31 });
    await sender.beginFileTransfer(file, consumer);
    expect(consumer.received.toString()).to.equal('small');
  });

  it('cuts it into pieces of any CHUNK_SIZE, larger than its own blocks too', async () => {
    const path = folder.write('file', contents);
    for (const size of [50_000, 2 * MIB]) {
      const consumer = new Receiver();
      const sender = Object.assign(new FileSender(), { CHUNK_SIZE: size });
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
    const sender = Object.assign(new FileSender(), { CHUNK_SIZE: 2 });
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

  it('answers at once with what is at hand', async () => {
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

  it('sends what is appended while it is being sent', async () => {
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

  it('sends what comes out of a pipe as it comes', async function () {
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

  it('rejects for a file that is missing, unregisters and writes nothing, asked or not', async () => {
    for (const consumer of [new Receiver(), new PatientReceiver()]) {
      const done = new FileSender().beginFileTransfer(folder.path('missing'), consumer);
      expect(consumer.log).to.deep.equal(['register pull']);
      expect(await rejection(done)).to.have.property('code', 'ENOENT');
      expect(consumer.log).to.deep.equal(['register pull', 'unregister']);
    }
  });

  it('rejects for a value that is not a file, and closes it', async () => {
    const consumer = new Receiver();
    const done = new FileSender().beginFileTransfer(folder.path('.'), consumer);
    expect(await rejection(done)).to.have.property('code', 'EISDIR');
    expect(consumer.log).to.deep.equal(['register pull', 'unregister']);
    expectClosed(folder.path('.'));
  });

  it('rejects for a FileHandle that is closed', async () => {
    const handle = await open(folder.write('file', contents));
    await handle.close();
    const consumer = new Receiver();
    const done = new FileSender().beginFileTransfer(handle, consumer);
    expect(await rejection(done)).to.have.property('code', 'EBADF');
    expect(consumer.log).to.deep.equal(['register pull', 'unregister']);
  });

  it('rejects for a URL of no file', async () => {
    const consumer = new Receiver();
    const url = new URL('http://localhost/file');
    const error = await rejection(new FileSender().beginFileTransfer(url, consumer));
    expect(error).to.have.property('code', 'ERR_INVALID_URL_SCHEME');
    expect(consumer.producer).to.equal(null);
  });

  it('closes the file when the transform fails, before it rejects', async () => {
    const path = folder.write('file', contents);
    const consumer = new Receiver();
    const failure = new Error('Oops');
    const done = new FileSender().beginFileTransfer(path, consumer, () => {
      throw failure;
    });
    expect(await rejection(done)).to.equal(failure);
    expect(consumer.log).to.deep.equal(['register pull', 'unregister']);
    expectClosed(path);
  });

  it('closes the file when the consumer fails', async () => {
    const path = folder.write('file', contents);
    const consumer = new Receiver();
    const failure = new Error('Oops');
    consumer.wrote = () => {
      throw failure;
    };
    const done = new FileSender().beginFileTransfer(path, consumer);
    expect(await rejection(done)).to.equal(failure);
    expectClosed(path);
  });

  describe('stopped', () => {
    const expectStopped = async (done: Promise<unknown>, path: string): Promise<void> => {
      expect(await rejection(done)).to.be.instanceOf(ProducerStoppedError);
      expectClosed(path);
    };

    it('while it opens, closes the file and writes nothing', async () => {
      const path = folder.write('file', contents);
      const consumer = new Receiver();
      const sender = new FileSender();
      const done = sender.beginFileTransfer(path, consumer);
      sender.stopProducing();
      await expectStopped(done, path);
      await new Promise(setImmediate);
      expect(consumer.log).to.deep.equal(['register pull']);
    });

    it('while it opens what is missing, rejects for that it was stopped', async () => {
      const sender = new FileSender();
      const path = folder.path('missing');
      const done = sender.beginFileTransfer(path, new Receiver());
      sender.stopProducing();
      await expectStopped(done, path);
    });

    it('by a consumer that is lost, closes the file', async () => {
      const path = folder.write('file', contents);
      const consumer = new Receiver();
      consumer.registerProducer = (producer) => producer.stopProducing();
      await expectStopped(new FileSender().beginFileTransfer(path, consumer), path);
    });

    it('from inside a write, closes the file and writes no more', async () => {
      const path = folder.write('file', contents);
      const consumer = new Receiver();
      consumer.wrote = () => {
        consumer.producer?.resumeProducing();
        consumer.producer?.stopProducing();
      };
      await expectStopped(new FileSender().beginFileTransfer(path, consumer), path);
      expect(consumer.log).to.deep.equal(['register pull', String(16 * KIB)]);
    });

    it('unregisters from a consumer that asks all the same', async () => {
      const path = folder.write('file', contents);
      const consumer = new PatientReceiver();
      const sender = new FileSender();
      const done = sender.beginFileTransfer(path, consumer);
      await consumer.ask();
      sender.stopProducing();
      sender.resumeProducing();
      await expectStopped(done, path);
      expect(consumer.log).to.deep.equal(['register pull', String(16 * KIB), 'unregister']);
    });

    it('leaves a FileHandle open', async () => {
      const handle = await open(folder.write('file', contents));
      const consumer = new PatientReceiver();
      const done = new FileSender().beginFileTransfer(handle, consumer);
      await consumer.ask();
      consumer.producer?.stopProducing();
      expect(await rejection(done)).to.be.instanceOf(ProducerStoppedError);
      expect((await handle.stat()).size).to.equal(contents.length);
      await handle.close();
    });

    it('begins the next transfer at once, and mixes none of the old one in', async () => {
      const [first, second] = [folder.write('first', contents), folder.write('second', 'abc')];
      const [old, next] = [new PatientReceiver(), new Receiver()];
      const sender = new FileSender();
      const stopped = expectStopped(sender.beginFileTransfer(first, old), first);
      sender.resumeProducing();
      sender.stopProducing();
      const last = await sender.beginFileTransfer(second, next);
      await stopped;
      expect(last.toString()).to.equal('c');
      expect(next.received.toString()).to.equal('abc');
      expect(old.chunks).to.deep.equal([]);
    });
  });
});
