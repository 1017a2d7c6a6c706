/** Transports that specs drive, and streams over real ones. */
import type net from 'node:net';

import {
  DuplexTransport,
  TransportDuplex,
  type DuplexLike,
  type IPushProducer,
  type TransportDuplexOptions,
} from '../../lib/index.js';
import { StringTransport } from '../../lib/testing/index.js';

/** Notes what is asked of it, in order; a write as its text. Does nothing by itself. */
export class RecordingTransport extends StringTransport {
  readonly log: string[] = [];
  declare producer: IPushProducer | null;

  override registerProducer(producer: object, streaming: unknown): void {
    super.registerProducer(producer, streaming);
    this.log.push(`register ${streaming === true ? 'push' : 'pull'}`);
  }

  override unregisterProducer(): void {
    super.unregisterProducer();
    this.log.push('unregister');
  }

  override write(data: Uint8Array): void {
    super.write(data);
    this.log.push(Buffer.from(data).toString());
  }

  override loseConnection(): void {
    super.loseConnection();
    this.log.push('lose');
  }

  override abortConnection(): void {
    this.disconnected = true;
    this.log.push('abort');
  }

  override pauseProducing(): void {
    super.pauseProducing();
    this.log.push('pause');
  }

  override resumeProducing(): void {
    super.resumeProducing();
    this.log.push('resume');
  }
}

/** One that can end its write half by itself. */
export class HalfCloseableTransport extends RecordingTransport {
  loseWriteConnection(): void {
    this.log.push('lose write');
  }
}

/** One whose buffer is always empty, so that it asks for more after each write. */
export class AskingTransport extends HalfCloseableTransport {
  override registerProducer(producer: object, streaming: boolean): void {
    super.registerProducer(producer, streaming);
    this.producer?.resumeProducing();
  }

  override write(data: Uint8Array): void {
    super.write(data);
    this.producer?.resumeProducing();
  }
}

/** A `TransportDuplex` over a transport over `stream`. */
export function duplexOver(stream: DuplexLike, options?: TransportDuplexOptions) {
  const duplex = new TransportDuplex<DuplexTransport>(options);
  const transport = new DuplexTransport(stream, { protocol: duplex });
  // A protocol that was never connected isn't told that the connection failed.
  void transport.closed.then((reason) => duplex.connectionLost(reason));
  return { duplex, transport };
}

/** `duplexOver`, where Node wants a socket of its own: what it calls on one, ours has too. */
export function socketOver(stream: DuplexLike): net.Socket {
  return duplexOver(stream).duplex as unknown as net.Socket;
}
