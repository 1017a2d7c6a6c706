/** The rules for consumers. */
import { Buffer } from 'node:buffer';

import type { IConsumer } from '../../twisted/core/index.js';
import { lettered, ProbeProducer, ProbePullProducer } from './probes.js';
import type { Rule } from './rule.js';

/** A consumer that takes so many writes counts as one that never pauses. */
const MOST_WRITES = 256;
/** The bytes of a write. */
const PIECE = 16384;

/** Writes until the producer is paused. @returns whether it was. */
function fill(consumer: IConsumer, producer: ProbeProducer): boolean {
  for (const piece of lettered(MOST_WRITES, PIECE)) {
    if (producer.count('pause') > 0) return true;
    consumer.write(piece);
  }
  return producer.count('pause') > 0;
}

/** Registers a push producer that writes nothing by itself. */
function register(consumer: IConsumer): ProbeProducer {
  const producer = new ProbeProducer();
  consumer.registerProducer(producer, true);
  return producer;
}

/** Every rule for a consumer. */
export const CONSUMER_RULES: readonly Rule<IConsumer>[] = [
  {
    name: 'A consumer has registerProducer, unregisterProducer and write',
    play(consumer, trial) {
      for (const method of ['registerProducer', 'unregisterProducer', 'write'] as const) {
        trial.demand(typeof consumer[method] === 'function', `it has no ${method}()`);
      }
    },
  },
  {
    name: 'A consumer takes bytes, of any length',
    play(consumer) {
      consumer.write(Buffer.from('bytes'));
      consumer.write(new Uint8Array([98, 121]));
      consumer.write(new Uint8Array(0));
    },
  },
  {
    name: 'A consumer refuses a string with a TypeError',
    play(consumer, trial) {
      try {
        consumer.write('text' as never);
      } catch (thrown) {
        if (thrown instanceof TypeError) return;
        trial.broken('write("text") threw an error that is not a TypeError', { cause: thrown });
      }
      trial.broken('write("text") did not throw');
    },
  },
  {
    name: 'A consumer does not change the bytes that it is given',
    async play(consumer, trial) {
      const piece = Buffer.alloc(1000, 'unchanged ');
      const copy = Buffer.from(piece);
      consumer.write(piece);
      await trial.quietly();
      trial.demand(piece.equals(copy), 'the bytes were overwritten');
    },
  },
  {
    name: 'A consumer has one producer at a time: registering a second one throws',
    play(consumer, trial) {
      const first = register(consumer);
      const second = new ProbeProducer();
      let thrown = false;
      try {
        consumer.registerProducer(second, true);
      } catch {
        thrown = true;
      }
      trial.demand(thrown, 'it took a second producer');
      trial.demand(second.calls.length === 0, `it called ${second.calls.join(', ')} of the second`);
      trial.demand(first.calls.length === 0, `it called ${first.calls.join(', ')} of the first`);
    },
  },
  {
    name: 'A consumer takes another producer once the first has unregistered',
    play(consumer) {
      register(consumer);
      consumer.unregisterProducer();
      register(consumer);
      consumer.unregisterProducer();
    },
  },
  {
    name: 'A consumer does not resume a push producer that it did not pause',
    async play(consumer, trial) {
      const producer = register(consumer);
      consumer.write(Buffer.from('a little'));
      await trial.quietly();
      const [first] = producer.calls;
      trial.demand(first !== 'resume', 'it called resumeProducing() before any pauseProducing()');
      trial.demand(first !== 'stop', 'it called stopProducing() of a producer that had just begun');
    },
  },
  {
    name: 'A consumer resumes a push producer that it paused once there is room',
    async play(consumer, trial) {
      const producer = register(consumer);
      if (!fill(consumer, producer)) return;
      await trial.until(
        () => producer.count('resume') > 0,
        () => 'it paused the producer and did not resume it',
      );
    },
  },
  {
    name: 'A consumer resumes a producer once for each time that it paused it, and not more often',
    async play(consumer, trial) {
      const producer = register(consumer);
      if (!fill(consumer, producer)) return;
      await trial.until(
        () => producer.count('resume') > 0,
        () => 'it paused the producer and did not resume it',
      );
      await trial.quietly();
      trial.demand(
        producer.count('resume') === 1,
        `it resumed ${producer.count('resume')} times after one time that it was full`,
      );
    },
  },
  {
    name: 'A consumer calls nothing of a producer that has unregistered',
    async play(consumer, trial) {
      const producer = register(consumer);
      fill(consumer, producer);
      consumer.unregisterProducer();
      const before = producer.calls.length;
      await trial.quietly();
      const after = producer.calls.slice(before);
      trial.demand(after.length === 0, `it called ${after.join(', ')} after unregisterProducer()`);
    },
  },
  {
    name: 'A producer may unregister from inside pauseProducing',
    async play(consumer, trial) {
      const producer = register(consumer);
      producer.react = () => consumer.unregisterProducer();
      fill(consumer, producer);
      await trial.quietly();
      const after = producer.calls.slice(1);
      trial.demand(after.length === 0, `it called ${after.join(', ')} after that`);
    },
  },
  {
    name: 'What pauseProducing throws reaches the caller of write',
    play(consumer, trial) {
      const producer = register(consumer);
      const thrown = new Error('from pauseProducing');
      producer.react = (call) => {
        if (call === 'pause') throw thrown;
      };
      try {
        fill(consumer, producer);
      } catch (caught) {
        if (caught === thrown) return;
        throw caught;
      }
      trial.demand(producer.count('pause') === 0, 'write() did not throw it');
    },
  },
  {
    name: 'A consumer asks a pull producer until it has unregistered, and not after that',
    async play(consumer, trial) {
      const producer = new ProbePullProducer(consumer, lettered(5, 1000));
      consumer.registerProducer(producer, false);
      await trial.until(
        () => producer.done,
        () => `it asked ${producer.asked} times where the producer had 6 answers`,
      );
      await trial.quietly();
      trial.demand(producer.askedTooLate === 0, 'it asked a producer that had unregistered');
      trial.demand(producer.stopped === 0, 'it stopped a producer that had unregistered');
    },
  },
  {
    name: 'A consumer asks a pull producer again only once it has answered',
    async play(consumer, trial) {
      let asked = 0;
      consumer.registerProducer({ resumeProducing: () => (asked += 1), stopProducing() {} }, false);
      await trial.quietly();
      trial.demand(asked <= 1, `it asked ${asked} times before there was an answer`);
    },
  },
];
