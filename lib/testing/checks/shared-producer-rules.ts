/** The rules that push and pull producers share. */
import type { IProducer } from '../../twisted/core/index.js';
import type { ProducerSubject } from './producer-subject.js';
import { type Rule, times, type Trial } from './rule.js';

/** Lets a started producer write until it unregisters, or until the rule's time is over. */
type Drive<Producer extends IProducer> = (
  subject: ProducerSubject<Producer>,
  trial: Trial,
) => Promise<void>;

/**
 * @param methods - The methods that the producer must have.
 * @param streaming - Whether it is a push producer.
 */
export function methodsRule<Producer extends IProducer>(
  methods: readonly (keyof Producer & string)[],
  streaming: boolean,
): Rule<ProducerSubject<Producer>> {
  return {
    name: `The producer has ${methods.join(', ')}`,
    async play(subject, trial) {
      await subject.start(streaming, trial);
      for (const method of methods) {
        const { [method]: found } = subject.producer;
        trial.demand(typeof found === 'function', `it has no ${method}()`);
      }
    },
  };
}

/** @param start - Registers the producer and lets it write. */
export function sharedProducerRules<Producer extends IProducer>(
  start: Drive<Producer>,
): Rule<ProducerSubject<Producer>>[] {
  return [
    {
      name: 'The producer writes bytes and nothing else',
      async play(subject, trial) {
        await start(subject, trial);
        await trial.quietly();
        const { notBytes } = subject.consumer;
        trial.demand(notBytes === undefined, `it wrote ${typeof notBytes?.value}`);
      },
    },
    {
      name: 'The producer unregisters once at most',
      async play(subject, trial) {
        await start(subject, trial);
        await trial.quietly();
        const { unregistered } = subject.consumer;
        trial.demand(unregistered <= 1, `it unregistered ${times(unregistered)}`);
      },
    },
    {
      name: 'The producer writes nothing after it has unregistered',
      async play(subject, trial) {
        await start(subject, trial);
        await trial.quietly();
        const { afterUnregistering } = subject.consumer;
        trial.demand(afterUnregistering === 0, `it wrote ${times(afterUnregistering)} after that`);
      },
    },
    {
      name: 'The producer writes nothing after stopProducing',
      async play(subject, trial) {
        let before = -1;
        subject.consumer.react = () => {
          if (before >= 0) return;
          before = subject.written;
          subject.stop();
        };
        await start(subject, trial);
        await trial.quietly();
        if (before < 0) return; // The producer had nothing to write.
        trial.demand(subject.written === before, 'it was stopped from inside a write and went on');
      },
    },
  ];
}
