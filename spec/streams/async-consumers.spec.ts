import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { expect } from 'chai';

import {
  BasicProducerConsumerProxy,
  Bucket,
  ConsumerWritable,
  FileSender,
  ProducerConsumerProxy,
  PullToPush,
  ReadableProducer,
  ShapedConsumer,
  TransportDuplex,
  type IConsumer,
  type IFinishableConsumer,
} from '../../lib/index.js';
import { StringTransport } from '../../lib/testing/index.js';
import { failure } from '../support/failure.js';
import { loggedErrors } from '../support/logged.js';
import { MemoryFile } from '../support/memory-file.js';
import { RecordingConsumer } from '../support/recording-consumer.js';
import { rejection } from '../support/rejection.js';
import { settled } from '../support/settled.js';

describe('a method of a consumer that is an async function and rejects', () => {
  const logged = loggedErrors();
  const rejects = (): Promise<never> => Promise.reject(failure);

  type Anything = Record<string, (...args: never[]) => unknown>;

  /** A consumer that has every optional method; its methods are whatever `changes` has. */
  const consumerWith = (changes: Anything): RecordingConsumer =>
    Object.assign(new RecordingConsumer(), { finish() {}, producerFailed() {} }, changes);

  const transfers: Record<string, (consumer: IConsumer) => Promise<unknown>> = {
    FileSender: (consumer) => new FileSender().beginFileTransfer(new MemoryFile('abc'), consumer),
    'ReadableProducer that pushes': (consumer) =>
      new ReadableProducer([Buffer.from('abc')]).startProducing(consumer),
    'ReadableProducer that is pulled': (consumer) =>
      new ReadableProducer([Buffer.from('abc')], { streaming: false }).startProducing(consumer),
  };

  for (const [name, transfer] of Object.entries(transfers)) {
    it(`(unregisterProducer) is logged by a ${name}`, async () => {
      await transfer(consumerWith({ unregisterProducer: rejects }));
      await settled();
      expect(logged).to.deep.equal([failure]);
    });

    it(`(producerFailed) is logged by a ${name}`, async () => {
      const other = new Error('the first');
      const write = (): never => {
        throw other;
      };
      const consumer = consumerWith({ write, producerFailed: rejects });
      expect(await rejection(transfer(consumer))).to.equal(other);
      await settled();
      expect(logged).to.deep.equal([failure]);
    });
  }

  it('(registerProducer) fails the transfer that registered', async () => {
    const refusing = (): IConsumer =>
      consumerWith({
        async registerProducer(this: RecordingConsumer, producer: never): Promise<void> {
          this.producer = producer;
          await rejects();
        },
      });
    for (const transfer of Object.values(transfers)) {
      expect(await rejection(transfer(refusing()))).to.equal(failure);
    }
    const writable = new ConsumerWritable(refusing());
    expect((await once(writable, 'error'))[0]).to.equal(failure);
    expect(logged).to.deep.equal([]);
  });

  for (const method of ['unregisterProducer', 'finish']) {
    it(`(${method}) is the error of a ConsumerWritable, or is logged if that is closed by then`, async () => {
      for (const delay of [() => Promise.resolve(), settled]) {
        const consumer = consumerWith({ [method]: () => delay().then(rejects) });
        const errors: unknown[] = [];
        const writable = new ConsumerWritable(consumer as unknown as IFinishableConsumer, {
          finish: true,
        });
        writable.on('error', (error) => errors.push(error)).end('a');
        await once(writable, 'close');
        await settled();
        await settled();
        expect([...errors, ...logged.splice(0)]).to.deep.equal([failure]);
      }
    });
  }

  for (const finish of [false, true]) {
    it(`(write) fails the pipeline into a ConsumerWritable that ends in the same turn, with finish ${finish}`, async () => {
      for (const failing of [0, 1, 2]) {
        let writes = 0;
        let finished = 0;
        const consumer = consumerWith({
          write: () => (writes++ === failing ? rejects() : Promise.resolve()),
          finish: () => void finished++,
        });
        const writable = new ConsumerWritable(consumer as unknown as IFinishableConsumer, {
          finish,
        });
        const source = Readable.from(['a', 'b', 'c'], { objectMode: false });
        expect(await rejection(pipeline(source, writable))).to.equal(failure);
        expect(finished).to.equal(0);
        expect(consumer.log.filter((line) => line === 'unregister')).to.have.length(1);
        await settled();
        expect(logged).to.deep.equal([]);
      }
    });
  }

  it('(write) fails a ConsumerWritable that ends in the same turn, also if a later write answers at once', async () => {
    const answers = [rejects, () => true];
    let finished = 0;
    const consumer = consumerWith({
      write: () => answers.shift()?.(),
      finish: () => void finished++,
    });
    const writable = new ConsumerWritable(consumer as unknown as IFinishableConsumer, {
      finish: true,
    });
    writable.write('a');
    writable.end('b');
    expect((await once(writable, 'error'))[0]).to.equal(failure);
    expect(finished).to.equal(0);
  });

  it('(write) and does not reject lets a ConsumerWritable finish', async () => {
    const log: string[] = [];
    const consumer = consumerWith({
      write: async (chunk: Buffer) => void log.push(String(await Promise.resolve(chunk))),
      finish: () => void log.push('finish'),
    });
    const writable = new ConsumerWritable(consumer as unknown as IFinishableConsumer, {
      finish: true,
    });
    await pipeline(Readable.from(['a', 'b'], { objectMode: false }), writable);
    expect(log).to.deep.equal(['a', 'b', 'finish']);
  });

  it('(producerFailed) is logged by a ConsumerWritable', async () => {
    const writable = new ConsumerWritable(consumerWith({ producerFailed: rejects }));
    await once(writable.destroy(), 'close');
    await settled();
    expect(logged).to.deep.equal([failure]);
  });

  const proxies: Record<string, (consumer: IConsumer) => BasicProducerConsumerProxy> = {
    BasicProducerConsumerProxy: (consumer) => new BasicProducerConsumerProxy(consumer),
    ProducerConsumerProxy: (consumer) => new ProducerConsumerProxy(consumer),
    ShapedConsumer: (consumer) => new ShapedConsumer(consumer, new Bucket()),
  };
  for (const [name, proxy] of Object.entries(proxies)) {
    for (const method of ['registerProducer', 'unregisterProducer', 'finish', 'producerFailed']) {
      it(`(${method}) is logged by a ${name}`, async () => {
        const made = proxy(consumerWith({ [method]: rejects }));
        made.producerFailed(new Error('another'));
        made.finish();
        await settled();
        expect(logged).to.deep.equal([failure]);
      });
    }
  }

  it('(unregisterProducer) is logged by a PullToPush', async () => {
    const fails = {
      resumeProducing() {
        throw new Error('the first');
      },
      stopProducing() {},
    };
    const consumer = {
      unregisterProducer() {
        streamer.stopStreaming();
        return rejects();
      },
    };
    const streamer: PullToPush = new PullToPush(fails, consumer);
    streamer.startStreaming();
    await settled();
    expect(logged.at(-1)).to.equal(failure);
  });

  /** A stream over a transport; its methods are whatever `changes` has. */
  const duplexOver = (changes: Anything): TransportDuplex => {
    const duplex = new TransportDuplex();
    duplex.makeConnection(Object.assign(new StringTransport(), changes));
    return duplex;
  };

  for (const method of ['unregisterProducer', 'loseWriteConnection', 'loseConnection']) {
    it(`(${method} of a transport) is the error of a TransportDuplex that ends`, async () => {
      const changes =
        method === 'loseConnection'
          ? { loseWriteConnection: undefined, abortConnection: undefined }
          : {};
      const duplex = duplexOver({ ...changes, [method]: rejects } as Anything);
      duplex.end('a');
      expect((await once(duplex, 'error'))[0]).to.equal(failure);
    });
  }

  it('(abortConnection of a transport) is logged by a TransportDuplex', async () => {
    const duplex = duplexOver({ abortConnection: rejects });
    await once(duplex.resetAndDestroy(), 'close');
    await settled();
    expect(logged).to.deep.equal([failure]);
  });
});
