/** Classes that keep every rule, small enough that a spec can break them in one place. */
import { Buffer } from 'node:buffer';

import type {
  IAddress,
  IConsumer,
  IPullProducer,
  IPushProducer,
  ITransport,
} from '../../../lib/index.js';

const FULL = 65536;

/** A consumer that empties its buffer once in each turn of the event loop. */
export class ModelConsumer implements IConsumer {
  producer: IPushProducer | IPullProducer | null = null;
  streaming = false;
  paused = false;
  buffered: Uint8Array[] = [];
  sent: Uint8Array[] = [];
  owed = false;
  scheduled = false;
  disconnected = false;

  get bytes(): number {
    return this.buffered.reduce((sum, piece) => sum + piece.length, 0);
  }

  registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    if (this.producer !== null) throw new Error('There is a producer already');
    if (this.disconnected) {
      producer.stopProducing();
      return;
    }
    this.producer = producer;
    this.streaming = streaming;
    this.paused = false;
    if (!streaming) this.ask();
  }

  unregisterProducer(): void {
    this.producer = null;
  }

  write(data: Uint8Array): void {
    this.check(data);
    if (this.disconnected || data.length === 0) return;
    this.keep(data);
    this.owed = false;
    this.schedule();
    this.pauseIfFull();
  }

  check(data: unknown): void {
    if (!(data instanceof Uint8Array)) throw new TypeError('bytes, please');
  }

  keep(data: Uint8Array): void {
    this.buffered.push(data);
  }

  pauseIfFull(): void {
    if (this.producer === null || !this.streaming || this.paused || this.bytes < FULL) return;
    this.paused = true;
    (this.producer as IPushProducer).pauseProducing();
  }

  ask(): void {
    this.owed = true;
    this.producer?.resumeProducing();
  }

  schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.flush();
    });
  }

  flush(): void {
    this.sent.push(...this.buffered);
    this.buffered = [];
    this.emptied();
  }

  emptied(): void {
    if (this.producer === null) return;
    if (!this.streaming) {
      if (!this.owed) this.ask();
    } else if (this.paused) {
      this.paused = false;
      this.producer.resumeProducing();
    }
  }
}

const here: IAddress = { type: 'TCP', family: 'IPv4', host: '127.0.0.1', port: 1 };

/** A transport in memory, whose other end can be iterated. */
export class ModelTransport extends ModelConsumer implements ITransport {
  disconnecting = false;
  readonly peer = new ModelPeer();

  writeSequence(data: Iterable<Uint8Array>): void {
    for (const piece of data) this.write(piece);
  }

  loseConnection(): void {
    this.disconnecting = true;
    this.schedule();
  }

  abortConnection(): void {
    this.lose();
  }

  override unregisterProducer(): void {
    super.unregisterProducer();
    if (this.disconnecting) this.schedule();
  }

  override flush(): void {
    if (this.disconnected) return;
    for (const piece of this.buffered) this.peer.receive(piece);
    super.flush();
    if (this.mayClose()) this.lose();
  }

  mayClose(): boolean {
    return this.disconnecting && this.producer === null && this.buffered.length === 0;
  }

  lose(): void {
    if (this.disconnected) return;
    this.disconnected = true;
    const { producer } = this;
    this.producer = null;
    producer?.stopProducing();
    this.peer.end();
  }

  getPeer(): IAddress {
    return here;
  }

  getHost(): IAddress {
    return here;
  }
}

/** The other end of a {@link ModelTransport}. */
class ModelPeer implements AsyncIterable<Uint8Array> {
  private readonly pieces: Uint8Array[] = [];
  private over = false;
  /** Whether its reader has begun. */
  isRead = false;

  receive(piece: Uint8Array): void {
    this.pieces.push(piece);
  }

  end(): void {
    this.over = true;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    this.isRead = true;
    for (;;) {
      const piece = this.pieces.shift();
      if (piece !== undefined) yield piece;
      else if (this.over) return;
      else await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** A push producer that writes five pieces, one in each turn of the event loop. */
export class ModelPushProducer implements IPushProducer {
  left = 5;
  paused = false;
  stopped = false;
  scheduled = false;

  constructor(readonly consumer: IConsumer) {
    this.register();
    this.schedule();
  }

  register(): void {
    this.consumer.registerProducer(this, true);
  }

  schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.produce();
    });
  }

  produce(): void {
    if (this.paused || this.stopped) return;
    if (this.left-- > 0) {
      this.writeNext();
      this.schedule();
    } else {
      this.finish();
    }
  }

  writeNext(): void {
    this.consumer.write(Buffer.from(`piece ${this.left}`));
  }

  finish(): void {
    this.stopped = true;
    this.consumer.unregisterProducer();
  }

  pauseProducing(): void {
    this.paused = true;
  }

  resumeProducing(): void {
    this.paused = false;
    this.schedule();
  }

  stopProducing(): void {
    this.stopped = true;
  }
}

/** A pull producer that writes five pieces. */
export class ModelPullProducer implements IPullProducer {
  left = 5;
  stopped = false;

  constructor(readonly consumer: IConsumer) {
    this.register();
  }

  register(): void {
    this.consumer.registerProducer(this, false);
  }

  resumeProducing(): void {
    if (this.stopped) return;
    if (this.left-- > 0) this.writeNext();
    else this.finish();
  }

  writeNext(): void {
    this.consumer.write(Buffer.from(`piece ${this.left}`));
  }

  finish(): void {
    this.stopped = true;
    this.consumer.unregisterProducer();
  }

  stopProducing(): void {
    this.stopped = true;
  }
}
