/** A producer under test, with the consumer that it writes to. */
import type { IProducer, IPullProducer, IPushProducer } from '../../twisted/core/index.js';
import { assertMade, callMaker, type Maker, MakerFailed } from './maker.js';
import { ProbeConsumer } from './probes.js';
import { times, type Trial } from './rule.js';

/** What a check learns of the producers that it is given. */
export interface Habits {
  /** Whether one that the check registers writes nothing until it is resumed for the first time. */
  mustBeResumed: boolean;
}

/** A producer, and what it writes to. */
export class ProducerSubject<Producer extends IProducer> {
  readonly consumer = new ProbeConsumer();
  private returned: unknown;

  /**
   * @param make - Makes the producer, given its consumer.
   * @param habits - Shared by all producers of a check.
   */
  constructor(
    private readonly make: Maker<Producer | void, [consumer: ProbeConsumer]>,
    private readonly habits: Habits = { mustBeResumed: false },
  ) {}

  /** The producer; only once it was started. One that is done already is the one that registered. */
  get producer(): Producer {
    const { consumer } = this;
    return (consumer.producer ?? consumer.lastProducer ?? this.returned) as Producer;
  }

  /**
   * Makes the producer, and registers it unless it has done that itself: Twisted's own do either. A
   * push producer that the check registers is resumed if it does not begin by itself, as Twisted's
   * programs do behind `registerProducer`.
   *
   * @param streaming - Whether it is a push producer.
   * @throws MakerFailed: there is none.
   */
  async start(streaming: boolean, trial: Trial): Promise<void> {
    const { consumer } = this;
    try {
      const returned: unknown = callMaker(this.make, [consumer]);
      // Not waited for without need: the producer may write as soon as the event loop turns.
      this.returned =
        returned instanceof Promise ? await this.orRegistered(returned, trial) : returned;
      if (consumer.registered > 0) return;
      assertMade(this.returned, 'a function that returns or registers a producer');
    } catch (error) {
      if (consumer.registered > 0 || this.hasBegun) throw error;
      throw new MakerFailed('', { cause: error });
    }
    consumer.registerProducer(this.returned as IPushProducer & IPullProducer, streaming);
    if (streaming) await this.begin(trial);
  }

  /** Gives what comes of the maker's promise; nothing, if a producer registers before that. */
  private async orRegistered(returned: Promise<unknown>, trial: Trial): Promise<unknown> {
    const { consumer } = this;
    let isSettled = false;
    const settling = returned.finally(() => (isSettled = true));
    // It may be the end of a transfer, which a rule stops: nothing comes of that here.
    settling.catch(() => {});
    // As soon as the promise has settled: a producer that it gave may write when the event loop turns.
    await Promise.race([
      settling.catch(() => {}),
      trial.until(
        () => isSettled || consumer.registered > 0,
        () => 'its maker returned none and registered none',
      ),
    ]);
    return isSettled && consumer.registered === 0 ? settling : undefined;
  }

  /** Waits until the producer writes, and resumes it if it does not. */
  private async begin(trial: Trial): Promise<void> {
    const producer = this.producer as unknown as Partial<IPushProducer>;
    if (!this.habits.mustBeResumed) {
      const end = performance.now() + trial.timeout / 4;
      while (!this.hasBegun && performance.now() < end) await trial.turn();
    }
    if (this.hasBegun || typeof producer.resumeProducing !== 'function') return;
    producer.resumeProducing();
    await trial.turn();
    this.habits.mustBeResumed = this.hasBegun;
  }

  private get hasBegun(): boolean {
    return this.written > 0 || this.isDone || this.consumer.notBytes !== undefined;
  }

  /** How often a rule has asked it, as a pull producer. */
  asked = 0;

  /** Whether it was stopped. */
  isStopped = false;

  /** Stops the producer, as a consumer does when its connection is lost. */
  stop(): void {
    this.isStopped = true;
    this.producer.stopProducing();
  }

  /** Stops what may still run. */
  dispose(): void {
    const { producer } = this.consumer;
    if (typeof producer?.stopProducing === 'function' && !this.isStopped) this.stop();
  }

  /** Whether the producer has said that it is done. */
  get isDone(): boolean {
    return this.consumer.unregistered > 0;
  }

  /** How many pieces it has written since it was registered. */
  get written(): number {
    return this.consumer.pieces.length - this.consumer.beforeRegistering;
  }

  /** What is wrong with it if it writes nothing and does not unregister. */
  get silence(): string {
    const { beforeRegistering } = this.consumer;
    if (beforeRegistering === 0) return 'it wrote nothing and did not unregister';
    return `it wrote ${times(beforeRegistering)} before it was registered, when nothing could pause it; after that it wrote nothing and did not unregister`;
  }
}
