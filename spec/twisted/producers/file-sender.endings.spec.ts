/** Calls that come between the last byte of a file and the end of its transfer, or from inside either. */
import fs, { type FileHandle } from 'node:fs/promises';

import { expect } from 'chai';
import sinon from 'sinon';

import { ProducerStoppedError } from '../../../lib/twisted/core/errors.js';
import { FileSender } from '../../../lib/twisted/producers/file-sender.js';
import type { FileBytes, IFile } from '../../../lib/twisted/producers/files.js';
import { failure, fails } from '../../support/failure.js';
import { expectClosed, PatientReceiver, Receiver } from '../../support/file-receivers.js';
import { loggedErrors } from '../../support/logged.js';
import { MemoryFile, PatientConsumer, senderOf } from '../../support/memory-file.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';
import { rejection } from '../../support/rejection.js';
import { KIB } from '../../support/sizes.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { until } from '../../support/until.js';

describe('FileSender', () => {
  const folder = temporaryFolder();
  const logged = loggedErrors();

  describe('whose file closes after the last byte', () => {
    const { open } = fs;
    let isClosing: boolean;
    let letClose: (error?: Error) => void;

    beforeEach(() => {
      isClosing = false;
      sinon.stub(fs, 'open').callsFake(async (path): Promise<FileHandle> => {
        const handle = await open(path);
        const close = handle.close.bind(handle);
        const closed = new Promise<Error | void>((resolve) => (letClose = resolve));
        handle.close = async () => {
          isClosing = true;
          const error = await closed;
          await close();
          if (error instanceof Error) throw error;
        };
        return handle;
      });
    });
    afterEach(() => sinon.restore());

    /** A transfer that has sent all of its file, which is being closed. */
    async function closing(signal?: AbortSignal) {
      const consumer = new Receiver();
      const sender = new FileSender();
      const path = folder.write('file', 'all');
      const sent = sender.beginFileTransfer(path, consumer, null, { signal });
      await until(() => isClosing);
      expect(consumer.log).to.deep.equal(['register pull', '3']);
      return { consumer, sender, sent };
    }

    it('unregisters once it is closed, however often the consumer asks meanwhile', async () => {
      const { consumer, sender, sent } = await closing();
      sender.resumeProducing();
      sender.resumeProducing();
      expect(consumer.log).to.have.length(2);
      letClose();
      expect(String(await sent)).to.equal('l');
      expect(consumer.log.slice(2)).to.deep.equal(['unregister']);
      expect(logged).to.deep.equal([]);
    });

    it('has sent everything although the consumer stops it meanwhile, and does not unregister', async () => {
      const { consumer, sender, sent } = await closing();
      sender.stopProducing();
      letClose();
      expect(String(await sent)).to.equal('l');
      await new Promise(setImmediate);
      expect(consumer.log).to.have.length(2);
    });

    it('has sent everything although its signal aborts meanwhile', async () => {
      const controller = new AbortController();
      const { consumer, sent } = await closing(controller.signal);
      controller.abort();
      letClose();
      expect(String(await sent)).to.equal('l');
      expect(consumer.log.slice(2)).to.deep.equal(['unregister']);
      expect(logged).to.deep.equal([]);
    });

    it('rejects with the error that ended it, though the consumer asks and stops it meanwhile', async () => {
      const consumer = new Receiver();
      const sender = new FileSender();
      const sent = sender.beginFileTransfer(folder.write('file', 'all'), consumer, fails);
      await until(() => isClosing);
      sender.resumeProducing();
      sender.stopProducing();
      letClose();
      expect(await rejection(sent)).to.equal(failure);
      expect(consumer.log).to.deep.equal(['register pull']);
    });

    it('refuses to send another file until then', async () => {
      const { sender, sent } = await closing();
      const other = sender.beginFileTransfer(new MemoryFile('b'), new PatientConsumer());
      expect(await rejection(other)).to.include({ code: 'ERR_INVALID_STATE' });
      letClose();
      expect(String(await sent)).to.equal('l');
    });

    it('has sent everything although it does not close, which is logged', async () => {
      const { consumer, sent } = await closing();
      letClose(failure);
      expect(String(await sent)).to.equal('l');
      expect(consumer.log.slice(2)).to.deep.equal(['unregister']);
      expect(logged).to.deep.equal([failure]);
    });
  });

  describe('stopped while it reads a file', () => {
    it('has sent everything if that was at its end, and does not unregister', async () => {
      const consumer = new PatientReceiver();
      const sender = new FileSender();
      const path = folder.write('file', 'all');
      const sent = sender.beginFileTransfer(path, consumer);
      await consumer.ask();
      sender.resumeProducing();
      sender.stopProducing();
      expect(String(await sent)).to.equal('l');
      expect(consumer.log).to.deep.equal(['register pull', '3']);
      expectClosed(path);
    });

    it('has sent everything if that is empty, though it was not open yet', async () => {
      const consumer = new Receiver();
      const sender = new FileSender();
      const path = folder.write('file', '');
      const sent = sender.beginFileTransfer(path, consumer);
      sender.stopProducing();
      expect(await sent).to.have.length(0);
      expect(consumer.log).to.deep.equal(['register pull']);
      expectClosed(path);
    });

    it('has sent everything if only the block that it reads ahead is missing, and is empty', async () => {
      const consumer = new PatientReceiver();
      const sender = senderOf(64 * KIB);
      const path = folder.write('file', Buffer.alloc(64 * KIB));
      const sent = sender.beginFileTransfer(path, consumer);
      await consumer.ask();
      sender.resumeProducing();
      sender.stopProducing();
      expect(await sent).to.have.length(1);
      expect(consumer.log).to.deep.equal(['register pull', String(64 * KIB)]);
    });

    it('rejects if there is more in it, or if it fails', async () => {
      for (const path of [folder.write('file', Buffer.alloc(200 * KIB)), folder.path('.')]) {
        const consumer = new Receiver();
        const sender = new FileSender();
        const sent = sender.beginFileTransfer(path, consumer);
        sender.stopProducing();
        expect(await rejection(sent)).to.be.instanceOf(ProducerStoppedError);
        expect(consumer.log).to.deep.equal(['register pull']);
      }
    });

    it('rejects if the last write may yet have failed', async () => {
      const consumer = Object.assign(new PatientReceiver(), { write: async () => {} });
      const sender = new FileSender();
      const sent = sender.beginFileTransfer(folder.write('file', 'all'), consumer);
      sender.resumeProducing();
      await until(() => sender.lastSent.length > 0);
      sender.resumeProducing();
      sender.stopProducing();
      expect(await rejection(sent)).to.be.instanceOf(ProducerStoppedError);
    });
  });

  it('of a path lets its file go when it is stopped before it was asked', async () => {
    const sender = new FileSender();
    const sent = sender.beginFileTransfer(folder.write('file', 'all'), new PatientReceiver());
    sender.stopProducing();
    expect(sender.file).to.equal(null);
    await rejection(sent);
  });

  it('that was stopped takes no notice of its signal', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const sender = new FileSender();
    const file = new MemoryFile('a');
    const sent = sender.beginFileTransfer(file, new PatientConsumer(), null, { signal });
    sender.stopProducing();
    controller.abort();
    expect(await rejection(sent)).to.be.instanceOf(ProducerStoppedError);
    expect(logged).to.deep.equal([]);
  });

  it('that is stopped as it unregisters is stopped, though that fails, which is logged', async () => {
    const consumer = new RecordingConsumer();
    const sender = new FileSender();
    consumer.unregisterProducer = () => {
      sender.stopProducing();
      throw failure;
    };
    const sent = sender.beginFileTransfer(new MemoryFile('a'), consumer);
    expect(await rejection(sent)).to.be.instanceOf(ProducerStoppedError);
    expect(logged).to.deep.equal([failure]);
  });

  it('whose signal aborts as it unregisters leaves the transfer alone that was begun meanwhile', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const [sender, next] = [new FileSender(), new PatientConsumer()];
    const consumer = new PatientConsumer();
    let nextSent: Promise<unknown> | undefined;
    consumer.unregisterProducer = () => {
      nextSent = sender.beginFileTransfer(new MemoryFile('next'), next);
      controller.abort(failure);
    };
    const sent = sender.beginFileTransfer(new MemoryFile('a'), consumer, null, { signal });
    sender.resumeProducing();
    sender.resumeProducing();
    expect(String(await sent)).to.equal('a');
    expect(logged).to.deep.equal([failure]);
    sender.resumeProducing();
    sender.resumeProducing();
    await nextSent;
    expect(next.log).to.deep.equal(['register pull', 'next', 'unregister']);
  });

  it('lets a consumer out of the loop in which it asks for an answer that cannot come', async () => {
    const sender = new FileSender();
    const consumer = new PatientConsumer();
    const sent = sender.beginFileTransfer(
      { read: () => new Promise<FileBytes>(() => {}) },
      consumer,
    );
    while (consumer.producer !== null) sender.resumeProducing();
    expect(await rejection(sent)).to.include({ code: 'ERR_INVALID_STATE' });
    expect(consumer.log).to.deep.equal(['register pull', 'unregister']);
    expect(sender.file).to.equal(null);
  });

  for (const [what, answer] of [
    ['bytes', Buffer.from('old')],
    ['its end', null],
  ] as const) {
    it(`leaves the next transfer alone that the file begins before it answers with ${what}`, async () => {
      const sender = new FileSender();
      const [old, next] = [new PatientConsumer(), new PatientConsumer()];
      const file: IFile = {
        read(): FileBytes {
          sender.stopProducing();
          void sender.beginFileTransfer(new MemoryFile('next'), next);
          return answer;
        },
      };
      const sent = sender.beginFileTransfer(file, old);
      sender.resumeProducing();
      expect(await rejection(sent)).to.be.instanceOf(ProducerStoppedError);
      expect([old.log, next.log]).to.deep.equal([['register pull'], ['register pull']]);
    });
  }

  describe('asked from inside a write, deeper than it answers at once,', () => {
    const endless: IFile = { read: () => Buffer.from('x') };

    it('answers each question', () => {
      const consumer = new PatientConsumer();
      const sender = senderOf(1);
      let asked = 1;
      consumer.wrote = () => {
        for (let i = 0; i < 2 && asked < 1000; i += 1) {
          asked += 1;
          sender.resumeProducing();
        }
      };
      void sender.beginFileTransfer(endless, consumer);
      sender.resumeProducing();
      expect(asked).to.equal(1000);
      expect(consumer.chunks).to.have.length(1000);
    });

    it('reads nothing of the file of the next transfer for a question of the last', async () => {
      const consumer = new PatientConsumer();
      const sender = senderOf(1);
      const next = new MemoryFile('next');
      let depth = 0;
      consumer.wrote = () => {
        depth += 1;
        const own = depth;
        if (own <= 250) sender.resumeProducing();
        if (own === 200) {
          sender.stopProducing();
          void sender.beginFileTransfer(next, new PatientConsumer());
        }
      };
      const sent = sender.beginFileTransfer(endless, consumer);
      sender.resumeProducing();
      expect(await rejection(sent)).to.be.instanceOf(ProducerStoppedError);
      expect(depth, 'the deepest that it answers at once').to.equal(200);
      expect(next.reads).to.deep.equal([]);
    });
  });
});
