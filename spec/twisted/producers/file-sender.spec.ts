import { Readable } from 'node:stream';

import { expect } from 'chai';

import { StringTransport } from '../../../lib/testing/string-transport.js';
import {
  InvalidArgTypeError,
  InvalidStateError,
  OutOfRangeError,
} from '../../../lib/base/errors.js';
import {
  ProducerAlreadyRegisteredError,
  ProducerStoppedError,
} from '../../../lib/twisted/core/errors.js';
import { FileSender, type FileTransform } from '../../../lib/twisted/producers/file-sender.js';
import type { IFile } from '../../../lib/twisted/producers/files.js';
import { isPullProducer, type IConsumer } from '../../../lib/twisted/core/interfaces.js';
import { log as errorLog, type LogEvent } from '../../../lib/base/log.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';
import { rejection } from '../../support/rejection.js';

/** A file in memory that notes how it was read. */
class MemoryFile implements IFile {
  readonly reads: number[] = [];
  private rest: Buffer;

  constructor(contents: string) {
    this.rest = Buffer.from(contents);
  }

  read(size: number): Uint8Array | null {
    this.reads.push(size);
    const bytes = this.rest.subarray(0, size);
    this.rest = this.rest.subarray(size);
    return bytes;
  }
}

/** A consumer that only asks when the spec does. */
class PatientConsumer extends RecordingConsumer {
  override registerProducer(producer: FileSender, streaming: boolean): void {
    this.log.push(`register ${streaming ? 'push' : 'pull'}`);
    this.producer = producer;
  }

  override wrote(): void {}
}

function senderOf(chunkSize: number): FileSender {
  return Object.assign(new FileSender(), { CHUNK_SIZE: chunkSize });
}

const failure = new Error('Oops');
const fails = (): never => {
  throw failure;
};

