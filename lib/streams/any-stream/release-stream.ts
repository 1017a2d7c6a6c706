/** How a stream is let go of when its connection didn't end cleanly. */
import type { Socket } from 'node:net';

import { builtIn } from '../../base/built-in.js';
import { log } from '../../base/log.js';
import { isDestroyed, type AnyWritable } from './capabilities.js';
import { resetCode } from './reset.js';
import { isTLS } from './stream-state.js';

type Destroyable = Pick<AnyWritable, 'destroy' | 'destroyed' | 'destroying'>;

/**
 * Destroys `stream`, with the reason for its other listeners. One of HTTP/2 that its program has
 * reset is destroyed by Node, once the reset was sent: before that, the other end would be told of a
 * clean end in its place.
 *
 * @param destroy - What to call where it is not its `destroy`.
 */
export function destroyStream(stream: Destroyable, reason?: Error, destroy = stream.destroy): void {
  if (isDestroyed(stream) || resetCode(stream)) return;
  try {
    destroy?.call(stream, reason);
  } catch (thrown) {
    log.err(thrown, 'Destroying a stream failed'); // Its connection is over all the same.
  }
}

/**
 * Destroys `stream` as `destroyStream` does, but ends a socket first, as Twisted does: a socket that
 * is closed with input that nobody has read resets the connection, and the other end would see no
 * end. (If bytes still wait in the socket, its end would wait for them, and they are to be lost.)
 */
export function endAndDestroyStream(stream: AnyWritable, reason: Error): void {
  if (!isOpenSocket(stream)) {
    destroyStream(stream, reason);
    return;
  }
  stream.on('finish', () => destroyStream(stream, reason));
  stream.end();
}

/** The handle of a socket, by which Node keeps to itself what TLS wraps. */
interface Handle {
  /** That of TCP alone can reset. */
  readonly reset?: unknown;
  /** The socket that TLS wraps, or a front of any other stream. */
  readonly _parentWrap?: {
    readonly _handle?: Handle | null;
    /** Whether its `destroy` resets, as `resetAndDestroy` sets it. */
    resetAndClosing?: boolean;
    /** Of a front: the stream. */
    readonly stream?: AnyWritable;
  };
}

/** A response, and its socket once the earlier answers on that have been sent; or a TLS socket. */
interface Layered {
  readonly _handle?: Handle | null;
  readonly req?: { readonly httpVersion?: string };
  readonly socket?: AnyWritable | null;
}

/**
 * Resets a TCP connection, also the one below TLS, so that the other end doesn't take it for a clean
 * close. So it does with that of an answer to HTTP/1.0, whose body ends with the connection. (Later
 * versions tell a client that a body is cut.)
 */
export function resetStream(stream: AnyWritable & Layered, reason: Error): void {
  if (isDestroyed(stream)) return;
  if (stream.req?.httpVersion === '1.0' && stream.socket) resetStream(stream.socket, reason);
  // Node waits with a reset until the socket has connected; destroyed, it doesn't connect at all.
  if (!stream.resetAndDestroy || stream.connecting) {
    destroyStream(stream, reason);
  } else if (isSendingFin(stream)) {
    // A reset now fails with EINVAL and leaks the handle, which keeps the process alive.
    const reset = () => {
      stream.removeListener('finish', reset);
      resetStream(stream, reason);
    };
    stream.on('finish', reset);
  } else {
    try {
      stream.resetAndDestroy();
    } catch {
      // TLS and Unix sockets have the method and can't reset. TLS destroys the socket below itself:
      // if that was destroyed before, as by its own `resetAndDestroy`, Node may crash.
      let below = stream._handle?._parentWrap;
      for (; below; below = below._handle?._parentWrap) {
        if (below._handle?.reset) below.resetAndClosing = true;
        if (below.stream) resetStream(below.stream, reason); // TLS would end it, as if all were well.
      }
      destroyStream(stream, reason);
    }
  }
}

/** Whether a FIN of `stream` would leave at once. */
function isOpenSocket(stream: AnyWritable): boolean {
  return isIdleSocket(stream) && stream.writable && !stream.connecting && !isTLS(stream);
}

/** Whether `stream` is a socket that has a FIN on its way. */
function isSendingFin(stream: AnyWritable): boolean {
  return isIdleSocket(stream) && stream.writableEnded && !stream.writableFinished;
}

/**
 * Whether `stream` is a socket of Node that has no bytes left to send. By its class, not by what it
 * can do: a `TransportDuplex` has a socket's members too, but sends no FIN, and may be reset at any
 * time.
 */
function isIdleSocket(stream: AnyWritable): stream is Socket {
  const { Socket } = builtIn('node:net');
  return stream instanceof Socket && stream.writableLength === 0;
}
