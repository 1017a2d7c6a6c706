/** checkConsumer and classes that break a rule only now and then, or keep it in an odd way. */
import { Buffer } from 'node:buffer';

import type { IPullProducer, IPushProducer } from '../../../lib/index.js';
import { checkConsumer } from '../../../lib/testing/index.js';
import { expectBroken, expectMessage, patience } from './expect-broken.js';
import { ModelConsumer } from './model-classes.js';

const check = (Consumer: new () => ModelConsumer, options = patience) =>
  checkConsumer(() => new Consumer(), options);

class ResumesOnce extends ModelConsumer {
  private resumed = false;

  override emptied() {
    if (this.streaming && this.paused && this.resumed) return;
    this.resumed ||= this.paused;
    super.emptied();
  }
}

describe('checkConsumer passes a consumer', () => {
  it('if it waits longer for events that must not happen than for others', () =>
    check(ModelConsumer, { timeout: 20, quiet: 70 }));

  it('that asks a pull producer again after a while, each time', () =>
    check(
      class extends ModelConsumer {
        override ask() {
          setTimeout(() => super.ask(), 120); // All six together take longer than the `timeout` below.
        }
      },
      { timeout: 500, quiet: 5 },
    ));

  it('that pauses its producer a turn later, where no caller could catch an error', () =>
    check(
      class extends ModelConsumer {
        override pauseIfFull() {
          setImmediate(() => super.pauseIfFull());
        }
        override flush() {
          setImmediate(() => setImmediate(() => super.flush()));
        }
      },
    ));

  it('that refuses the bytes of a producer that it has paused', () =>
    check(
      class extends ModelConsumer {
        override write(data: Uint8Array) {
          super.check(data);
          if (this.paused && this.producer !== null) throw new Error('you are paused');
          super.write(data);
        }
      },
    ));

  it('that has more room when its producer is resumed than it had before', () =>
    check(
      class extends ModelConsumer {
        override pauseIfFull() {
          if (this.sent.length === 0) super.pauseIfFull();
        }
      },
    ));
});

describe('checkConsumer names the rule for a consumer that', () => {
  const unpaused = 'A consumer does not resume a push producer that it did not pause';
  const again = 'A producer may fill the consumer again from inside resumeProducing';
  const oneAtATime = 'A consumer has one producer at a time: registering a second one throws';
  const another = 'A consumer takes another producer once the first has unregistered';
  const unregistered = 'A consumer calls nothing of a producer that has unregistered';
  const answered = 'A consumer asks a pull producer again only once it has answered';
  const bytes = 'A consumer takes bytes, of any length';

  const broken: [what: string, rule: string, Consumer: new () => ModelConsumer][] = [
    [
      'resumes a producer as it registers',
      unpaused,
      class extends ModelConsumer {
        override registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean) {
          super.registerProducer(producer, streaming);
          if (streaming) producer.resumeProducing();
        }
      },
    ],
    [
      'resumes, for the pause of another producer, one that has registered since',
      unpaused,
      class extends ModelConsumer {
        override registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean) {
          const { paused } = this;
          super.registerProducer(producer, streaming);
          this.paused = paused;
        }
      },
    ],
    [
      'never pauses, and resumes when a large buffer is empty',
      unpaused,
      class extends ModelConsumer {
        override pauseIfFull() {
          this.wasFull ||= this.bytes > 1_000_000;
        }
        wasFull = false;
        override emptied() {
          if (this.wasFull && this.streaming) this.producer?.resumeProducing();
          else super.emptied();
          this.wasFull = false;
        }
      },
    ],
    ['resumes a producer only the first time', again, ResumesOnce],
    [
      'takes a second push producer, and refuses only one that pulls',
      oneAtATime,
      class extends ModelConsumer {
        override registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean) {
          if (streaming) this.producer = null;
          super.registerProducer(producer, streaming);
        }
      },
    ],
    [
      'cannot forget its second producer',
      another,
      class extends ModelConsumer {
        forgotten = 0;
        override unregisterProducer() {
          if (this.bytes === 0 && this.forgotten++ > 0) throw new Error('once is enough');
          super.unregisterProducer();
        }
      },
    ],
    [
      'stops a producer while it unregisters',
      unregistered,
      class extends ModelConsumer {
        override unregisterProducer() {
          const { producer } = this;
          super.unregisterProducer();
          if (this.paused) producer?.stopProducing();
        }
      },
    ],
    [
      'asks twice after each answer',
      answered,
      class extends ModelConsumer {
        override emptied() {
          super.emptied();
          if (!this.streaming && this.buffered.length === 0) this.producer?.resumeProducing();
        }
      },
    ],
    [
      'asks again only if the answer came at once',
      answered,
      class extends ModelConsumer {
        asking = false;
        override ask() {
          this.asking = true;
          super.ask();
          this.asking = false;
        }
        override emptied() {
          if (this.streaming || !this.late) super.emptied();
        }
        late = false;
        override keep(data: Uint8Array) {
          this.late = !this.asking;
          super.keep(data);
        }
      },
    ],
    [
      'refuses a Buffer',
      bytes,
      class extends ModelConsumer {
        override check(data: unknown) {
          if (Buffer.isBuffer(data)) throw new TypeError('a bare Uint8Array, please');
          super.check(data);
        }
      },
    ],
    [
      'takes no bytes but Buffers',
      bytes,
      class extends ModelConsumer {
        override check(data: Uint8Array) {
          if (data.length > 0 && !Buffer.isBuffer(data)) throw new TypeError('a Buffer, please');
          super.check(data);
        }
      },
    ],
  ];
  for (const [what, rule, Consumer] of broken) {
    it(what, () => expectBroken(check(Consumer), rule));
  }

  const said: [what: string, message: RegExp, Consumer: new () => ModelConsumer][] = [
    [
      'returns a promise that rejects where it must throw',
      /TypeError: write\("text"\) did not throw, but returned a promise$/,
      class extends ModelConsumer {
        override write(data: Uint8Array) {
          const written = new Promise<void>((resolve) => resolve(super.write(data)));
          return written as never;
        }
      },
    ],
    [
      'asks twice after each answer, and how often it did',
      /: it asked 2 times more after one answer$/,
      class extends ModelConsumer {
        override emptied() {
          super.emptied();
          if (!this.streaming && this.buffered.length === 0) this.producer?.resumeProducing();
        }
      },
    ],
    [
      'does not notice that it is full before the next write',
      /: it paused the producer only at the next write after that$/,
      class extends ModelConsumer {
        override emptied() {
          const { producer, streaming, paused } = this;
          if (producer === null || !streaming || !paused) super.emptied();
          else {
            producer.resumeProducing();
            this.paused = false;
          }
        }
      },
    ],
    [
      'does not resume a producer that has filled it twice',
      /: it paused the producer that did so, and did not resume it within 200 ms$/,
      ResumesOnce,
    ],
  ];
  for (const [what, message, Consumer] of said) {
    it(`${what}: ${message.source}`, () => expectMessage(check(Consumer), message));
  }
});
