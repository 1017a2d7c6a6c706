/** The rules for consumers. */
import { Buffer } from 'node:buffer';

import { isThenable } from '../../base/rejection.js';
import type { IConsumer } from '../../twisted/core/index.js';
import { numbered, ProbeProducer, ProbePullProducer } from './probes.js';
import { type Rule, times, type Trial } from './rule.js';

/** A consumer that takes so many writes counts as one that never pauses. */
const MOST_WRITES = 256;
/** The bytes of a write. */
const PIECE = 16384;

/**
 * Writes until the producer is paused, once more if it has been.
 *
 * @param most - The number of pieces after which it gives up.
 * @returns the pieces.
 */
export function fill(consumer: IConsumer, producer: ProbeProducer, most = MOST_WRITES): Buffer[] {
  const pauses = producer.count('pause');
  const written: Buffer[] = [];
  for (const piece of numbered(most, PIECE)) {
    if (producer.count('pause') > pauses) break;
    written.push(piece);
    consumer.write(piece);
  }
  return written;
}

/** Registers a push producer that writes nothing by itself. */
function register(consumer: IConsumer): ProbeProducer {
  const producer = new ProbeProducer();
  consumer.registerProducer(producer, true);
  return producer;
}

/**
 * Waits until a producer that was paused is resumed.
 *
 * @returns whether it was paused.
 */
async function resumed(producer: ProbeProducer, trial: Trial): Promise<boolean> {
  if (producer.count('pause') === 0) return false;
  await trial.until(
    () => producer.count('resume') > 0,
    () => 'it paused the producer and did not resume it',
  );
  return true;
}

/** Waits, question by question, until a pull producer has unregistered. */
export async function answered(producer: ProbePullProducer, trial: Trial): Promise<void> {
  while (!producer.done) {
    const { asked } = producer;
    await trial.until(
      () => producer.done || producer.asked > asked,
      () => `it asked ${times(asked)} where the producer had 6 answers, and not again`,
    );
  }
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
      let returned: unknown;
      try {
        returned = consumer.write('text' as never);
      } catch (thrown) {
        if (thrown instanceof TypeError) return;
        trial.broken('write("text") threw an error that is not a TypeError', { cause: thrown });
      }
      const instead = isThenable(returned) ? ', but returned a promise' : '';
      trial.broken(`write("text") did not throw${instead}`);
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
      const before = first.calls.length;
      const second = new ProbeProducer();
      let thrown = false;
      try {
        consumer.registerProducer(second, true);
      } catch {
        thrown = true;
      }
      trial.demand(thrown, 'it took a second producer');
      trial.demand(second.calls.length === 0, `it called ${second.calls.join(', ')} of the second`);
      const after = first.calls.slice(before);
      trial.demand(after.length === 0, `it called ${after.join(', ')} of the first`);
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
      fill(consumer, producer);
      consumer.unregisterProducer();
      const next = register(consumer); // The pause, if there was one, was owed to the other.
      await trial.quietly();
      trial.demand(
        next.calls[0] !== 'resume',
        'it called resumeProducing() of a producer that registered while the buffer was full',
      );
    },
  },
  {
    name: 'A consumer resumes a push producer that it paused once there is room',
    async play(consumer, trial) {
      const producer = register(consumer);
      fill(consumer, producer);
      await resumed(producer, trial);
    },
  },
  {
    name: 'A consumer resumes a producer once for each time that it paused it, and not more often',
    async play(consumer, trial) {
      const producer = register(consumer);
      fill(consumer, producer);
      if (!(await resumed(producer, trial))) return;
      await trial.quietly();
      trial.demand(
        producer.count('resume') === 1,
        `it resumed ${producer.count('resume')} times after one time that it was full`,
      );
    },
  },
  {
    name: 'A producer may fill the consumer again from inside resumeProducing',
    async play(consumer, trial) {
      const producer = register(consumer);
      const { length: most } = fill(consumer, producer);
      const pauses = producer.count('pause');
      let seen = pauses;
      let onceMore: Promise<void> | undefined;
      producer.react = (call) => {
        if (call !== 'resume') return;
        producer.react = () => {};
        fill(consumer, producer, 2 * most);
        seen = producer.count('pause');
        // If it was not paused, there was room, or the consumer did not look.
        if (seen === pauses)
          onceMore = Promise.resolve().then(() => void fill(consumer, producer, 1));
      };
      if (!(await resumed(producer, trial))) return;
      await onceMore;
      if (producer.count('pause') === pauses) return;
      trial.demand(seen > pauses, 'it paused the producer only at the next write after that');
      await trial.until(
        () => producer.count('resume') > 1,
        () => 'it paused the producer that did so, and did not resume it',
      );
    },
  },
  {
    name: 'A consumer calls nothing of a producer that has unregistered',
    async play(consumer, trial) {
      const producer = register(consumer);
      fill(consumer, producer);
      const before = producer.calls.length;
      consumer.unregisterProducer();
      await trial.quietly();
      const after = producer.calls.slice(before);
      trial.demand(after.length === 0, `it called ${after.join(', ')} after unregisterProducer()`);
    },
  },
  {
    name: 'A producer may unregister from inside pauseProducing',
    async play(consumer, trial) {
      const producer = register(consumer);
      producer.react = (call) => {
        if (call === 'pause') consumer.unregisterProducer();
      };
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
      } finally {
        producer.react = () => {}; // Because later no caller could catch it.
      }
      trial.demand(producer.count('pause') === 0, 'write() did not throw it');
    },
  },
  {
    name: 'A consumer asks a pull producer until it has unregistered, and not after that',
    async play(consumer, trial) {
      const producer = new ProbePullProducer(consumer, numbered(5, 1000));
      consumer.registerProducer(producer, false);
      await answered(producer, trial);
      await trial.quietly();
      trial.demand(!producer.askedTooLate, 'it asked a producer that had unregistered');
      trial.demand(!producer.stopped, 'it stopped a producer that had unregistered');
    },
  },
  {
    name: 'A consumer asks a pull producer again only once it has answered',
    async play(consumer, trial) {
      let asked = 0;
      consumer.registerProducer({ resumeProducing: () => (asked += 1), stopProducing() {} }, false);
      await trial.until(
        () => asked > 0,
        () => 'it did not ask',
      );
      await trial.quietly();
      trial.demand(asked === 1, `it asked ${asked} times before there was an answer`);
      consumer.write(Buffer.from('answer'));
      await trial.until(
        () => asked > 1,
        () => 'it did not ask again after an answer that came later',
      );
      await trial.quietly();
      trial.demand(asked === 2, `it asked ${asked - 1} times more after one answer`);
    },
  },
];
