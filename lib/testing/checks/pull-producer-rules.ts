/** The rules for pull producers. */
import { now } from '../../base/timers.js';
import type { IPullProducer } from '../../twisted/core/index.js';
import type { ProducerSubject } from './producer-subject.js';
import { type Rule, times, type Trial } from './rule.js';
import { methodsRule, sharedProducerRules } from './shared-producer-rules.js';

type Subject = ProducerSubject<IPullProducer>;

/** Asks once and waits for the answer: a write, or the end. */
async function ask(subject: Subject, trial: Trial): Promise<void> {
  const before = subject.written;
  const asked = (subject.asked += 1);
  subject.producer.resumeProducing();
  await trial.until(
    () => subject.isDone || subject.written > before || subject.consumer.notBytes !== undefined,
    () =>
      `it was asked ${times(asked)}${asked > 1 ? ', and the last time' : ','} wrote nothing and did not unregister`,
  );
}

/** Asks until the producer has unregistered or was stopped, or seems to be endless. */
async function run(subject: Subject, trial: Trial): Promise<void> {
  await subject.start(false, trial);
  const { consumer, habits } = subject;
  const end = now() + trial.timeout;
  while (!subject.isOver && consumer.notBytes === undefined) {
    await ask(subject, trial);
    if (now() > end) habits.isEndless = true;
    if (habits.isEndless) return;
  }
}

/** Every rule for a pull producer. */
export const PULL_PRODUCER_RULES: readonly Rule<Subject>[] = [
  {
    name: 'A pull producer registers as one: with false for streaming',
    async play(subject, trial) {
      await subject.start(false, trial);
      trial.demand(!subject.consumer.streaming, 'it registered as a push producer');
    },
  },
  methodsRule<IPullProducer>(['resumeProducing', 'stopProducing'], false),
  {
    name: 'A pull producer writes nothing before it is asked',
    async play(subject, trial) {
      await subject.start(false, trial);
      await trial.quietly();
      const { length: written } = subject.consumer.pieces;
      trial.demand(written === 0, `it wrote ${times(written)}`);
    },
  },
  {
    name: 'A pull producer answers each time that it is asked, and unregisters at its end',
    play: run,
  },
  ...sharedProducerRules<IPullProducer>(run),
  {
    name: 'A pull producer that has answered writes nothing until it is asked again',
    async play(subject, trial) {
      await subject.start(false, trial);
      await ask(subject, trial);
      const before = subject.written;
      await trial.quietly();
      trial.demand(subject.written === before, `it wrote ${times(subject.written - before)} more`);
    },
  },
  {
    name: 'A pull producer that is stopped before it has answered writes nothing',
    async play(subject, trial) {
      await subject.start(false, trial);
      subject.producer.resumeProducing();
      if (subject.hasBegun) return; // It answers at once.
      subject.stop();
      await trial.quietly();
      trial.demand(subject.written === 0, 'it answered after stopProducing');
    },
  },
];
