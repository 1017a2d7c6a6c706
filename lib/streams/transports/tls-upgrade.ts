/**
 * How a connection is upgraded to TLS: the bytes that were written before leave first, then the
 * handshake begins.
 */
import type { TLSSocket } from 'node:tls';

import { NOTHING } from '../../base/bytes.js';
import { nextTick } from '../../base/timers.js';
import { ConnectionLost } from '../../twisted/core/index.js';
import { type AnyDuplex, type AnyWritable, lengthOf } from '../any-stream/index.js';
import { Handshake } from './handshake.js';
import type { StreamReactor } from './stream-reactor.js';
import type { TLSSide } from './tls-side.js';
import { type Trust, trustOf } from './tls-trust.js';

/** Loses the connection if it fails. */
export class TLSUpgrade {
  declare private readonly handshake: Handshake; // Declared only: the constructor sets it.

  /**
   * @param reactor - The reactor of the connection, which has begun to move.
   * @param onSecured - Called when the handshake is complete, with the stream that goes on in place
   *   of the reactor's, and the facts that are known of the other end.
   */
  constructor(
    private readonly reactor: StreamReactor,
    private readonly side: TLSSide,
    onSecured: (socket: TLSSocket, trust: Trust) => void,
  ) {
    this.handshake = new Handshake(reactor.stream as AnyDuplex, {
      secured: (socket) => onSecured(socket, trustOf(socket, side.byKey)),
      failed: (cause) => reactor.lose(new ConnectionLost(undefined, { cause })),
    });
  }

  /** Begins it, soon, with `before` sent in the clear. */
  begin(before: readonly unknown[]): void {
    // Not at once: this may be called from inside a write to the stream, which has more to come.
    nextTick(() => {
      if (this.isOver) return;
      const error = this.reactor.send(before, false);
      if (error !== undefined) this.reactor.lose(error);
      else whenFlushed(this.reactor.stream, () => this.shakeHands());
    });
  }

  private shakeHands(): void {
    if (this.isOver) return;
    this.reactor.leave(); // From now on TLS knows better why the stream ends.
    this.reactor.call(() => {
      this.handshake.begin(this.side);
      return undefined;
    });
  }

  private get isOver(): boolean {
    return this.handshake.isOver || this.reactor.isDropped;
  }

  /** The connection is lost. */
  stop(): void {
    this.handshake.stop();
  }
}

/** Calls `then` when all that was handed to `stream` has left it: at once, if nothing waits. */
function whenFlushed(stream: AnyWritable, then: () => void): void {
  if (lengthOf(stream) === 0) then();
  else stream.write(NOTHING, then);
}
