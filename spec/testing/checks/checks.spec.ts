/** The checks for users' own classes: each rule is red on a class that breaks only that rule. */
import { Buffer } from 'node:buffer';

import { expect } from 'chai';

import type { IConsumer, IPushProducer } from '../../../lib/index.js';
import {
  checkConsumer,
  checkPullProducer,
  checkPushProducer,
  checkTransport,
  type RuleBrokenError,
} from '../../../lib/testing/index.js';
import { rejection } from '../../support/rejection.js';
import {
  ModelConsumer,
  ModelPullProducer,
  ModelPushProducer,
  ModelTransport,
} from './model-classes.js';

const patience = { timeout: 200, quiet: 5 };

/** Expects `checked` to reject for `rule`. */
async function expectBroken(checked: Promise<void>, rule: string): Promise<void> {
  const error = (await rejection(checked)) as RuleBrokenError;
  expect(error).to.include({ code: 'ERR_RULE_BROKEN', rule });
  expect(error.message).to.match(new RegExp(`^${rule.replaceAll(/[()]/g, '.')}: .`));
}

describe('checkConsumer', () => {
  const check = (Consumer: new () => IConsumer) => checkConsumer(() => new Consumer(), patience);

  it('passes a consumer that keeps every rule', () => check(ModelConsumer));

  it('passes one that makers make later', () =>
    checkConsumer(() => Promise.resolve(new ModelConsumer()), patience));

  const broken: Record<string, new () => IConsumer> = {
    'A consumer has registerProducer, unregisterProducer and write': class extends ModelConsumer {
      override unregisterProducer = undefined as never;
    },
    'A consumer takes bytes, of any length': class extends ModelConsumer {
      override check(data: Uint8Array) {
        super.check(data);
        if (data.length === 0) throw new RangeError('nothing to write');
      }
    },
    'A consumer refuses a string with a TypeError': class extends ModelConsumer {
      override check() {}
    },
    'A consumer does not change the bytes that it is given': class extends ModelConsumer {
      override flush() {
        for (const piece of this.buffered) piece.fill(0);
        super.flush();
      }
    },
    'A consumer has one producer at a time: registering a second one throws': class extends ModelConsumer {
      override registerProducer(...args: Parameters<ModelConsumer['registerProducer']>) {
        this.producer = null;
        super.registerProducer(...args);
      }
    },
    'A consumer takes another producer once the first has unregistered': class extends ModelConsumer {
      override unregisterProducer() {
        if (this.bytes > 0 || !this.streaming || this.paused) super.unregisterProducer();
      }
    },
    'A consumer does not resume a push producer that it did not pause': class extends ModelConsumer {
      override emptied() {
        if (this.streaming && !this.paused) this.producer?.resumeProducing();
        super.emptied();
      }
    },
    'A consumer resumes a push producer that it paused once there is room': class extends ModelConsumer {
      override emptied() {
        if (!this.streaming) super.emptied();
      }
    },
    'A consumer resumes a producer once for each time that it paused it, and not more often': class extends ModelConsumer {
      override emptied() {
        const { producer, paused } = this;
        super.emptied();
        if (paused && producer !== null && producer === this.producer) {
          producer.resumeProducing();
        }
      }
    },
    'A consumer calls nothing of a producer that has unregistered': class extends ModelConsumer {
      last: IPushProducer | null = null;
      override pauseIfFull() {
        super.pauseIfFull();
        this.last = this.paused ? (this.producer as IPushProducer) : null;
      }
      override emptied() {
        if (this.producer === null) this.last?.resumeProducing();
        super.emptied();
      }
    },
    'A producer may unregister from inside pauseProducing': class extends ModelConsumer {
      override pauseIfFull() {
        const { producer } = this;
        super.pauseIfFull();
        if (this.producer === null && this.paused) producer?.resumeProducing();
      }
    },
    'What pauseProducing throws reaches the caller of write': class extends ModelConsumer {
      override pauseIfFull() {
        try {
          super.pauseIfFull();
        } catch {
          // Swallowed: that is what is wrong with it.
        }
      }
    },
    'A consumer asks a pull producer until it has unregistered, and not after that': class extends ModelConsumer {
      override emptied() {
        if (this.streaming) super.emptied();
      }
    },
    'A consumer asks a pull producer again only once it has answered': class extends ModelConsumer {
      override ask() {
        super.ask();
        if (this.owed) this.producer?.resumeProducing();
      }
    },
  };
  for (const [rule, Broken] of Object.entries(broken)) {
    it(`names the rule: ${rule}`, () => expectBroken(check(Broken), rule));
  }

  it('refuses a value that is not a function, and a wrong option, before it makes anything', async () => {
    const made: unknown[] = [];
    const make = () => {
      made.push(1);
      return new ModelConsumer();
    };
    expect(await rejection(checkConsumer(null as never))).to.include({
      code: 'ERR_INVALID_ARG_TYPE',
    });
    expect(await rejection(checkConsumer(make, { timeout: 0 }))).to.include({
      code: 'ERR_OUT_OF_RANGE',
    });
    expect(await rejection(checkConsumer(make, { quiet: '1' as never }))).to.include({
      code: 'ERR_INVALID_ARG_TYPE',
    });
    expect(made).to.deep.equal([]);
  });

  it('rejects with what the maker throws', async () => {
    const thrown = new Error('no consumer today');
    const checked = checkConsumer(() => {
      throw thrown;
    });
    expect(await rejection(checked)).to.equal(thrown);
  });
});

