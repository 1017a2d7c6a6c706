import { Readable } from 'node:stream';

import { expect } from 'chai';

import { StringTransport } from '../../../lib/testing/string-transport.js';
import {
  InvalidArgTypeError,
  InvalidStateError,
  OutOfRangeError,
} from '../../../lib/base/errors.js';
import { ProducerStoppedError } from '../../../lib/twisted/core/errors.js';
import { FileSender, type FileTransform } from '../../../lib/twisted/producers/file-sender.js';
import type { IFile } from '../../../lib/twisted/producers/files.js';
import { isPullProducer, type IConsumer } from '../../../lib/twisted/core/interfaces.js';
import { fails } from '../../support/failure.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';
import { rejection } from '../../support/rejection.js';
import { MemoryFile, PatientConsumer, senderOf } from '../../support/memory-file.js';

describe('FileSender', () => {
  it('shares no name of its own state with a subclass', async () => {
    const callOfBase = (): never => {
      throw new Error('called by the base class');
    };
    class Named extends FileSender {
      readonly transfer = 'ours';
      readonly send = callOfBase;
      readonly read = callOfBase;
      readonly fail = callOfBase;
      readonly finish = callOfBase;
    }
    const sender = new Named();
    const sent = sender.beginFileTransfer(new MemoryFile('abc'), new StringTransport());
    sender.resumeProducing();
    sender.resumeProducing();
    expect((await sent).toString()).to.equal('c');
  });

  it('is a pull producer, and says so when it registers, which it does at once', () => {
    const sender = new FileSender();
    const consumer = new StringTransport();
    void sender.beginFileTransfer(new MemoryFile('Test content'), consumer);
    expect(isPullProducer(sender)).to.equal(true);
    expect(consumer).to.include({ producer: sender, streaming: false });
    sender.pauseProducing();
  });

  it('writes the file, unregisters, and resolves with the last byte', async () => {
    const consumer = new PatientConsumer();
    const sender = new FileSender();
    const done = sender.beginFileTransfer(new MemoryFile('Test content'), consumer);
    sender.resumeProducing();
    expect(consumer.producer).to.equal(sender);
    sender.resumeProducing();
    expect(consumer.log).to.deep.equal(['register pull', 'Test content', 'unregister']);
    const last = await done;
    expect(Buffer.isBuffer(last)).to.equal(true);
    expect(last.toString()).to.equal('t');
  });

  it('reads once each time it is asked, CHUNK_SIZE at most, and ends with the read that finds no more', () => {
    const consumer = new PatientConsumer();
    const file = new MemoryFile('Test content');
    const sender = senderOf(5);
    void sender.beginFileTransfer(file, consumer);
    for (const written of ['Test ', 'Test conte', 'Test content']) {
      sender.resumeProducing();
      expect(consumer.received.toString()).to.equal(written);
    }
    expect(consumer.producer).to.equal(sender);
    sender.resumeProducing();
    expect(consumer.producer).to.equal(null);
    expect(file.reads).to.deep.equal([5, 5, 5, 5]);
  });

  it('reads 16 KiB unless told otherwise, by an instance or a subclass', () => {
    class Eager extends FileSender {
      override CHUNK_SIZE = 7;
    }
    for (const [sender, size] of [
      [new FileSender(), 16384],
      [senderOf(3), 3],
      [new Eager(), 7],
    ] as const) {
      const file = new MemoryFile('a');
      void sender.beginFileTransfer(file, new PatientConsumer());
      sender.resumeProducing();
      expect(file.reads).to.deep.equal([size]);
    }
  });

  it('takes null for the end, as it takes empty bytes', async () => {
    const consumer = new RecordingConsumer();
    const pieces = [Buffer.from('a'), null];
    await new FileSender().beginFileTransfer({ read: () => pieces.shift() ?? null }, consumer);
    expect(consumer.log).to.deep.equal(['register pull', 'a', 'unregister']);
  });

  it('resolves with no byte for an empty file', async () => {
    const consumer = new RecordingConsumer();
    const last = await new FileSender().beginFileTransfer(new MemoryFile(''), consumer);
    expect(last).to.have.length(0);
    expect(consumer.log).to.deep.equal(['register pull', 'unregister']);
  });

  it('writes each piece as the transform returns it, and resolves with the last byte that it wrote', async () => {
    const consumer = new RecordingConsumer();
    const transform: FileTransform = (bytes) => {
      expect(Buffer.isBuffer(bytes)).to.equal(true);
      return Buffer.from(bytes.toString().toUpperCase());
    };
    const last = await senderOf(2).beginFileTransfer(new MemoryFile('abc'), consumer, transform);
    expect(consumer.log).to.deep.equal(['register pull', 'AB', 'C', 'unregister']);
    expect(last.toString()).to.equal('C');
  });

  it('writes the bytes that it read without copying them', async () => {
    const consumer = new RecordingConsumer();
    const pieces = [new Uint8Array([1, 2]), new Uint8Array()];
    const [piece] = pieces;
    await new FileSender().beginFileTransfer({ read: () => pieces.shift() ?? null }, consumer);
    expect(consumer.chunks[0]).to.equal(piece);
  });

  it('may be asked from inside every write, however often', async () => {
    const consumer = new RecordingConsumer();
    const contents = 'abcdefghij'.repeat(2000);
    const last = await senderOf(1).beginFileTransfer(new MemoryFile(contents), consumer);
    expect(consumer.received.toString()).to.equal(contents);
    expect(last.toString()).to.equal('j');
  });

  it('sends one file after another', async () => {
    const sender = senderOf(2);
    const consumer = new RecordingConsumer();
    const first = await sender.beginFileTransfer(new MemoryFile('abc'), consumer);
    const empty = await sender.beginFileTransfer(new MemoryFile(''), consumer);
    const last = await sender.beginFileTransfer(new MemoryFile('de'), consumer);
    expect([first, empty, last].map(String)).to.deep.equal(['c', '', 'e']);
    expect(consumer.received.toString()).to.equal('abcde');
  });

  it('may begin the next file while it unregisters after the last', async () => {
    const sender = new FileSender();
    let next: Promise<Buffer> | undefined;
    const consumer = new RecordingConsumer();
    const other = new RecordingConsumer();
    consumer.unregisterProducer = () => {
      next = sender.beginFileTransfer(new MemoryFile('next'), other);
    };
    const last = await sender.beginFileTransfer(new MemoryFile('first'), consumer);
    expect(last.toString()).to.equal('t');
    expect(String(await next)).to.equal('t');
    expect(other.log).to.deep.equal(['register pull', 'next', 'unregister']);
  });

  it('keeps the bytes that were read for a stopped transfer out of the next', async () => {
    const sender = new FileSender();
    const [old, next] = [new PatientConsumer(), new PatientConsumer()];
    const read = () => {
      sender.stopProducing();
      void sender.beginFileTransfer(new MemoryFile('next'), next);
      return Buffer.from('old');
    };
    const stopped = rejection(sender.beginFileTransfer({ read }, old));
    sender.resumeProducing();
    sender.resumeProducing();
    expect(await stopped).to.be.instanceOf(ProducerStoppedError);
    expect(old.log).to.deep.equal(['register pull']);
    expect(next.log).to.deep.equal(['register pull', 'next']);
  });

  it('keeps the bytes that are transformed for a stopped transfer out of the next', () => {
    const sender = new FileSender();
    const [old, next] = [new PatientConsumer(), new PatientConsumer()];
    const done = sender.beginFileTransfer(new MemoryFile('old'), old, (bytes) => {
      sender.stopProducing();
      void sender.beginFileTransfer(new MemoryFile('next'), next);
      return bytes;
    });
    sender.resumeProducing();
    expect(sender.lastSent).to.have.length(0);
    expect(old.chunks.concat(next.chunks)).to.deep.equal([]);
    return rejection(done);
  });

  it('has Twisted’s fields', async () => {
    const sender = new FileSender();
    const [file, consumer] = [new MemoryFile('ab'), new PatientConsumer()];
    const transform: FileTransform = (bytes) => bytes;
    const done = sender.beginFileTransfer(file, consumer, transform);
    expect(sender).to.include({ file, consumer, transform });
    expect(sender.lastSent).to.have.length(0);
    sender.resumeProducing();
    expect(sender.lastSent.toString()).to.equal('b');
    sender.resumeProducing();
    await done;
    expect(sender.file).to.equal(null);
  });

  it('refuses to be asked before it was given a file, and may be stopped', () => {
    const sender = new FileSender();
    expect(() => sender.resumeProducing())
      .to.throw(InvalidStateError, 'beginFileTransfer')
      .with.property('code', 'ERR_INVALID_STATE');
    sender.stopProducing();
  });

  it('takes a file that answers only a question about one of its members, as a proxy may', async () => {
    const parts = ['ab', ''];
    const has = { read: () => Buffer.from(parts.shift() ?? '') };
    const file = new Proxy({} as typeof has, {
      get: (_target, name) => (name === 'read' ? has.read : undefined),
      has: () => false,
    });
    const consumer = new RecordingConsumer();
    await new FileSender().beginFileTransfer(file, consumer);
    expect(consumer.received.toString()).to.equal('ab');
  });

  describe('rejects, and changes nothing, when it is given', () => {
    const good = () => new MemoryFile('a');
    const attempt = async (
      file: unknown,
      consumer: unknown,
      transform: unknown = null,
      sender = new FileSender(),
    ): Promise<unknown> => {
      const error = await rejection(
        sender.beginFileTransfer(file as IFile, consumer as IConsumer, transform as FileTransform),
      );
      expect(sender.file).to.equal(null);
      if (consumer instanceof RecordingConsumer) expect(consumer.log).to.deep.equal([]);
      return error;
    };

    it('a value that is not a file', async () => {
      for (const file of [null, undefined, 7, {}, { read: 'text' }, Buffer.from('a'), fails]) {
        const error = await attempt(file, new RecordingConsumer());
        expect(error).to.be.instanceOf(InvalidArgTypeError).with.property('code');
      }
    });

    it('a stream, whose read says null for “not yet”', async () => {
      const error = await attempt(Readable.from([]), new RecordingConsumer());
      expect(error).to.be.instanceOf(InvalidArgTypeError);
    });

    it('a value that is not a consumer', async () => {
      for (const consumer of [null, {}, { write: () => {} }]) {
        expect(await attempt(good(), consumer)).to.be.instanceOf(InvalidArgTypeError);
      }
    });

    it('a transform that is not a function', async () => {
      for (const transform of ['upper', {}, 7]) {
        const error = await attempt(good(), new RecordingConsumer(), transform);
        expect(error).to.be.instanceOf(InvalidArgTypeError);
      }
    });

    it('a CHUNK_SIZE of nothing', async () => {
      for (const size of [0, -1, 1.5, NaN, '16384' as unknown as number]) {
        const error = await attempt(good(), new RecordingConsumer(), null, senderOf(size));
        expect(error).to.be.instanceOf(OutOfRangeError);
      }
    });
  });

  it('refuses a file while it sends another, and goes on with that', async () => {
    const sender = new FileSender();
    const [consumer, other] = [new PatientConsumer(), new PatientConsumer()];
    const done = sender.beginFileTransfer(new MemoryFile('a'), consumer);
    const refused = sender.beginFileTransfer(new MemoryFile('b'), other);
    expect(await rejection(refused)).to.be.instanceOf(InvalidStateError);
    sender.resumeProducing();
    sender.resumeProducing();
    expect(String(await done)).to.equal('a');
    expect(other.log).to.deep.equal([]);
  });
});
