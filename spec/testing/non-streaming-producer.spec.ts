import { expect } from 'chai';

import { NonStreamingProducer } from '../../lib/testing/non-streaming-producer.js';
import { StringTransport } from '../../lib/testing/string-transport.js';
import { InvalidArgTypeError, InvalidStateError } from '../../lib/base/errors.js';
import { failure } from '../support/failure.js';
import { expectNothingLogged } from '../support/logged.js';
import type { IConsumer } from '../../lib/twisted/core/interfaces.js';

describe('NonStreamingProducer', () => {
  const logged = expectNothingLogged();
  const setUp = () => {
    const consumer = new StringTransport();
    const producer = new NonStreamingProducer(consumer);
    consumer.registerProducer(producer, false);
    return { consumer, producer };
  };
  const ask = (producer: NonStreamingProducer, times: number) => {
    for (let i = 0; i < times; i++) producer.resumeProducing();
  };

  it('writes a digit each time it is asked, and unregisters with the tenth', async () => {
    const { consumer, producer } = setUp();
    ask(producer, 9);
    expect(consumer.value().toString()).to.equal('012345678');
    expect(consumer.producer).to.equal(producer);
    ask(producer, 1);
    expect(consumer.value().toString()).to.equal('0123456789');
    expect(consumer.producer).to.equal(null);
    expect(producer).to.include({ counter: 10, consumer: null, stopped: false });
    await producer.result;
  });

  it('throws if it is asked again from inside its last write, and is done all the same', async () => {
    const thrown: unknown[] = [];
    class Asking extends StringTransport {
      override write(data: Uint8Array): void {
        super.write(data);
        if (String(data) !== '9') return;
        try {
          producer.resumeProducing();
        } catch (error) {
          thrown.push(error);
        }
      }
    }
    const consumer = new Asking();
    const producer = new NonStreamingProducer(consumer);
    consumer.registerProducer(producer, false);
    ask(producer, 10);
    expect(thrown).to.have.lengthOf(1);
    expect(thrown[0]).to.be.instanceOf(InvalidStateError);
    expect(String(consumer.value())).to.equal('0123456789');
    await producer.result;
  });

  it('logs what a consumer rejects, and is done all the same', async () => {
    for (const [method, errors] of [
      ['write', 10],
      ['unregisterProducer', 1],
    ] as const) {
      const consumer = new StringTransport();
      const producer = new NonStreamingProducer(consumer);
      consumer.registerProducer(producer, false);
      Object.assign(consumer, { [method]: () => Promise.reject(failure) });
      ask(producer, 10);
      await producer.result;
      await new Promise(setImmediate);
      expect(logged.splice(0)).to.deep.equal(Array(errors).fill(failure));
    }
  });

  it('is done when it is stopped', async () => {
    const { producer } = setUp();
    ask(producer, 1);
    producer.stopProducing();
    expect(producer).to.include({ counter: 1, consumer: null, stopped: true });
    await producer.result;
  });

  it('may be asked again from inside a write', () => {
    const written: string[] = [];
    const log: string[] = [];
    const consumer: IConsumer = {
      registerProducer: () => {},
      unregisterProducer: () => log.push('unregister'),
      write(data) {
        written.push(Buffer.from(data).toString());
        if (producer.counter < 10) producer.resumeProducing();
      },
    };
    const producer = new NonStreamingProducer(consumer);
    producer.resumeProducing();
    expect(written.join('')).to.equal('0123456789');
    expect(log).to.deep.equal(['unregister']);
  });

  it('does not unregister when it is stopped by its last write', () => {
    const { consumer, producer } = setUp();
    ask(producer, 9);
    consumer.write = () => producer.stopProducing();
    ask(producer, 1);
    expect(consumer.producer).to.equal(producer);
    expect(producer.stopped).to.equal(true);
  });

  it('is done although the consumer throws when it unregisters', async () => {
    const { consumer, producer } = setUp();
    consumer.unregisterProducer = () => {
      throw new Error('not now');
    };
    ask(producer, 9);
    expect(() => producer.resumeProducing()).to.throw('not now');
    await producer.result;
  });

  it('refuses every call that a consumer must not make', () => {
    const { producer } = setUp();
    expect(() => producer.pauseProducing()).to.throw(InvalidStateError, 'pause');
    ask(producer, 10);
    expect(() => producer.resumeProducing()).to.throw(InvalidStateError, 'resume');
    expect(() => producer.stopProducing()).to.throw(InvalidStateError, 'stop');
    expect(producer.stopped).to.equal(false);
    const { producer: stopped } = setUp();
    stopped.stopProducing();
    expect(() => stopped.resumeProducing()).to.throw(InvalidStateError, 'resume');
    expect(() => stopped.stopProducing()).to.throw(InvalidStateError, 'stop');
  });

  it('refuses a value that is not a consumer', () => {
    expect(() => new NonStreamingProducer({} as IConsumer)).to.throw(InvalidArgTypeError);
  });
});
