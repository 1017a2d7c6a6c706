/** A producer under test, with the consumer that it writes to. */
import { now } from '../../base/timers.js';
import type { IProducer, IPullProducer, IPushProducer } from '../../twisted/core/index.js';
import { assertMade, callMaker, type Maker, MakerFailed } from './maker.js';
import { ProbeConsumer } from './probes.js';
import { times, type Trial } from './rule.js';

/** The facts that a check learns about the producers of one maker. */
interface Habits {
  /**
   * Whether a producer that the check registers writes nothing until it is resumed for the first
   * time.
   */
  mustBeResumed: boolean;
}

/** A producer, and the consumer that it writes to. */
export class ProducerSubject<Producer extends IProducer> {
  readonly consumer = new ProbeConsumer();
  /** How often a rule has asked it, if it is a pull producer. */
  asked = 0;
  /** Whether it was stopped. */
  isStopped = false;
  private returned: unknown;
  private trial: Trial | undefined;

  /**
   * @param make - Makes the producer, given its consumer.
   * @param habits - Shared by all producers of a check.
   */
  constructor(
    private readonly make: Maker<Producer | void, [consumer: ProbeConsumer]>,
    private readonly habits: Habits = { mustBeResumed: false },
  ) {}

  /**
   * The producer, once `start` was called. If it has unregistered already, it is the producer that
   * registered last.
   */
  get producer(): Producer {
    const { consumer } = this;
    const producer = (consumer.producer ?? consumer.lastProducer ?? this.returned) as Producer;
    return this.trial?.watch(producer) ?? producer;
  }

  /**
   * Makes the producer, and registers it unless it has registered itself: Twisted's own producers
   * do either. A push producer that the check registers, and that does not begin by itself, is
   * resumed, as Twisted's programs do after `registerProducer`.
   *
   * @param streaming - Whether it is a push producer.
   * @throws MakerFailed: the maker made no producer.
   */
  async start(streaming: boolean, trial: Trial): Promise<void> {
    const { consumer } = this;
    this.trial = trial;
    try {
      const returned: unknown = callMaker(this.make, [consumer]);
      // Awaited only if it is a promise, because the producer may write as soon as the event loop
      // turns.
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

  /** Gives the result of the maker's promise; `undefined` if a producer registers before that. */
  private async orRegistered(returned: Promise<unknown>, trial: Trial): Promise<unknown> {
    const { consumer } = this;
    let isSettled = false;
    const settling = returned.finally(() => (isSettled = true));
    // It may be the promise of a transfer, which rejects when a rule stops the transfer.
    settling.catch(() => {});
    // Go on as soon as the promise has settled: its producer may write when the event loop turns.
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
      const end = now() + trial.timeout / 4;
      while (!this.hasBegun && now() < end) await trial.turn();
    }
    if (this.hasBegun || typeof producer.resumeProducing !== 'function') return;
    producer.resumeProducing();
    await trial.turn();
    this.habits.mustBeResumed = this.hasBegun;
  }

  private get hasBegun(): boolean {
    return this.written > 0 || this.isDone || this.consumer.notBytes !== undefined;
  }

  /** Stops the producer, as a consumer does when its connection is lost. */
  stop(): void {
    this.isStopped = true;
    this.producer.stopProducing();
  }

  /** Stops the producer, if it may still run. */
  dispose(): void {
    const { producer } = this.consumer;
    if (typeof producer?.stopProducing === 'function' && !this.isStopped) this.stop();
  }

  /** Whether the producer has unregistered. */
  get isDone(): boolean {
    return this.consumer.unregistered > 0;
  }

  /** How many pieces it has written since it was registered. */
  get written(): number {
    return this.consumer.pieces.length - this.consumer.beforeRegistering;
  }

  /** The mistake of a producer that writes nothing and does not unregister, as text. */
  get silence(): string {
    const { beforeRegistering } = this.consumer;
    if (beforeRegistering === 0) return 'it wrote nothing and did not unregister';
    return `it wrote ${times(beforeRegistering)} before it was registered, when nothing could pause it; after that it wrote nothing and did not unregister`;
  }
}
