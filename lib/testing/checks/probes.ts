/** Producers and a consumer that note the calls that they get. */
import { Buffer } from 'node:buffer';

import type { IConsumer, IPullProducer, IPushProducer } from '../../twisted/core/index.js';

/** A call that a consumer made of a producer. */
export type Call = 'pause' | 'resume' | 'stop';

/** A push producer that writes nothing by itself. */
export class ProbeProducer implements IPushProducer {
  /** The calls, in order. */
  readonly calls: Call[] = [];
  /** Called from inside each call, once that is noted. */
  react: (call: Call) => void = () => {};

  pauseProducing(): void {
    this.note('pause');
  }

  resumeProducing(): void {
    this.note('resume');
  }

  stopProducing(): void {
    this.note('stop');
  }

  /** How often `call` was made. */
  count(call: Call): number {
    return this.calls.filter((made) => made === call).length;
  }

  private note(call: Call): void {
    this.calls.push(call);
    this.react(call);
  }
}

/** A pull producer that answers at once, piece by piece, and unregisters after the last. */
export class ProbePullProducer implements IPullProducer {
  asked = 0;
  stopped = false;
  /** Whether it has unregistered. */
  done = false;
  /** Whether it was asked after it had unregistered. */
  askedTooLate = false;

  /**
   * @param consumer - The consumer to write to.
   * @param pieces - The pieces to write.
   */
  constructor(
    private readonly consumer: IConsumer,
    private readonly pieces: readonly Uint8Array[],
  ) {}

  resumeProducing(): void {
    if (this.done) {
      this.askedTooLate = true;
      return;
    }
    const piece = this.pieces[this.asked++];
    if (piece !== undefined) {
      this.consumer.write(piece);
      return;
    }
    this.done = true;
    this.consumer.unregisterProducer();
  }

  stopProducing(): void {
    this.stopped = true;
  }
}

/** `count` pieces of `size` bytes, each filled with its number. */
export function numbered(count: number, size: number): Buffer[] {
  return Array.from({ length: count }, (_, number) => Buffer.alloc(size, number));
}

/** A consumer that keeps the bytes that are written, and notes calls that break the contract. */
export class ProbeConsumer implements IConsumer {
  readonly pieces: Buffer[] = [];
  producer: IPushProducer | IPullProducer | null = null;
  /** The producer that registered last; it may have unregistered. */
  lastProducer: IPushProducer | IPullProducer | null = null;
  streaming: boolean | undefined;
  registered = 0;
  unregistered = 0;
  /** How many writes came after the producer had unregistered. */
  afterUnregistering = 0;
  /** How many writes came before a producer had registered. */
  beforeRegistering = 0;
  /** Called from inside each write of a registered producer, once that is noted. */
  react: (data: Buffer) => void = () => {};
  /** The number of pieces at which `full` is called. */
  limit = Infinity;
  /** Called from inside each write from the limit on. */
  full: () => void = () => {};

  /** The first value that was written and is not bytes. */
  notBytes: { readonly value: unknown } | undefined;

  registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    this.producer = this.lastProducer = producer;
    this.streaming = streaming;
    this.registered += 1;
  }

  unregisterProducer(): void {
    this.producer = null;
    this.unregistered += 1;
  }

  write(data: Uint8Array): void {
    if (this.unregistered > 0) this.afterUnregistering += 1;
    if (!(data instanceof Uint8Array)) {
      this.notBytes ??= { value: data };
      return;
    }
    if (data.length === 0) return; // For a consumer of bytes it is as if nothing had been written.
    const piece = Buffer.from(data);
    this.pieces.push(piece);
    if (this.registered === 0) this.beforeRegistering += 1;
    else this.react(piece);
    if (this.pieces.length >= this.limit) this.full();
  }

  /** All bytes that were written. */
  value(): Buffer {
    return Buffer.concat(this.pieces);
  }
}