describe('checkTransport', () => {
  const check = (Transport: new () => ModelTransport) =>
    checkTransport(() => {
      const transport = new Transport();
      return { transport, peer: transport.peer };
    }, patience);

  it('passes a transport that keeps every rule', () => check(ModelTransport));

  it('passes one whose other end it is not given', () =>
    checkTransport(() => new ModelTransport(), patience));

  it('plays the rules for consumers too', () =>
    expectBroken(
      check(
        class extends ModelTransport {
          override check() {}
        },
      ),
      'A consumer refuses a string with a TypeError',
    ));

  const broken: Record<string, new () => ModelTransport> = {
    'A transport has write, writeSequence, loseConnection, getPeer and getHost': class extends ModelTransport {
      override writeSequence = undefined as never;
    },
    'A transport tells the addresses of both ends': class extends ModelTransport {
      override getHost() {
        return null as never;
      }
    },
    'writeSequence writes each piece, in order': class extends ModelTransport {
      override writeSequence(data: Iterable<Uint8Array>) {
        super.writeSequence([...data].reverse());
      }
    },
    'loseConnection delivers everything that was written before it': class extends ModelTransport {
      override loseConnection() {
        this.buffered.splice(10);
        super.loseConnection();
      }
    },
    'loseConnection may be called twice': class extends ModelTransport {
      override loseConnection() {
        if (this.disconnecting) throw new Error('already closing');
        super.loseConnection();
      }
    },
    'loseConnection waits for the registered push producer, and delivers what it writes': class extends ModelTransport {
      override mayClose() {
        return this.disconnecting && (this.producer === null || this.streaming);
      }
    },
    'loseConnection waits for the registered pull producer, and asks it until it unregisters': class extends ModelTransport {
      override emptied() {
        if (!this.disconnecting || this.streaming) super.emptied();
      }
    },
    'abortConnection stops the producer, once': class extends ModelTransport {
      override lose() {
        this.producer?.stopProducing();
        super.lose();
      }
    },
    'A lost transport stops a producer that registers, at once': class extends ModelTransport {
      override registerProducer(...args: Parameters<ModelTransport['registerProducer']>) {
        if (!this.disconnected) super.registerProducer(...args);
      }
    },
    'Writing to a lost transport does nothing': class extends ModelTransport {
      override check(data: Uint8Array) {
        super.check(data);
        if (this.disconnected) throw new Error('too late');
      }
    },
  };
  for (const [rule, Broken] of Object.entries(broken)) {
    it(`names the rule: ${rule}`, () => expectBroken(check(Broken), rule));
  }
});

