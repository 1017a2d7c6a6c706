import { expect } from 'chai';

import { type ProtocolWrapper, WrappingFactory } from '../../../lib/protocols/index.js';
import { StringTransport } from '../../../lib/testing/string-transport.js';
import { InvalidArgTypeError } from '../../../lib/base/errors.js';
import {
  ProducerAlreadyRegisteredError,
  ProducerStoppedError,
} from '../../../lib/twisted/core/errors.js';
import { Factory } from '../../../lib/twisted/core/factory.js';
import { Protocol } from '../../../lib/twisted/core/protocol.js';
import { FileSender, type FileTransform } from '../../../lib/twisted/producers/file-sender.js';
import type { IFile } from '../../../lib/twisted/producers/files.js';
import { failure, fails } from '../../support/failure.js';
import { loggedErrors } from '../../support/logged.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';
import { rejection } from '../../support/rejection.js';
import { MemoryFile, PatientConsumer, senderOf } from '../../support/memory-file.js';

describe('FileSender', () => {
  const logged = loggedErrors();

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

  it('rejects with the thrown error, and logs that the consumer then failed to unregister', async () => {
    const second = new Error('Oops again');
    const consumer = new RecordingConsumer();
    consumer.unregisterProducer = () => {
      throw second;
    };
    const done = new FileSender().beginFileTransfer({ read: fails }, consumer);
    expect(await rejection(done)).to.equal(failure);
    expect(logged).to.deep.equal([second]);
  });

  it('rejects with the error although the consumer asks as it is told of the failure', async () => {
    for (const method of ['producerFailed', 'unregisterProducer']) {
      const sender = new FileSender();
      let isAsking = true;
      const consumer = Object.assign(new PatientConsumer(), {
        write: fails,
        producerFailed() {},
        [method]() {
          const asks = isAsking;
          isAsking = false;
          if (asks) sender.resumeProducing();
        },
      });
      const sent = sender.beginFileTransfer(new MemoryFile('Test content'), consumer);
      sender.resumeProducing();
      expect(await rejection(sent)).to.equal(failure);
    }
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
    expect(logged).to.deep.equal([]);
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
    expect(logged).to.deep.equal([]);
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

  it('does not unregister from a consumer that has asked, but shows that it has no producer', async () => {
    const consumer = {
      producer: null,
      registerProducer: (producer: { resumeProducing(): void }) => {
        producer.resumeProducing();
        fails();
      },
      unregisterProducer: () => expect.fail('It unregistered another'),
      write: () => {},
    };
    const done = new FileSender().beginFileTransfer(new MemoryFile('a'), consumer);
    expect(await rejection(done)).to.equal(failure);
    expect(logged).to.deep.equal([]);
  });

  it('unregisters from a wrapper whose transport has taken it before it throws', async () => {
    class Late extends StringTransport {
      override registerProducer(producer: object, streaming: boolean): void {
        super.registerProducer(producer, streaming);
        fails();
      }
    }
    const transport = new Late();
    const factory = new WrappingFactory(Factory.forProtocol(Protocol));
    const wrapper = factory.buildProtocol({ type: 'PIPE' }) as ProtocolWrapper;
    wrapper.makeConnection(transport);
    const done = new FileSender().beginFileTransfer(new MemoryFile('a'), wrapper);
    expect(await rejection(done)).to.equal(failure);
    expect(transport.producer).to.equal(null);
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
    expect(logged).to.deep.equal([failure]);
  });

  it('tells a consumer that has producerFailed of the failure, before it unregisters', async () => {
    const consumer = Object.assign(new RecordingConsumer(), {
      producerFailed: (reason: Error) => consumer.log.push(`failed: ${reason.message}`),
    });
    const done = senderOf(1).beginFileTransfer({ read: fails }, consumer);
    await rejection(done);
    expect(consumer.log).to.deep.equal(['register pull', 'failed: Oops', 'unregister']);
  });
});
