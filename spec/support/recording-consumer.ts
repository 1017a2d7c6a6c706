import type { IConsumer, IPullProducer, IPushProducer } from '../../lib/index.js';

/**
 * A consumer that records what is done to it, and otherwise takes everything: it never pauses a push
 * producer, and asks a pull producer again after each write. Override `wrote` to do something else.
 */
export class RecordingConsumer implements IConsumer {
  /** The calls that it got, in order; for a write, its text. */
  readonly log: string[] = [];
  readonly chunks: Uint8Array[] = [];
  producer: IPushProducer | IPullProducer | null = null;
  streaming = false;

  /** Its producer, which must be one that pushes. */
  get pushed(): IPushProducer {
    return this.producer as IPushProducer;
  }

  /** All that was written. */
  get received(): Buffer {
    return Buffer.concat(this.chunks);
  }

  registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    this.log.push(`register ${streaming ? 'push' : 'pull'}`);
    this.producer = producer;
    this.streaming = streaming;
    if (!streaming) producer.resumeProducing();
  }

  unregisterProducer(): void {
    this.log.push('unregister');
    this.producer = null;
  }

  write(data: Uint8Array): void {
    this.log.push(Buffer.from(data).toString());
    this.chunks.push(data);
    this.wrote();
  }

  /** Something was written. */
  wrote(): void {
    if (!this.streaming) this.producer?.resumeProducing();
  }
}

/** A consumer that does `act` within each write. */
export function consumerThat(act: (consumer: RecordingConsumer) => void): RecordingConsumer {
  const consumer = new RecordingConsumer();
  consumer.wrote = () => act(consumer);
  return consumer;
}
