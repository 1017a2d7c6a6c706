/** The checks and producers that are slow, endless or late, or that err only at times. */
import { Buffer } from 'node:buffer';
import { EventEmitter, once } from 'node:events';

import { expect } from 'chai';

import type { IConsumer, IPullProducer, IPushProducer } from '../../../lib/index.js';
import { checkPullProducer, checkPushProducer } from '../../../lib/testing/index.js';
import { failure, fails } from '../../support/failure.js';
import { rejection } from '../../support/rejection.js';
import { expectBroken, expectMessage, patience } from './expect-broken.js';
import { ModelPullProducer, ModelPushProducer } from './model-classes.js';

const checkPush = (Producer: new (consumer: IConsumer) => IPushProducer, options = patience) =>
  checkPushProducer((consumer) => new Producer(consumer), options);
const checkPull = (Producer: new (consumer: IConsumer) => IPullProducer) =>
  checkPullProducer((consumer) => new Producer(consumer), patience);

/** Writes a piece every few milliseconds. */
class TimedProducer extends ModelPushProducer {
  override schedule() {
    if (this.scheduled) return;
    this.scheduled = true;
    setTimeout(() => {
      this.scheduled = false;
      this.produce();
    }, 3 * patience.quiet);
  }
}

/** Writes a piece without being asked, a while after it was registered. */
class UnaskedProducer extends ModelPullProducer {
  private wasAsked = false;

  override register() {
    super.register();
    setTimeout(() => {
      if (!this.wasAsked && !this.stopped) this.writeNext();
    }, 40);
  }

  override resumeProducing() {
    this.wasAsked = true;
    super.resumeProducing();
  }
}

/** Writes in a loop until it is paused or stopped. */
class LoopingProducer extends ModelPushProducer {
  override produce() {
    while (!this.paused && !this.stopped) {
      if (this.left-- > 0) this.writeNext();
      else this.finish();
    }
  }
}

/** Answers some milliseconds after each question. */
class LatePullProducer extends ModelPullProducer {
  override resumeProducing() {
    setTimeout(() => super.resumeProducing(), 10);
  }
}

describe('checkPushProducer passes a producer', () => {
  it('that takes its time for each piece', () => checkPush(TimedProducer));

  it('that has nothing to write', () =>
    checkPush(
      class extends ModelPushProducer {
        override left = 0;
      },
    ));

  it('that throws if it is called after its end', () =>
    checkPush(
      class extends ModelPushProducer {
        isDone = false;
        override produce() {
          this.writeNext();
          if (!this.stopped) this.finish();
        }
        override finish() {
          this.isDone = true;
          super.finish();
        }
        override resumeProducing() {
          if (this.isDone) throw failure;
        }
        override stopProducing() {
          if (this.isDone) throw failure;
          super.stopProducing();
        }
      },
    ));

  it('that writes in a loop, and never ends', () =>
    checkPush(
      class extends LoopingProducer {
        override left = Infinity;
      },
    ));

  it('that has many pieces, and resumes after a while', () =>
    checkPush(
      class extends LoopingProducer {
        override left = 900;
        override resumeProducing() {
          setTimeout(() => super.resumeProducing(), 2);
        }
      },
    ));

  it('that begins some time after it was first resumed, and resumes the next ones at once', async () => {
    const waited: Late[] = [];
    let made = 0;
    class Late extends LoopingProducer {
      override paused = true;
      turns = false;
      override register() {
        made += 1;
        setImmediate(() => (this.turns = true));
      }
      override schedule() {
        setTimeout(() => this.produce(), 2);
      }
      override resumeProducing() {
        if (this.turns && this.left === 5) waited.push(this);
        super.resumeProducing();
      }
    }
    await checkPush(Late);
    expect(made).to.be.above(10);
    expect(waited).to.have.lengthOf(1);
  });

  it('that was promised by an object that is not a Promise', () =>
    checkPushProducer(
      (consumer) =>
        ({
          then(resolve: (producer: IPushProducer) => void) {
            resolve(new ModelPushProducer(consumer));
          },
        }) as never,
      patience,
    ));

  it('and stops each that it has made', async () => {
    const made: ModelPushProducer[] = [];
    await checkPushProducer((consumer) => {
      const producer = new TimedProducer(consumer);
      if (made.push(producer) > 10) producer.left = Infinity;
      return producer;
    }, patience);
    expect(made.length).to.be.above(10);
    for (const { stopped } of made) expect(stopped).to.equal(true);
  });
});