describe('checkPushProducer', () => {
  const check = (Producer: new (consumer: IConsumer) => IPushProducer) =>
    checkPushProducer((consumer) => new Producer(consumer), patience);

  it('passes a producer that keeps every rule', () => check(ModelPushProducer));

  it('registers a producer that does not do it itself', () =>
    check(
      class extends ModelPushProducer {
        override register() {}
      },
    ));

  it('passes a producer that never ends', () =>
    check(
      class extends ModelPushProducer {
        override left = Infinity;
      },
    ));

  it('passes one that writes a header before it registers, as a protocol may', () =>
    check(
      class extends ModelPushProducer {
        override register() {
          this.consumer.write(Buffer.from('header'));
          super.register();
        }
      },
    ));

  it('says of one that has written all before it is registered that nothing could pause it', async () => {
    class Hasty extends ModelPushProducer {
      override register() {
        this.consumer.write(Buffer.from('everything'));
      }
      override schedule() {}
    }
    const error = (await rejection(check(Hasty))) as RuleBrokenError;
    expect(error.message).to.match(/it wrote once before it was registered, when nothing could/);
  });

  const broken: Record<string, new (consumer: IConsumer) => IPushProducer> = {
    'The producer has pauseProducing, resumeProducing, stopProducing': class extends ModelPushProducer {
      override pauseProducing = undefined as never;
    },
    'The producer writes bytes and nothing else': class extends ModelPushProducer {
      override writeNext() {
        this.consumer.write('text' as never);
      }
    },
    'The producer unregisters once at most': class extends ModelPushProducer {
      override finish() {
        super.finish();
        super.finish();
      }
      override left = 0;
    },
    'The producer writes nothing after it has unregistered': class extends ModelPushProducer {
      override finish() {
        super.finish();
        this.writeNext();
      }
      override left = 0;
    },
    'The producer writes nothing after stopProducing': class extends ModelPushProducer {
      override writeNext() {
        super.writeNext();
        if (this.stopped) super.writeNext();
      }
    },
    'A push producer registers as one: with true for streaming': class extends ModelPushProducer {
      override register() {
        this.consumer.registerProducer(this, false);
      }
    },
    'A push producer that is paused from inside its write writes nothing until it is resumed': class extends ModelPushProducer {
      override pauseProducing() {
        setImmediate(() => setImmediate(() => super.pauseProducing()));
      }
    },
    'A push producer that is resumed writes on, or unregisters': class extends ModelPushProducer {
      override resumeProducing() {}
    },
    'A push producer that is paused can be stopped, and then writes nothing': class extends ModelPushProducer {
      override stopProducing() {
        if (this.paused) this.resumeProducing();
        else super.stopProducing();
      }
    },
    'A push producer writes the same bytes, paused or not': class extends ModelPushProducer {
      override resumeProducing() {
        this.left -= 1;
        super.resumeProducing();
      }
    },
  };
  for (const [rule, Broken] of Object.entries(broken)) {
    it(`names the rule: ${rule}`, () => expectBroken(check(Broken), rule));
  }
});

describe('checkPullProducer', () => {
  const check = (Producer: new (consumer: IConsumer) => ModelPullProducer) =>
    checkPullProducer((consumer) => new Producer(consumer), patience);

  it('passes a producer that keeps every rule', () => check(ModelPullProducer));

  it('passes a producer that answers later', () =>
    check(
      class extends ModelPullProducer {
        override resumeProducing() {
          setImmediate(() => super.resumeProducing());
        }
      },
    ));

  it('says to which question it had no answer', async () => {
    class Forgetful extends ModelPullProducer {
      asked = 0;
      override resumeProducing() {
        if (++this.asked !== 3) super.resumeProducing();
      }
    }
    const error = (await rejection(check(Forgetful))) as RuleBrokenError;
    expect(error.message).to.include('it was asked 3 times, and the last time wrote nothing');
  });

  it('says of one that writes by itself that it was not asked', async () => {
    const checked = checkPullProducer((consumer) => {
      setImmediate(() => consumer.write(Buffer.from('by itself')));
      return { resumeProducing() {}, stopProducing() {} };
    }, patience);
    const error = (await rejection(checked)) as RuleBrokenError;
    expect(error.message).to.equal(
      'A pull producer writes nothing before it is asked: it wrote once',
    );
  });

  const broken: Record<string, new (consumer: IConsumer) => ModelPullProducer> = {
    'The producer has resumeProducing, stopProducing': class extends ModelPullProducer {
      override stopProducing = undefined as never;
    },
    'The producer writes bytes and nothing else': class extends ModelPullProducer {
      override writeNext() {
        this.consumer.write(1 as never);
      }
    },
    'The producer unregisters once at most': class extends ModelPullProducer {
      override finish() {
        super.finish();
        super.finish();
      }
    },
    'The producer writes nothing after it has unregistered': class extends ModelPullProducer {
      override finish() {
        super.finish();
        this.writeNext();
      }
    },
    'The producer writes nothing after stopProducing': class extends ModelPullProducer {
      override writeNext() {
        super.writeNext();
        if (this.stopped) super.writeNext();
      }
    },
    'A pull producer registers as one: with false for streaming': class extends ModelPullProducer {
      override register() {
        this.consumer.registerProducer(this as never, true);
      }
    },
    'A pull producer writes nothing before it is asked': class extends ModelPullProducer {
      override register() {
        super.register();
        this.consumer.write(Buffer.from('hello'));
      }
    },
    'A pull producer that has answered writes nothing until it is asked again': class extends ModelPullProducer {
      override writeNext() {
        super.writeNext();
        if (!this.stopped) setImmediate(() => this.left > 0 && super.writeNext());
      }
    },
    'A pull producer answers each time that it is asked, and unregisters at its end': class extends ModelPullProducer {
      asked = 0;
      override resumeProducing() {
        if (++this.asked !== 3) super.resumeProducing();
      }
    },
  };
  for (const [rule, Broken] of Object.entries(broken)) {
    it(`names the rule: ${rule}`, () => expectBroken(check(Broken), rule));
  }
});
