/** Consumers that specs drive: they note the calls that they get, and those that they make of their producer. */
import { ProducerAlreadyRegisteredError } from '../../lib/twisted/core/errors.js';
import type { IPushProducer } from '../../lib/twisted/core/interfaces.js';
import { RecordingConsumer } from './recording-consumer.js';

/** Pauses, resumes and stops its producer when told to, from inside `write` if `onWrite` does. */
export class DrivenConsumer extends RecordingConsumer {
  declare producer: IPushProducer | null;
  /** Is called from inside `write`. */
  onWrite: () => void = () => {};

  override registerProducer(producer: IPushProducer, streaming: boolean): void {
    if (this.producer !== null) throw new ProducerAlreadyRegisteredError();
    super.registerProducer(producer, streaming);
  }

  override wrote(): void {
    this.onWrite();
  }

  /** Pauses the producer, and notes it. */
  pause(): void {
    this.log.push('pause');
    this.producer?.pauseProducing();
  }

  /** Resumes the producer, and notes it. */
  resume(): void {
    this.log.push('resume');
    this.producer?.resumeProducing();
  }

  /** Forgets the producer, then stops it, as a consumer does whose connection is lost. */
  stop(): void {
    this.log.push('stop');
    const { producer } = this;
    this.producer = null;
    producer?.stopProducing();
  }
}

/**
 * Pauses its producer after every write, and takes the next one a turn later. Throws if it is
 * written to while it has paused it.
 */
export class SlowConsumer extends DrivenConsumer {
  private paused = false;

  override write(data: Uint8Array): void {
    if (this.paused) throw new Error('Written to although it has paused its producer');
    super.write(data);
    this.paused = true;
    this.pause();
    setImmediate(() => {
      this.paused = false;
      this.resume();
    });
  }
}
