/** The rules for push producers. */
import type { Buffer } from 'node:buffer';

import { now } from '../../base/timers.js';
import type { IPushProducer } from '../../twisted/core/index.js';
import type { ProducerSubject } from './producer-subject.js';
import { type Rule, times, type Trial } from './rule.js';
import { methodsRule, sharedProducerRules } from './shared-producer-rules.js';

type Subject = ProducerSubject<IPushProducer>;

/** The number of pieces after which a rule takes the producer for an endless one. */
const MOST_PIECES = 1000;

/** Lets the producer write freely. Stops it if it seems to be endless. */
async function run(subject: Subject, trial: Trial): Promise<void> {
  const { react } = subject.consumer;
  subject.consumer.react = (data) => {
    react(data);
    if (subject.written === MOST_PIECES && !subject.isDone) subject.stop();
  };
  await subject.start(true, trial);
  await trial.until(
    () => subject.isDone || subject.written > 0 || subject.consumer.notBytes !== undefined,
    () => subject.silence,
  );
}

/** Pauses the producer from inside its first write, and notes how much was written then. */
async function pauseAtFirstWrite(subject: Subject, trial: Trial): Promise<number> {
  let before = -1;
  subject.consumer.react = () => {
    if (before >= 0) return;
    before = subject.written;
    subject.producer.pauseProducing();
  };
  await subject.start(true, trial);
  await trial.until(
    () => subject.isDone || before >= 0,
    () => subject.silence,
  );
  return before;
}

/** @returns all bytes that were written, or `null` if the producer did not end. */
async function all(subject: Subject, trial: Trial): Promise<Buffer | null> {
  await subject.start(true, trial);
  const end = now() + trial.timeout / 2;
  while (!subject.isDone) {
    if (now() > end || subject.written > MOST_PIECES) return null;
    await trial.quietly();
  }
  return subject.consumer.value();
}

/** @param another - One more subject, of the same maker. */
export function pushProducerRules(another: () => Subject): readonly Rule<Subject>[] {
  return [
    methodsRule<IPushProducer>(['pauseProducing', 'resumeProducing', 'stopProducing'], true),
    ...sharedProducerRules<IPushProducer>(run),
    {
      name: 'A push producer registers as one: with true for streaming',
      async play(subject, trial) {
        await run(subject, trial);
        trial.demand(Boolean(subject.consumer.streaming), 'it registered as a pull producer');
      },
    },
    {
      name: 'A push producer that is paused from inside its write writes nothing until it is resumed',
      async play(subject, trial) {
        const before = await pauseAtFirstWrite(subject, trial);
        await trial.quietly();
        if (before < 0) return;
        trial.demand(
          subject.written === before,
          `it wrote ${times(subject.written - before)} more`,
        );
      },
    },
    {
      name: 'A push producer that is resumed writes on, or unregisters',
      async play(subject, trial) {
        const before = await pauseAtFirstWrite(subject, trial);
        await trial.quietly();
        if (before < 0 || subject.isDone) return;
        subject.consumer.react = () => {};
        subject.producer.resumeProducing();
        await trial.until(
          () => subject.isDone || subject.written > before,
          () => 'it did neither',
        );
      },
    },
    {
      name: 'A push producer that is paused can be stopped, and then writes nothing',
      async play(subject, trial) {
        const before = await pauseAtFirstWrite(subject, trial);
        await trial.quietly();
        if (before < 0 || subject.isDone) return;
        const written = subject.written;
        subject.stop();
        await trial.quietly();
        trial.demand(subject.written === written, 'it went on after stopProducing');
      },
    },
    {
      name: 'A push producer writes the same bytes, paused or not',
      async play(subject, trial) {
        const [first, second] = [await all(subject, trial), await all(another(), trial)];
        // A producer cannot be compared if its bytes differ each time, or if it never ends.
        if (first === null || second === null || !first.equals(second)) return;
        const paused = another();
        paused.consumer.react = () => paused.producer.pauseProducing();
        await paused.start(true, trial);
        let written = 0;
        for (;;) {
          await trial.until(
            () => paused.isDone || paused.written > written,
            () => 'it did not go on after resumeProducing',
          );
          await trial.turn();
          if (paused.isDone) break;
          written = paused.written; // Before the next call, which may write.
          paused.producer.resumeProducing();
        }
        const bytes = paused.consumer.value();
        trial.demand(
          bytes.equals(first),
          `it wrote ${bytes.length} bytes when it was paused after each write, and ${first.length} other ones when not`,
        );
      },
    },
  ];
}
