/** Measures what passes between a producer and its transport. */
import type { Socket } from 'node:net';

import type { DuplexTransport, IConsumer, IPullProducer, IPushProducer } from 'twisted-streams';

/** The bytes that were written to a transport and have not reached the kernel. */
export class Backlog {
  private written = 0;

  constructor(private readonly socket: Socket) {}

  add(bytes: number): void {
    this.written += bytes;
  }

  /** The bytes that the transport and the socket still buffer. */
  get bytes(): number {
    // `bytesWritten` counts all that the socket was given, sent or not.
    return this.written - this.socket.bytesWritten + this.socket.writableLength;
  }
}

/** A consumer that passes everything on to a transport. */
export class FlowMeter implements IConsumer {
  bytes = 0;
  /** Calls that the transport made. */
  pauses = 0;
  resumes = 0;
  /** The most that was ever buffered. */
  peak = 0;
  /** The most that may be: `highWaterMark` and one write. */
  limit = 0;

  /** The most bytes that may be buffered before a write. */
  private full = 0;

  constructor(
    private readonly transport: DuplexTransport,
    private readonly backlog: Backlog,
    private readonly onWrite: (data: Uint8Array) => void = () => {},
  ) {}

  registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    // The producer before this one may have left more than this one may add to.
    this.full = Math.max(this.transport.highWaterMark, this.backlog.bytes);
    const counted: IPushProducer = {
      pauseProducing: () => {
        this.pauses += 1;
        (producer as IPushProducer).pauseProducing();
      },
      resumeProducing: () => {
        this.resumes += 1;
        producer.resumeProducing();
      },
      stopProducing: () => producer.stopProducing(),
    };
    this.transport.registerProducer(counted, streaming);
  }

  unregisterProducer(): void {
    this.transport.unregisterProducer();
  }

  write(data: Uint8Array): void {
    this.bytes += data.length;
    this.limit = Math.max(this.limit, this.full + data.length);
    this.onWrite(data);
    this.backlog.add(data.length);
    this.transport.write(data);
    this.peak = Math.max(this.peak, this.backlog.bytes);
  }
}
