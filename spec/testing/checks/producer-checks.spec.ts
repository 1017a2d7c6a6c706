/** The checks for users' own classes: each rule is red on a class that breaks only that rule. */
import { Buffer } from 'node:buffer';

import { expect } from 'chai';
import sinon from 'sinon';

import type { IConsumer, IPushProducer } from '../../../lib/index.js';
import {
  checkPullProducer,
  checkPushProducer,
  type RuleBrokenError,
} from '../../../lib/testing/index.js';
import { rejection } from '../../support/rejection.js';
import { ModelPullProducer, ModelPushProducer } from './model-classes.js';
import { patience, expectBroken } from './expect-broken.js';

describe('checkPushProducer', () => {
  it('says what it waited for, although the test has replaced the clock and the timers', async () => {
    const clock = sinon.useFakeTimers();
    try {
      const silent = { pauseProducing() {}, resumeProducing() {}, stopProducing() {} };
      const checked = checkPushProducer(() => silent, { timeout: 40, quiet: 1 });
      const { message } = (await rejection(checked)) as Error;
      expect(message).to.match(/it wrote nothing and did not unregister within 40 ms$/);
    } finally {
      clock.restore();
    }
  });

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

  it('passes a producer that writes a header before it registers, as a protocol may', () =>
    check(
      class extends ModelPushProducer {
        override register() {
          this.consumer.write(Buffer.from('header'));
          super.register();
        }
      },
    ));

  it('says of a producer that has written all before it is registered that nothing could pause it', async () => {
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

  it('says of a producer that writes by itself that it was not asked', async () => {
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
    'A pull producer that is stopped before it has answered writes nothing': class extends ModelPullProducer {
      override resumeProducing() {
        setImmediate(() => super.resumeProducing());
      }
      override stopProducing() {}
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
