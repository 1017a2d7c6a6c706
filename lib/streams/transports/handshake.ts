/** One TLS handshake: the events that may end it, of which the first counts. */
import type { TLSSocket } from 'node:tls';

import { type AnyDuplex, setHalfOpen } from '../any-stream/index.js';
import { coded, hungUp } from './tls-errors.js';
import type { HandshakeListener, TLSSide } from './tls-side.js';

/**
 * Ends in one of four ways: it is complete, it fails, the other end hangs up, or its time is up; or
 * it is stopped, without a call.
 */
export class Handshake implements HandshakeListener {
  /** Whether it has ended in one of these ways, or was stopped. */
  isOver = false;
  declare private timer: NodeJS.Timeout | undefined; // Declared only: `begin` sets it.

  /**
   * @param stream - The connection over which it is made.
   * @param listener - Is told of the end.
   */
  constructor(
    private readonly stream: AnyDuplex,
    private readonly listener: HandshakeListener,
  ) {}

  /**
   * Begins it.
   *
   * @throws the error that `node:tls` throws.
   */
  begin(side: TLSSide): void {
    const { stream } = this;
    const { handshakeTimeout } = side;
    if (stream.readableEnded === true) {
      this.failed(hungUp());
      return;
    }
    this.timer = setTimeout(() => {
      const message = `The TLS handshake took longer than ${handshakeTimeout} ms`;
      this.failed(coded('ERR_TLS_HANDSHAKE_TIMEOUT', message));
    }, handshakeTimeout);
    // There is no half of a handshake to go on with: a stream whose other end hangs up is to close.
    setHalfOpen(stream, false);
    side.begin(stream, this);
  }

  secured(socket: TLSSocket): void {
    const { stream } = this;
    if (this.isOver) {
      socket.destroy();
      return;
    }
    this.stop();
    // TLS decides again what a hang-up means. A stream that is not a socket would end by itself, and
    // cut off what TLS still has to send.
    socket.allowHalfOpen = true;
    setHalfOpen(stream, true);
    this.listener.secured(socket);
  }

  failed(cause: Error): void {
    if (this.isOver) return;
    this.stop();
    this.listener.failed(cause);
  }

  /** Ends it without telling: the connection is lost. */
  stop(): void {
    this.isOver = true;
    clearTimeout(this.timer);
  }
}
