import { ConsumerMixin } from '../../lib/twisted/core/consumer-mixin.js';
import { ProducerAlreadyRegisteredError } from '../../lib/twisted/core/errors.js';
import type { IPushProducer } from '../../lib/twisted/core/interfaces.js';
import { expectToAgree, makeScenarios } from './support/fuzz.js';
import type { Random } from '../support/random.js';
import { askTwisted, describeWithTwisted } from './support/twisted.js';

const FLAGS = ['connected', 'disconnecting', 'disconnected', 'producerPaused'] as const;
const CALLBACKS = ['startWriting', 'resumeProducing', 'stopProducing'] as const;

type Operation =
  | ['registerProducer', number, boolean]
  | ['unregisterProducer']
  | [(typeof FLAGS)[number], boolean];

/** A script, and for each callback what its calls do in turn. */
interface Scenario {
  script: Operation[];
  reactions: Record<string, Operation[][]>;
}

function operation(random: Random): Operation {
  if (random.chance(0.4)) return ['registerProducer', random.integer(0, 2), random.chance(0.5)];
  if (random.chance(0.5)) return ['unregisterProducer'];
  return [random.pick(FLAGS), random.chance(0.5)];
}

function scenario(random: Random): Scenario {
  const several = (least: number, most: number): Operation[] =>
    random.list(least, most, () => operation(random));
  return {
    script: several(3, 12),
    reactions: Object.fromEntries(
      CALLBACKS.map((callback) => [callback, random.list(0, 3, () => several(0, 3))]),
    ),
  };
}

/** The twin of `Consumer` in ../oracle/consumer_mixin.py. */
class Consumer extends ConsumerMixin() {
  connected = false;
  disconnecting = false;
  disconnected = false;
  readonly trace: string[] = [];
  private readonly reactions: Map<string, Operation[][]>;
  private readonly numbers = new Map<unknown, number>();
  private readonly producers: IPushProducer[];

  constructor(scenario: Scenario) {
    super();
    this.reactions = new Map(
      Object.entries(scenario.reactions).map(([name, tape]) => [name, [...tape]]),
    );
    this.producers = [0, 1, 2].map((number) => {
      const producer: IPushProducer = {
        pauseProducing: () => {
          throw new Error('the mixin never pauses');
        },
        resumeProducing: () => this.happens('resumeProducing', `resumeProducing ${number}`),
        stopProducing: () => this.happens('stopProducing', `stopProducing ${number}`),
      };
      this.numbers.set(producer, number);
      return producer;
    });
  }

  override startWriting(): void {
    this.happens('startWriting', 'startWriting');
  }

  private log(what: string): void {
    const flags = [...FLAGS, 'streamingProducer'] as const;
    const state = flags.map((flag) => Number(this[flag])).join('');
    this.trace.push(`${what} [${state}${this.numbers.get(this.producer) ?? '-'}]`);
  }

  private happens(callback: string, what: string): void {
    this.log(what);
    for (const operation of this.reactions.get(callback)?.shift() ?? []) this.perform(operation);
  }

  perform(operation: Operation): void {
    this.log(`> ${operation.join(' ')}`);
    try {
      this.call(operation);
    } catch (error) {
      if (!(error instanceof ProducerAlreadyRegisteredError)) throw error;
      this.log('caught ProducerAlreadyRegisteredError');
    }
  }

  private call(operation: Operation): void {
    if (operation[0] === 'registerProducer') {
      this.registerProducer(this.producers[operation[1]] as IPushProducer, operation[2]);
    } else if (operation[0] === 'unregisterProducer') {
      this.unregisterProducer();
    } else {
      this[operation[0]] = operation[1];
    }
  }
}

describeWithTwisted('ConsumerMixin, event by event beside the real one', () => {
  it('does what Twisted does, with each pause owed to one producer', async () => {
    const scenarios = makeScenarios(scenario, { scenarios: 1000, seed: 20 });
    const answers = askTwisted<string[]>('consumer_mixin', scenarios);
    const compare = (scenario: Scenario, theirs: string[]) => {
      const consumer = new Consumer(scenario);
      for (const operation of scenario.script) consumer.perform(operation);
      return { ours: consumer.trace, theirs };
    };
    await expectToAgree(scenarios, answers, compare, 'consumer_mixin');
  });
});
