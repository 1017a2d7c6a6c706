import { expect } from 'chai';

import type { IConsumer, IPushProducer } from '../../../lib/index.js';
import { checkConsumer, checkTransport } from '../../../lib/testing/index.js';
import { rejection } from '../../support/rejection.js';
import { ModelConsumer, ModelTransport } from './model-classes.js';
import { patience, expectBroken } from './expect-broken.js';

type Registering = Parameters<ModelConsumer['registerProducer']>;

describe('checkConsumer', () => {
  const check = (Consumer: new () => IConsumer) => checkConsumer(() => new Consumer(), patience);

  it('passes a consumer that keeps every rule', () => check(ModelConsumer));

  it('passes a consumer that never pauses its producer', () =>
    check(
      class extends ModelConsumer {
        override pauseIfFull() {}
      },
    ));

  it('passes a consumer that takes its time', () =>
    check(
      class extends ModelConsumer {
        override flush() {
          setTimeout(() => super.flush(), 4 * patience.quiet);
        }
      },
    ));

  it('passes a consumer that its maker makes asynchronously', () =>
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
    'A producer may fill the consumer again from inside resumeProducing': class extends ModelConsumer {
      override emptied() {
        const { producer, streaming, paused } = this;
        if (producer === null || !streaming || !paused) super.emptied();
        else {
          producer.resumeProducing();
          this.paused = false; // Too late: it forgets that it has paused the producer again.
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

  const said: [message: RegExp, Broken: new () => IConsumer][] = [
    [
      /it called stop of the second/,
      class extends ModelConsumer {
        override registerProducer(...[producer, streaming]: Registering) {
          if (this.producer !== null) producer.stopProducing();
          super.registerProducer(producer, streaming);
        }
      },
    ],
    [
      /it called stop of the first/,
      class extends ModelConsumer {
        override registerProducer(...args: Registering) {
          this.producer?.stopProducing();
          super.registerProducer(...args);
        }
      },
    ],
    [
      /it called stopProducing\(\) of a producer that had just begun/,
      class extends ModelConsumer {
        override write(data: Uint8Array) {
          super.write(data);
          this.producer?.stopProducing();
        }
      },
    ],
    [
      /^What pauseProducing throws reaches the caller of write: .*another error/,
      class extends ModelConsumer {
        override pauseIfFull() {
          try {
            super.pauseIfFull();
          } catch {
            throw new RangeError('another error');
          }
        }
      },
    ],
    [
      /threw an error that is not a TypeError/,
      class extends ModelConsumer {
        override check(data: unknown) {
          if (typeof data === 'string') throw new RangeError('a string');
        }
      },
    ],
    [
      /it asked a producer that had unregistered/,
      class extends ModelConsumer {
        override unregisterProducer() {
          const { producer, streaming } = this;
          super.unregisterProducer();
          if (!streaming) producer?.resumeProducing();
        }
      },
    ],
    [
      /it stopped a producer that had unregistered/,
      class extends ModelConsumer {
        override unregisterProducer() {
          const { producer, streaming } = this;
          super.unregisterProducer();
          if (!streaming) producer?.stopProducing();
        }
      },
    ],
    [
      /^A consumer takes bytes, of any length: /,
      class extends ModelConsumer {
        override check(data: unknown) {
          super.check(data);
          if (!Buffer.isBuffer(data)) throw new RangeError('a Buffer, please');
        }
      },
    ],
    [
      /it paused the producer and did not resume it within/,
      class extends ModelConsumer {
        override emptied() {
          if (!this.streaming) super.emptied();
        }
      },
    ],
    [
      /once where the producer had 6 answers, and not again within/,
      class extends ModelConsumer {
        override emptied() {
          if (this.streaming) super.emptied();
        }
      },
    ],
  ];
  for (const [message, Broken] of said) {
    it(`says: ${message.source}`, async () => {
      const { message: text, cause } = (await rejection(check(Broken))) as Error;
      expect(text).to.match(message);
      if (text.includes('threw')) expect(cause).to.be.instanceOf(RangeError);
    });
  }

  it('waits as long as it is told to, however long that is', async () => {
    // Node fires a timer of more than 2,147,483,647 milliseconds at once.
    await checkConsumer(() => new ModelConsumer(), { ...patience, timeout: Infinity });
  });

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

  it('rejects with the error that the maker throws', async () => {
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

  it('passes a transport without its other end', () =>
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

  it('passes a transport that cannot be aborted', () =>
    check(
      class extends ModelTransport {
        override abortConnection = undefined as never;
      },
    ));

  for (const [message, Broken] of [
    [
      /abortConnection\(\) did not stop the producer within/,
      class extends ModelTransport {
        override abortConnection() {
          this.producer = null;
          super.abortConnection();
        }
      },
    ],
    [
      /push producer, .*: it stopped the producer/,
      class extends ModelTransport {
        override loseConnection() {
          if (this.streaming) this.producer?.stopProducing();
          super.loseConnection();
        }
      },
    ],
    [
      /push producer, .*: it closed before the producer unregistered/,
      class extends ModelTransport {
        override mayClose() {
          if (!this.disconnecting || !this.streaming || this.buffered.length > 0) {
            return super.mayClose();
          }
          this.producer = null;
          return true;
        }
      },
    ],
    [
      /pull producer, .*: it stopped the producer/,
      class extends ModelTransport {
        override unregisterProducer() {
          const { producer, streaming } = this;
          super.unregisterProducer();
          if (this.disconnecting && !streaming) producer?.stopProducing();
        }
      },
    ],
    [
      /once: it called nothing|at once: it called nothing/,
      class extends ModelTransport {
        override registerProducer(...args: Registering) {
          if (!this.disconnected) super.registerProducer(...args);
        }
      },
    ],
  ] as const) {
    it(`says: ${message.source}`, async () => {
      const { message: text } = (await rejection(check(Broken))) as Error;
      expect(text).to.match(message);
    });
  }

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
    'loseConnection waits for a push producer that is paused, and resumes it': class extends ModelTransport {
      override emptied() {
        if (!this.disconnecting || !this.streaming) super.emptied();
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
