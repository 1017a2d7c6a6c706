/** The rules for push producers. */
import type { Buffer } from 'node:buffer';

import { now } from '../../base/timers.js';
import type { IPushProducer } from '../../twisted/core/index.js';
import type { ProducerSubject } from './producer-subject.js';
import { difference, type Rule, times, type Trial } from './rule.js';
import { methodsRule, sharedProducerRules } from './shared-producer-rules.js';

type Subject = ProducerSubject<IPushProducer>;

/** Lets the producer write freely, until it unregisters or seems to be endless. */
async function run(subject: Subject, trial: Trial): Promise<void> {
  await subject.start(true, trial);
  await trial.until(
    () => subject.hasBegun,
    () => subject.silence,
  );
  await subject.ended(trial);
}

/** Pauses the producer from inside its first write, and notes how much was written then. */
async function pauseAtFirstWrite(subject: Subject, trial: Trial): Promise<number> {
  let before = -1;
  subject.consumer.react = () => {
    if (before >= 0) return;
    before = subject.written;
    subject.pause();
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
  await run(subject, trial);
  return subject.isDone && !subject.isStopped ? subject.consumer.value() : null;
}

/**
 * @returns the bytes that were written by a producer that was paused from inside each write, at least
 *   the first of them.
 */
async function haltingly(subject: Subject, trial: Trial): Promise<Buffer> {
  const end = now() + trial.timeout;
  subject.consumer.react = () => subject.pause();
  await subject.start(true, trial);
  let written = 0;
  for (;;) {
    await trial.until(
      () => subject.isDone || subject.written > written,
      () => 'it did not go on after resumeProducing',
    );
    await trial.turn();
    if (subject.isDone || now() > end) return subject.consumer.value();
    written = subject.written; // Before the next call, which may write.
    subject.resume();
  }
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
        subject.resume();
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
        const first = await all(subject, trial);
        if (first === null) return;
        const [second, paused] = [another(), another()];
        try {
          // A producer cannot be compared if its bytes differ each time, or if it never ends.
          if (!(await all(second, trial))?.equals(first)) return;
          const bytes = await haltingly(paused, trial);
          const due = paused.isDone ? first : first.subarray(0, bytes.length);
          trial.demand(
            bytes.equals(due),
            `when it was paused after each write, it wrote ${difference(bytes, due)}`,
          );
        } finally {
          second.dispose();
          paused.dispose();
        }
      },
    },
  ];
}
