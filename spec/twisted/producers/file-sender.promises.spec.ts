import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { InvalidArgTypeError } from '../../../lib/base/errors.js';
import { ProducerStoppedError } from '../../../lib/twisted/core/errors.js';
import { FileSender } from '../../../lib/twisted/producers/file-sender.js';
import type { FileBytes, IFile } from '../../../lib/twisted/producers/files.js';
import { failure } from '../../support/failure.js';
import { expectNothingLogged } from '../../support/logged.js';
import { MemoryFile } from '../../support/memory-file.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';
import { rejection } from '../../support/rejection.js';

/** A file that answers when the spec does. */
class SlowFile implements IFile {
  readonly reads: number[] = [];
  private answer: { resolve: (bytes: FileBytes) => void; reject: (error: Error) => void } | null =
    null;

  read(size: number): Promise<FileBytes> {
    expect(this.answer, 'It is not asked twice at once').to.equal(null);
    this.reads.push(size);
    return new Promise((resolve, reject) => (this.answer = { resolve, reject }));
  }

  async say(text: string): Promise<void> {
    const { answer } = this;
    this.answer = null;
    answer?.resolve(Buffer.from(text));
    await turn();
  }

  async fail(error: Error): Promise<void> {
    const { answer } = this;
    this.answer = null;
    answer?.reject(error);
    await turn();
  }
}

describe('FileSender of a file-like that answers with promises', () => {
  expectNothingLogged();

  const setUp = () => {
    const [sender, file, consumer] = [new FileSender(), new SlowFile(), new RecordingConsumer()];
    consumer.wrote = () => {};
    const done = sender.beginFileTransfer(file, consumer);
    return { sender, file, consumer, done };
  };

  it('writes each answer when it comes, and ends with an empty one', async () => {
    const { sender, file, consumer, done } = setUp();
    await file.say('ab');
    sender.resumeProducing();
    await file.say('c');
    sender.resumeProducing();
    await file.say('');
    expect(String(await done)).to.equal('c');
    expect(consumer.log).to.deep.equal(['register pull', 'ab', 'c', 'unregister']);
    expect(file.reads).to.deep.equal([16384, 16384, 16384]);
  });

  it('is asked once by however many questions come before the answer', async () => {
    const { sender, file, consumer, done } = setUp();
    for (let i = 0; i < 1000; i++) sender.resumeProducing();
    expect(file.reads).to.have.length(1);
    await file.say('a');
    expect(file.reads).to.have.length(1);
    sender.resumeProducing();
    await file.say('b');
    expect(consumer.log).to.deep.equal(['register pull', 'a', 'b']);
    sender.resumeProducing();
    await file.say('');
    await done;
    expect(file.reads).to.have.length(3);
    expect(consumer.log.at(-1)).to.equal('unregister');
  });

  it('is asked once by however many questions come from inside a write', async () => {
    const { sender, file, consumer } = setUp();
    consumer.wrote = () => {
      consumer.wrote = () => {};
      sender.resumeProducing();
      sender.resumeProducing();
    };
    await file.say('a');
    expect(file.reads).to.have.length(2);
    await file.say('b');
    expect(consumer.log).to.deep.equal(['register pull', 'a', 'b']);
    expect(file.reads).to.have.length(2);
  });

  it('is asked once by a question that comes from inside its own read', async () => {
    const { sender, file, consumer, done } = setUp();
    await file.say('a');
    const read = file.read.bind(file);
    file.read = (size) => {
      const answer = read(size);
      if (file.reads.length < 4) sender.resumeProducing();
      return answer;
    };
    sender.resumeProducing();
    expect(file.reads).to.have.length(2);
    await file.say('b');
    expect(file.reads).to.have.length(3);
    await file.say('');
    await done;
    expect(consumer.log).to.deep.equal(['register pull', 'a', 'b', 'unregister']);
  });

  it('rejects and unregisters when a promise does', async () => {
    const { file, consumer, done } = setUp();
    const rejected = rejection(done);
    await file.fail(failure);
    expect(await rejected).to.equal(failure);
    expect(consumer.log).to.deep.equal(['register pull', 'unregister']);
  });

  it('rejects when the answer is not bytes', async () => {
    const consumer = new RecordingConsumer();
    const read = () => Promise.resolve('text' as unknown as FileBytes);
    const done = new FileSender().beginFileTransfer({ read }, consumer);
    expect(await rejection(done)).to.be.instanceOf(InvalidArgTypeError);
    expect(consumer.log).to.deep.equal(['register pull', 'unregister']);
  });

  for (const [what, answer] of [
    ['comes', (file: SlowFile) => file.say('late')],
    ['fails', (file: SlowFile) => file.fail(new Error('Late'))],
  ] as const) {
    it(`discards an answer that ${what} after it was stopped`, async () => {
      const { sender, file, consumer, done } = setUp();
      sender.stopProducing();
      expect(await rejection(done)).to.be.instanceOf(ProducerStoppedError);
      await answer(file);
      expect(consumer.log).to.deep.equal(['register pull']);
    });
  }

  it('mixes no answer into the next transfer', async () => {
    const { sender, file, consumer, done } = setUp();
    sender.stopProducing();
    await rejection(done);
    const next = new SlowFile();
    const sent = sender.beginFileTransfer(next, consumer);
    await file.say('late');
    await next.say('next');
    expect(consumer.log).to.deep.equal(['register pull', 'register pull', 'next']);
    sender.resumeProducing();
    await next.say('');
    await sent;
  });
});

