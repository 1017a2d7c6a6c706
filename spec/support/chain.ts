/**
 * All six adapters in one chain, there and back:
 *
 * source → ReadableProducer → ProducerReadable → ConsumerWritable → WritableConsumer →
 * TransportDuplex → DuplexTransport → a connection whose other end echoes → DuplexTransport →
 * TransportDuplex → sink
 */
import type { Duplex, Readable, Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';

import {
  ConnectionDone,
  ConsumerWritable,
  DuplexTransport,
  ProducerReadable,
  ReadableProducer,
  TransportDuplex,
  WritableConsumer,
  type IConsumer,
} from '../../lib/index.js';
import { memoryPair } from './memory-pair.js';

/** How a chain is made. What is left out is as it comes. */
export interface ChainOptions {
  /** Whether the source pushes. */
  streaming?: boolean;
  /** Of every adapter and of both ends of the connection. */
  highWaterMark?: number;
  /** Puts something in front of a consumer. */
  before?: (consumer: IConsumer) => IConsumer;
  /** Streams to put between the streams of the chain. */
  between?: () => Duplex[];
}

export class Chain {
  readonly near: Duplex;
  readonly far: Duplex;
  readonly transport: DuplexTransport;
  readonly duplex: TransportDuplex;
  readonly consumer: WritableConsumer;
  readonly writable: ConsumerWritable;
  readonly readable: ProducerReadable;
  readonly producer: ReadableProducer;
  /** Ends the transfer from the source before its time. */
  readonly abort = new AbortController();

  constructor(
    readonly source: Readable,
    readonly sink: Writable,
    private readonly options: ChainOptions = {},
  ) {
    const { streaming = true, highWaterMark, before = (consumer: IConsumer) => consumer } = options;
    const size = { highWaterMark };
    [this.near, this.far] = memoryPair(size);
    this.duplex = new TransportDuplex(size);
    this.transport = new DuplexTransport(this.near, { ...size, protocol: this.duplex });
    this.consumer = new WritableConsumer(this.duplex, size);
    this.writable = new ConsumerWritable(before(this.consumer), size);
    this.readable = new ProducerReadable(size);
    this.producer = new ReadableProducer(source, { streaming, signal: this.abort.signal });
    for (const stream of this.streams) stream.on('error', () => {});
  }

  /** Every stream of the chain that is not an adapter's user. */
  get streams() {
    return [this.source, this.readable, this.writable, this.duplex, this.near, this.far, this.sink];
  }

  /** Resolves when all was sent and the connection has closed; rejects with what failed at this end. */
  async send(): Promise<void> {
    const { before = (consumer: IConsumer) => consumer } = this.options;
    await Promise.all([
      this.producer.startProducing(before(this.readable)),
      pipeline([this.readable, ...this.between(), this.writable]).then(
        () => this.consumer.loseConnection(),
        (error: unknown) => {
          this.consumer.abortConnection();
          throw error;
        },
      ),
    ]);
    const reason = await this.consumer.closed;
    if (!(reason instanceof ConnectionDone)) throw reason;
    await finished(this.duplex);
  }

  /** Resolves when the sink has got everything back; rejects with what failed at that end. */
  async receive(): Promise<void> {
    this.far.pipe(this.far);
    await pipeline([this.duplex, ...this.between(), this.sink]);
  }

  /** Bytes that wait, by where. `ReadableProducer` holds none. */
  buffered(): Record<string, number> {
    const { consumer, duplex, transport, near, far } = this;
    return {
      source: this.source.readableLength,
      ProducerReadable: this.readable.readableLength,
      ConsumerWritable: this.writable.writableLength,
      WritableConsumer: consumer.writableLength - duplex.writableLength,
      'TransportDuplex, to be sent': duplex.writableLength,
      'DuplexTransport, to be sent': transport.writableLength - near.writableLength,
      'this end, to be sent': near.writableLength,
      'the other end, received': far.readableLength,
      'the other end, to be sent': far.writableLength,
      'this end, received': near.readableLength,
      'TransportDuplex, received': duplex.readableLength,
    };
  }

  private between(): Duplex[] {
    return this.options.between?.() ?? [];
  }
}
