/** A producer under test, with the consumer that it writes to. */
import { isThenable } from '../../base/rejection.js';
import { now } from '../../base/timers.js';
import type { IProducer, IPullProducer, IPushProducer } from '../../twisted/core/index.js';
import { assertMade, callMaker, type Maker, MakerFailed } from './maker.js';
import { ProbeConsumer } from './probes.js';
import { said, times, type Trial } from './rule.js';

/** The number of pieces after which a check takes a producer for an endless one, and stops it. */
const MOST_PIECES = 1000;

/** The facts that a check learns about the producers of one maker. */
export class Habits {
  /**
   * Whether a producer that the check registers writes nothing until it is resumed for the first
   * time.
   */
  mustBeResumed = false;
  /** Whether a producer has not come to its end in time. Then no other rule waits for that. */
  isEndless = false;
}

/** A producer, and the consumer that it writes to. */
export class ProducerSubject<Producer extends IProducer> {
  readonly consumer = new ProbeConsumer();
  /** How often a rule has asked it, if it is a pull producer. */
  asked = 0;
  /** Whether it was stopped. */
  isStopped = false;
  /** Whether the check has registered it. */
  private wasRegistered = false;
  /** Whether it was told to pause or to stop, and not to resume. */
  private isTold = false;
  private returned: unknown;
  private trial: Trial | undefined;

  /**
   * @param make - Makes the producer, given its consumer.
   * @param habits - Shared by all producers of a check.
   */
  constructor(
    private readonly make: Maker<Producer | void, [consumer: ProbeConsumer]>,
    readonly habits: Habits,
  ) {
    this.consumer.full = () => this.full();
    this.allowMore();
  }

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
      this.returned = isThenable(returned)
        ? await this.orRegistered(Promise.resolve(returned), trial)
        : returned;
      if (consumer.registered > 0) return;
      assertMade(this.returned, 'a function that returns or registers a producer');
    } catch (error) {
      if (consumer.registered > 0 || this.hasBegun) throw error;
      throw new MakerFailed('', { cause: error });
    }
    this.wasRegistered = true;
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
    return consumer.registered === 0 ? settling : undefined;
  }

  /** Waits until the producer writes, and resumes it if it does not. */
  private async begin(trial: Trial): Promise<void> {
    const { habits } = this;
    const producer = this.producer as unknown as Partial<IPushProducer>;
    const wait = async () => {
      const end = now() + trial.timeout / 4;
      while (!this.hasBegun && now() < end) await trial.turn();
    };
    if (!habits.mustBeResumed) await wait();
    if (this.hasBegun || typeof producer.resumeProducing !== 'function') return;
    producer.resumeProducing();
    await wait();
    habits.mustBeResumed = this.hasBegun;
  }

  /** Whether it has written or unregistered. */
  get hasBegun(): boolean {
    return this.written > 0 || this.isDone || this.consumer.notBytes !== undefined;
  }

  /** Whether it writes no more, or not before it is asked or resumed. */
  get isOver(): boolean {
    return this.isDone || this.isStopped;
  }

  /** Waits until it has unregistered or was stopped, unless it or another one seems to be endless. */
  async ended(trial: Trial): Promise<void> {
    const { habits } = this;
    const end = now() + trial.timeout;
    while (!habits.isEndless && !this.isOver) {
      if (now() > end) habits.isEndless = true;
      await trial.turn();
    }
  }

  /** Pauses it, as a consumer does from inside `write`. */
  pause(): void {
    this.tell('pauseProducing');
  }

  /** Resumes it. */
  resume(): void {
    this.isTold = false;
    this.allowMore();
    (this.producer as unknown as IPushProducer).resumeProducing();
  }

  /** Stops it, as a consumer does when its connection is lost. */
  stop(): void {
    this.isStopped = true;
    this.tell('stopProducing');
  }

  /** Calls `method`, perhaps from inside a write, where no rule would get the error that it throws. */
  private tell(method: 'pauseProducing' | 'stopProducing'): void {
    this.isTold = true;
    this.allowMore();
    try {
      (this.producer as unknown as IPushProducer)[method]();
    } catch (thrown) {
      this.trial?.fail(`${method}() threw ${said(thrown)}`, { cause: thrown });
    }
  }

  private allowMore(): void {
    this.consumer.limit = this.consumer.pieces.length + MOST_PIECES;
  }

  /** Stops a producer that might write for ever, from inside one call. */
  private full(): void {
    if (this.isTold) {
      throw new Error(`Nothing stops the producer: it has written ${MOST_PIECES} times more`);
    }
    this.stop();
  }

  /** Stops the producer, if it may still run. */
  dispose(): void {
    const { producer } = this.consumer;
    if (typeof producer?.stopProducing !== 'function' || this.isStopped) return;
    this.isStopped = true;
    this.producer.stopProducing();
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
    const silence = 'it wrote nothing and did not unregister';
    if (beforeRegistering > 0) {
      return `it wrote ${times(beforeRegistering)} before it was registered, when nothing could pause it; after that ${silence}`;
    }
    return this.wasRegistered
      ? silence
      : `it registered itself, so the check did not resume it, and ${silence}`;
  }
}