describe('FileSender', () => {
  let logged: LogEvent[];
  let stopListening: () => void;
  beforeEach(() => {
    logged = [];
    stopListening = errorLog.addObserver((event) => logged.push(event));
  });
  afterEach(() => {
    stopListening();
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

  it('takes null for the end, as it does no bytes', async () => {
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

  it('writes what the transform makes of each piece, and resolves with the last byte of that', async () => {
    const consumer = new RecordingConsumer();
    const transform: FileTransform = (bytes) => {
      expect(Buffer.isBuffer(bytes)).to.equal(true);
      return Buffer.from(bytes.toString().toUpperCase());
    };
    const last = await senderOf(2).beginFileTransfer(new MemoryFile('abc'), consumer, transform);
    expect(consumer.log).to.deep.equal(['register pull', 'AB', 'C', 'unregister']);
    expect(last.toString()).to.equal('C');
  });

  it('writes what was read without copying it', async () => {
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

  it('keeps what was read for a stopped transfer out of the next', async () => {
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

  it('keeps what is transformed for a stopped transfer out of the next', () => {
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

  it('does nothing when it is asked or stopped before it was given a file', () => {
    const sender = new FileSender();
    sender.resumeProducing();
    sender.stopProducing();
  });

  describe('stopped', () => {
    it('rejects, and does not unregister', async () => {
      const consumer = new PatientConsumer();
      const sender = new FileSender();
      const done = sender.beginFileTransfer(new MemoryFile('Test content'), consumer);
      sender.stopProducing();
      sender.stopProducing();
      expect(await rejection(done))
        .to.be.instanceOf(ProducerStoppedError)
        .and.include({
          code: 'ERR_PRODUCER_STOPPED',
          message: 'Consumer asked us to stop producing',
        });
      expect(consumer.log).to.deep.equal(['register pull']);
    });

    it('by a consumer that is lost rejects', async () => {
      const sender = new FileSender();
      const consumer = new PatientConsumer();
      consumer.registerProducer = (producer) => producer.stopProducing();
      const done = sender.beginFileTransfer(new MemoryFile('a'), consumer);
      expect(await rejection(done)).to.be.instanceOf(ProducerStoppedError);
    });

    it('from inside a write rejects', async () => {
      const sender = new FileSender();
      const consumer = new PatientConsumer();
      consumer.wrote = () => sender.stopProducing();
      const done = sender.beginFileTransfer(new MemoryFile('a'), consumer);
      sender.resumeProducing();
      expect(await rejection(done)).to.be.instanceOf(ProducerStoppedError);
      expect(consumer.log).to.deep.equal(['register pull', 'a']);
    });

    it('when everything is sent does nothing', async () => {
      const sender = new FileSender();
      const done = sender.beginFileTransfer(new MemoryFile('a'), new RecordingConsumer());
      sender.stopProducing();
      expect(String(await done)).to.equal('a');
    });
  });

  describe('unregisters, rejects and does not throw', () => {
    const expectFailure = async (
      consumer: RecordingConsumer,
      file: IFile,
      transform: FileTransform | null = null,
    ): Promise<unknown> => {
      const sender = senderOf(1);
      const error = await rejection(sender.beginFileTransfer(file, consumer, transform));
      expect(consumer.log.filter((entry) => entry === 'unregister')).to.have.length(1);
      expect(consumer.log.at(-1)).to.equal('unregister');
      expect(sender.file).to.equal(null);
      expect(logged).to.deep.equal([]);
      return error;
    };

    it('when the file fails', async () => {
      expect(await expectFailure(new RecordingConsumer(), { read: fails })).to.equal(failure);
    });

    it('when the transform fails', async () => {
      const error = await expectFailure(new RecordingConsumer(), new MemoryFile('a'), fails);
      expect(error).to.equal(failure);
    });

    it('when the consumer fails to write', async () => {
      const consumer = new RecordingConsumer();
      consumer.wrote = fails;
      expect(await expectFailure(consumer, new MemoryFile('abc'))).to.equal(failure);
      expect(consumer.log).to.deep.equal(['register pull', 'a', 'unregister']);
    });

    it('when the consumer fails to unregister, which it is not asked again', async () => {
      const consumer = new RecordingConsumer();
      consumer.unregisterProducer = () => {
        consumer.log.push('unregister');
        fails();
      };
      expect(await expectFailure(consumer, new MemoryFile('a'))).to.equal(failure);
    });

    it('when the consumer has registered it and then fails', async () => {
      const consumer = new RecordingConsumer();
      consumer.registerProducer = (producer) => {
        consumer.producer = producer;
        fails();
      };
      expect(await expectFailure(consumer, new MemoryFile('a'))).to.equal(failure);
    });

    for (const [what, bytes] of [
      ['a string', 'text'],
      ['an empty string', ''],
      ['nothing', undefined],
      ['a number', 7],
    ] as const) {
      it(`when ${what} was read where bytes are due`, async () => {
        const read = () => bytes as unknown as Uint8Array;
        const consumer = new RecordingConsumer();
        expect(await expectFailure(consumer, { read })).to.be.instanceOf(InvalidArgTypeError);
        expect(consumer.chunks).to.deep.equal([]);
      });
    }

    for (const [what, bytes] of [
      ['a string', 'text'],
      ['a promise', Promise.resolve(Buffer.from('a'))],
      ['null', null],
    ] as const) {
      it(`when the transform returns ${what}`, async () => {
        const transform = () => bytes as unknown as Uint8Array;
        const consumer = new RecordingConsumer();
        const error = await expectFailure(consumer, new MemoryFile('a'), transform);
        expect(error).to.be.instanceOf(InvalidArgTypeError);
        expect(consumer.chunks).to.deep.equal([]);
      });
    }
  });

  it('rejects with what was thrown, and logs that the consumer then failed to unregister', async () => {
    const second = new Error('Oops again');
    const consumer = new RecordingConsumer();
    consumer.unregisterProducer = () => {
      throw second;
    };
    const done = new FileSender().beginFileTransfer({ read: fails }, consumer);
    expect(await rejection(done)).to.equal(failure);
    expect(logged.map(({ error }) => error)).to.deep.equal([second]);
  });

  it('does not unregister the producer for which a consumer refused it', async () => {
    const first = {};
    for (const consumer of [
      new StringTransport(),
      {
        registerProducer: () => {
          throw new ProducerAlreadyRegisteredError();
        },
        unregisterProducer: () => expect.fail('It unregistered another'),
        write: () => {},
      },
    ]) {
      if (consumer instanceof StringTransport) consumer.registerProducer(first, true);
      const done = new FileSender().beginFileTransfer(new MemoryFile('a'), consumer);
      expect(await rejection(done)).to.be.instanceOf(ProducerAlreadyRegisteredError);
      if (consumer instanceof StringTransport) expect(consumer.producer).to.equal(first);
    }
  });

  it('takes a file that only answers when it is asked for something, as a proxy may', async () => {
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

  it('does not unregister another for a consumer that refuses with an error of its own', async () => {
    const busy = new Error('busy');
    const consumer = {
      registerProducer: () => {
        throw busy;
      },
      unregisterProducer: () => expect.fail('It unregistered another'),
      write: () => {},
    };
    const done = new FileSender().beginFileTransfer(new MemoryFile('a'), consumer);
    expect(await rejection(done)).to.equal(busy);
  });

  it('unregisters from a consumer that asks, and throws as it registers', async () => {
    const busy = new Error('busy');
    let unregistered = 0;
    const consumer = {
      registerProducer: (producer: { resumeProducing(): void }) => {
        producer.resumeProducing();
        throw busy;
      },
      unregisterProducer: () => (unregistered += 1),
      write: () => {},
    };
    const done = new FileSender().beginFileTransfer(new MemoryFile('a'), consumer);
    expect(await rejection(done)).to.equal(busy);
    expect(unregistered).to.equal(1);
  });

  it('logs an error when no code waits for it any more', async () => {
    const sender = new FileSender();
    const consumer = new PatientConsumer();
    consumer.wrote = () => {
      sender.stopProducing();
      fails();
    };
    const done = sender.beginFileTransfer(new MemoryFile('a'), consumer);
    sender.resumeProducing();
    expect(await rejection(done)).to.be.instanceOf(ProducerStoppedError);
    expect(logged.map(({ error }) => error)).to.deep.equal([failure]);
  });

  it('tells a consumer for which it matters that what was written is not all', async () => {
    const consumer = Object.assign(new RecordingConsumer(), {
      producerFailed: (reason: Error) => consumer.log.push(`failed: ${reason.message}`),
    });
    const done = senderOf(1).beginFileTransfer({ read: fails }, consumer);
    await rejection(done);
    expect(consumer.log).to.deep.equal(['register pull', 'failed: Oops', 'unregister']);
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