describe('checkPushProducer names the rule for a producer that', () => {
  const broken: [what: string, rule: string, Producer: new (to: IConsumer) => IPushProducer][] = [
    [
      'unregisters twice at the end, after a while',
      'The producer unregisters once at most',
      class extends TimedProducer {
        override finish() {
          super.finish();
          super.finish();
        }
      },
    ],
    [
      'writes once more at the end, after a while',
      'The producer writes nothing after it has unregistered',
      class extends TimedProducer {
        override finish() {
          super.finish();
          this.writeNext();
        }
      },
    ],
    [
      'writes a string at the end, after a while',
      'The producer writes bytes and nothing else',
      class extends TimedProducer {
        override finish() {
          this.consumer.write('the end' as never);
          super.finish();
        }
      },
    ],
    [
      'begins again each time that it is resumed',
      'A push producer writes the same bytes, paused or not',
      class extends LoopingProducer {
        override resumeProducing() {
          this.left = 5;
          super.resumeProducing();
        }
      },
    ],
  ];
  for (const [what, rule, Producer] of broken) {
    it(what, () => expectBroken(checkPush(Producer, { timeout: 1000, quiet: 5 }), rule));
  }

  const said: [what: string, message: RegExp, Producer: new (to: IConsumer) => IPushProducer][] = [
    [
      'waits to be resumed although it has registered itself',
      /: it registered itself, so the check did not resume it, and it wrote nothing and did not unregister within 200 ms$/,
      class extends ModelPushProducer {
        override paused = true;
      },
    ],
    [
      'throws when it is paused',
      /^A push producer that is paused from inside its write .*: pauseProducing\(\) threw Error: Oops$/,
      class extends ModelPushProducer {
        override pauseProducing = fails;
      },
    ],
    [
      'throws when it is stopped',
      /: it could not be closed or stopped after that: Error: Oops$/,
      class extends ModelPushProducer {
        override stopProducing() {
          super.stopProducing();
          throw failure;
        }
      },
    ],
    [
      'loses a piece when it is paused',
      /paused or not: when it was paused after each write, it wrote 14 bytes, which are other ones from byte 13 on$/,
      class extends ModelPushProducer {
        override resumeProducing() {
          this.left -= 2;
          super.resumeProducing();
        }
      },
    ],
    [
      'writes a string and nothing else',
      /^The producer writes bytes and nothing else: it wrote string$/,
      class extends ModelPushProducer {
        override produce() {
          this.consumer.write('text' as never);
        }
      },
    ],
    [
      'writes other values than bytes',
      /: it wrote number$/,
      class extends ModelPushProducer {
        override writeNext() {
          this.consumer.write(1 as never);
        }
      },
    ],
    [
      'writes after its end',
      /unregistered: it wrote 2 times after that$/,
      class extends ModelPushProducer {
        override finish() {
          super.finish();
          this.writeNext();
          this.writeNext();
        }
      },
    ],
  ];
  for (const [what, message, Producer] of said) {
    it(`${what}: ${message.source}`, () => expectMessage(checkPush(Producer), message));
  }

  it('writes on for ever, paused or stopped: its own write throws', async () => {
    const ends = new EventEmitter();
    class Deaf extends LoopingProducer {
      override left = Infinity;
      override produce() {
        try {
          for (;;) this.writeNext();
        } catch (thrown) {
          ends.emit('end', thrown);
        }
      }
    }
    const [thrown, error] = await Promise.all([once(ends, 'end'), rejection(checkPush(Deaf))]);
    expect(thrown[0])
      .to.have.property('message')
      .that.matches(/^Nothing stops the producer: it has written 1000 times more/);
    expect(error).to.have.property('code', 'ERR_RULE_BROKEN');
  });
});

describe('checkPullProducer passes a producer', () => {
  it('that has nothing to write', () =>
    checkPull(
      class extends ModelPullProducer {
        override left = 0;
      },
    ));

  it('that has many answers, each after a while', () =>
    checkPull(
      class extends LatePullProducer {
        override left = 900;
      },
    ));

  it('that answers after a while, and never ends', () =>
    checkPull(
      class extends LatePullProducer {
        override left = Infinity;
      },
    ));

  it('that answers in time, although the process stands still for longer', () =>
    checkPullProducer(
      (consumer) =>
        new (class extends ModelPullProducer {
          override resumeProducing() {
            setTimeout(() => super.resumeProducing(), 1);
            setImmediate(() => {
              const end = performance.now() + 30;
              while (performance.now() < end);
            });
          }
        })(consumer),
      { timeout: 20, quiet: 5 },
    ));

  it('that answers at once, and never ends', () =>
    checkPull(
      class extends ModelPullProducer {
        override left = Infinity;
      },
    ));

  it('that was promised by an object that is not a Promise', () =>
    checkPullProducer(
      (consumer) =>
        ({
          then(resolve: (producer: IPullProducer) => void) {
            resolve(new ModelPullProducer(consumer));
          },
        }) as never,
      patience,
    ));
});

describe('checkPullProducer names the rule for a producer that', () => {
  it('writes unasked a while later, if `quiet` is longer than that', () =>
    expectBroken(
      checkPullProducer((to) => new UnaskedProducer(to), { ...patience, quiet: 200 }),
      'A pull producer writes nothing before it is asked',
    ));

  it('answers with no bytes, for which no consumer asks again', () =>
    expectMessage(
      checkPull(
        class extends ModelPullProducer {
          override writeNext() {
            this.consumer.write(Buffer.alloc(this.left === 2 ? 0 : 5));
          }
        },
      ),
      /it was asked 3 times, and the last time wrote nothing and did not unregister within 200 ms$/,
    ));

  it('never answers', () =>
    expectMessage(
      checkPull(
        class extends ModelPullProducer {
          override resumeProducing() {}
        },
      ),
      /: it was asked once, wrote nothing and did not unregister within 200 ms$/,
    ));

  it('answers twice, and how often it wrote', () =>
    expectMessage(
      checkPull(
        class extends ModelPullProducer {
          override writeNext() {
            super.writeNext();
            if (!this.stopped) setImmediate(() => this.stopped || super.writeNext());
          }
        },
      ),
      /: it wrote once more$/,
    ));
});