describe('FileSender to a consumer whose write is an async function', () => {
  const logged = expectNothingLogged();

  /** Asks for more before the promise of a write settles, as `settle` does. */
  const asyncConsumer = (settle: () => Promise<void>): RecordingConsumer => {
    const consumer = new RecordingConsumer();
    const write = (data: Uint8Array): Promise<void> => {
      consumer.log.push(Buffer.from(data).toString());
      queueMicrotask(() => consumer.producer?.resumeProducing());
      return settle();
    };
    return Object.assign(consumer, { write });
  };

  const ways: Record<string, () => Promise<void>> = {
    'at once': () => Promise.reject(failure),
    'when the event loop has turned': async () => {
      await turn();
      throw failure;
    },
  };
  for (const [when, settle] of Object.entries(ways)) {
    it(`rejects if the last write does, ${when}, although the file has ended`, async () => {
      const consumer = asyncConsumer(settle);
      const sent = new FileSender().beginFileTransfer(new MemoryFile('abc'), consumer);
      expect(await rejection(sent)).to.equal(failure);
      expect(consumer.log).to.deep.equal(['register pull', 'abc', 'unregister']);
      await turn();
      expect(logged).to.deep.equal([]);
    });
  }

  it('resolves if no write rejects', async () => {
    const consumer = asyncConsumer(() => Promise.resolve());
    const sent = new FileSender().beginFileTransfer(new MemoryFile('abc'), consumer);
    expect(String(await sent)).to.equal('c');
    expect(consumer.log).to.deep.equal(['register pull', 'abc', 'unregister']);
  });

  it('writes nothing more once its signal has aborted, though the file answers in the same turn', async () => {
    const consumer = asyncConsumer(() => Promise.resolve());
    const controller = new AbortController();
    const file = new SlowFile();
    const { signal } = controller;
    const sent = new FileSender().beginFileTransfer(file, consumer, null, { signal });
    await file.say('a');
    controller.abort(failure);
    await file.say('late');
    expect(await rejection(sent)).to.equal(failure);
    expect(consumer.log).to.deep.equal(['register pull', 'a', 'unregister']);
  });

  it('rejects if it is stopped after the last write, before it is known whether that failed', async () => {
    const consumer = asyncConsumer(() => Promise.resolve());
    const sender = new FileSender();
    const sent = sender.beginFileTransfer(new MemoryFile('abc'), consumer);
    await Promise.resolve();
    await Promise.resolve();
    sender.stopProducing();
    expect(await rejection(sent)).to.be.instanceOf(ProducerStoppedError);
    await turn();
    expect(consumer.log).to.deep.equal(['register pull', 'abc']);
  });
});
