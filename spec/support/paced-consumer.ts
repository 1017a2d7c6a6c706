import type { IFinishableConsumer, IPushProducer } from '../../lib/twisted/core/interfaces.js';

/**
 * A pulling consumer that notes when it was written how much. It asks again after each write: at once,
 * or some milliseconds later.
 */
export class PacedConsumer implements IFinishableConsumer {
  readonly writes: { at: number; size: number }[] = [];
  readonly chunks: Uint8Array[] = [];
  /** The calls of other methods than `write`, each with the bytes that were written before it. */
  readonly log: [call: string, bytesBefore: number][] = [];
  producer: IPushProducer | null = null;
  total = 0;

  constructor(private readonly delay: number | null = null) {}

  registerProducer(producer: object): void {
    this.log.push(['register', this.total]);
    this.producer = producer as IPushProducer;
    this.producer.resumeProducing();
  }

  unregisterProducer(): void {
    this.log.push(['unregister', this.total]);
    this.producer = null;
  }

  write(data: Uint8Array): void {
    this.chunks.push(data);
    this.total += data.length;
    this.writes.push({ at: Date.now(), size: data.length });
    if (this.delay === null) this.ask();
    else setTimeout(() => this.ask(), this.delay);
  }

  private ask(): void {
    this.producer?.resumeProducing();
  }

  finish(): void {
    this.log.push(['finish', this.total]);
  }

  /** The most bytes by which the writes of any stretch of time exceed `burst` and `rate` (bytes a second). */
  mostAbove(rate: number, burst: number): number {
    let most = -Infinity;
    this.writes.forEach((first, i) => {
      let sum = 0;
      for (const last of this.writes.slice(i)) {
        sum += last.size;
        most = Math.max(most, sum - burst - (rate * (last.at - first.at)) / 1000);
      }
    });
    return most;
  }
}
