/** Consumers with methods that are async functions and fail, and other async functions of users. */
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  BasicProducerConsumerProxy,
  Bucket,
  ConsumerWritable,
  FileBodyProducer,
  FileSender,
  type IConsumer,
  type IPushProducer,
  ProducerConsumerProxy,
  PullToPush,
  ShapedConsumer,
} from '../../../lib/index.js';
import { StringTransport } from '../../../lib/testing/index.js';
import { failure } from '../../support/failure.js';
import { expectNothingLogged } from '../../support/logged.js';
import { rejection } from '../../support/rejection.js';

/** Rejects each write, and is told when it is to close. */
class Rejecting implements IConsumer {
  producer: IPushProducer | null = null;
  closes = 0;
  registerProducer(producer: IPushProducer): void {
    this.producer = producer;
  }
  unregisterProducer(): void {
    this.producer = null;
  }
  write(): void {
    return Promise.reject(failure) as unknown as void;
  }
  loseConnection(): void {
    this.closes += 1;
  }
}

describe('A consumer whose write rejects', () => {
  const logged = expectNothingLogged();
  const bytes = Buffer.from('bytes');
  const proxies: Record<string, (consumer: IConsumer) => IConsumer> = {
    BasicProducerConsumerProxy: (consumer) => new BasicProducerConsumerProxy(consumer),
    ProducerConsumerProxy: (consumer) => new ProducerConsumerProxy(consumer),
    ShapedConsumer: (consumer) => new ShapedConsumer(consumer, new Bucket()),
  };
  for (const [name, make] of Object.entries(proxies)) {
    for (const isHeld of [false, true]) {
      it(`behind a ${name} is logged, and closed (${isHeld ? 'buffered' : 'at once'})`, async () => {
        const consumer = new Rejecting();
        const proxy = make(consumer);
        if (isHeld) consumer.producer?.pauseProducing();
        else consumer.producer?.resumeProducing();
        proxy.write(bytes);
        if (isHeld) consumer.producer?.resumeProducing();
        await turn();
        expect(logged.splice(0)).to.deep.equal([failure]);
        expect(consumer.closes).to.equal(1);
      });
    }
  }

  it('fails a FileBodyProducer, which closes its file', async () => {
    let closes = 0;
    const file = { read: () => bytes, close: () => (closes += 1) };
    const started = new FileBodyProducer(file).startProducing(new Rejecting());
    expect(await rejection(started)).to.equal(failure);
    expect(closes).to.equal(1);
    await turn();
    logged.splice(0); // Further writes that were on their way.
  });

  it('fails a FileBodyProducer also with the last piece, or is logged', async () => {
    let pieces = 1;
    const file = { read: () => (pieces-- > 0 ? bytes : Buffer.alloc(0)) };
    const fail = async (): Promise<void> => {
      await turn();
      await turn();
      throw failure;
    };
    const late = () => fail() as unknown as void;
    const result = await new FileBodyProducer(file).startProducing({ write: late }).then(
      () => null,
      (reason: unknown) => reason,
    );
    await turn();
    await turn();
    expect([result, ...logged.splice(0)]).to.include(failure);
  });
});

describe('A transform of a FileSender that is an async function', () => {
  const logged = expectNothingLogged();

  it('is refused, and its rejection logged', async () => {
    const transform = () => Promise.reject(failure) as unknown as Buffer;
    const transport = new StringTransport();
    const file = { read: () => Buffer.from('bytes') };
    const sent = new FileSender().beginFileTransfer(file, transport, transform);
    (transport.producer as FileSender).resumeProducing();
    expect(await rejection(sent)).to.have.property('code', 'ERR_INVALID_ARG_TYPE');
    await turn();
    expect(logged.splice(0)).to.deep.equal([failure]);
  });
});

describe('A consumer whose unregisterProducer rejects', () => {
  const logged = expectNothingLogged();

  it('ends a PullToPush', async () => {
    let asked = 0;
    const producer = {
      resumeProducing() {
        asked += 1;
        throw new Error('The producer');
      },
      stopProducing() {},
    };
    const adapter = new PullToPush(producer, {
      unregisterProducer: () => Promise.reject(failure) as never,
    });
    adapter.startStreaming();
    await turn();
    await turn();
    expect(logged.splice(0)).to.include(failure);
    const before = asked;
    await turn();
    await turn();
    expect(asked).to.equal(before);
    logged.splice(0);
  });
});

describe('A ConsumerWritable whose consumer rejects its last write', () => {
  const logged = expectNothingLogged();

  it('is destroyed if it has not ended', async () => {
    const stream = new ConsumerWritable(new Rejecting());
    const errors: unknown[] = [];
    stream.on('error', (error) => errors.push(error));
    stream.write('a');
    await turn();
    expect(errors).to.deep.equal([failure]);
  });

  it('logs the error if it is over', async () => {
    let reject!: (reason: Error) => void;
    const consumer = new Rejecting();
    consumer.write = () => new Promise<never>((_, fail) => (reject = fail)) as unknown as void;
    const stream = new ConsumerWritable(consumer);
    stream.end('a');
    await once(stream, 'finish');
    reject(failure);
    await turn();
    expect(logged.splice(0)).to.deep.equal([failure]);
  });

  it('fails if that comes before it is over', async () => {
    const stream = new ConsumerWritable(new Rejecting());
    stream.end('a');
    expect(await rejection(once(stream, 'finish'))).to.equal(failure);
  });
});
