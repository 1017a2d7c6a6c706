/** A transport in memory. Its other end sends back every chunk, on the next tick or later. */
import {
  ConnectionDone,
  type IAddress,
  type IConsumer,
  type IProtocol,
  type IPushProducer,
  type ITransport,
} from '../../library/index.js';

/** Waiting bytes that make the transport pause its producer. */
const ENOUGH = 65536;

export class EchoTransport implements ITransport, IConsumer, IPushProducer {
  private waiting: Uint8Array[] = [];
  private bytes = 0;
  private reading = true;
  private closing = false;
  private scheduled = false;
  private producer: IPushProducer | null = null;

  constructor(private readonly protocol: IProtocol) {}

  registerProducer(producer: IPushProducer): void {
    this.producer = producer;
  }

  unregisterProducer(): void {
    this.producer = null;
  }

  write(data: Uint8Array): void {
    this.waiting.push(data);
    this.bytes += data.length;
    if (this.bytes >= ENOUGH) this.producer?.pauseProducing();
    this.schedule();
  }

  writeSequence(data: Iterable<Uint8Array>): void {
    for (const piece of data) this.write(piece);
  }

  pauseProducing(): void {
    this.reading = false;
  }

  resumeProducing(): void {
    this.reading = true;
    this.schedule();
  }

  stopProducing(): void {
    this.loseConnection();
  }

  loseConnection(): void {
    this.closing = true;
    this.schedule();
  }

  getPeer(): IAddress {
    return { type: 'PIPE' };
  }

  getHost(): IAddress {
    return { type: 'PIPE' };
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    process.nextTick(turn, this);
  }

  /** Sends back the waiting chunks, until the protocol pauses. */
  turn(): void {
    this.scheduled = false;
    const { waiting } = this;
    let count = 0;
    while (this.reading && count < waiting.length) {
      const data = waiting[count++] as Buffer;
      this.bytes -= data.length;
      this.protocol.dataReceived(data);
    }
    this.waiting = count === waiting.length ? [] : waiting.slice(count);
    if (this.waiting.length > 0) return;
    if (this.closing) this.protocol.connectionLost(new ConnectionDone());
    else this.producer?.resumeProducing();
  }
}

function turn(transport: EchoTransport): void {
  transport.turn();
}
