import { open } from 'node:fs/promises';

import { expect } from 'chai';

import { ProducerStoppedError } from '../../../lib/twisted/core/errors.js';
import { FileSender } from '../../../lib/twisted/producers/file-sender.js';
import { failure } from '../../support/failure.js';
import { expectNothingLogged } from '../../support/logged.js';
import { numbered } from '../../support/producers.js';
import { rejection } from '../../support/rejection.js';
import { KIB, MIB } from '../../support/sizes.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { Receiver, PatientReceiver, expectClosed } from '../../support/file-receivers.js';

describe('FileSender of a file of the operating system', () => {
  const folder = temporaryFolder();
  const contents = numbered(3 * MIB + 4);

  expectNothingLogged();

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

    it('while it opens a missing file, rejects because it was stopped', async () => {
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
