import {
  type IPushProducer,
  type ITransport,
  Protocol,
  type ProtocolTransport,
} from '../twisted/core/index.js';
import { NOTHING } from './unread-bytes.js';

/**
 * A protocol that parses what it receives, and so is a push producer of what it delivers: paused, even
 * in the middle of a chunk, it keeps the rest and delivers nothing, and its transport is paused as well.
 * Not to be used by itself: extend one of the receivers.
 *
 * All receivers have in common:
 *
 * - They work without a transport: call `dataReceived`.
 * - What they deliver is a view of the chunk that it came in, or memory of its own if it came in
 *   several. It is never overwritten. A view keeps its chunk alive: copy what you keep for long.
 * - Once `loseConnection` was called, they deliver nothing more.
 * - An exception of a callback reaches the caller of `dataReceived`, which is the transport and loses
 *   the connection. What was not delivered is kept.
 * - A callback that returns a promise is not waited for: pause, to wait. If the promise rejects, the
 *   error is logged and loses the connection.
 *
 * @typeParam T - The type of the transport, if it is not a `ProtocolTransport`.
 * @see Twisted: `twisted.protocols.basic._PauseableMixin`
 */
export abstract class Receiver<T extends ITransport & IPushProducer = ProtocolTransport>
  extends Protocol<T>
  implements IPushProducer
{
  /** Whether nothing is delivered until `resumeProducing`. */
  paused = false;

  /**
   * Bytes came from the other end, in whatever pieces. From inside a callback: what came before them
   * is delivered first.
   *
   * @param data - Kept until it is delivered; don't overwrite it.
   * @returns what the callback that ended it returned; `undefined` if none did.
   * @throws InvalidArgTypeError: `data` is not bytes; nothing has changed.
   * @throws what a callback throws.
   */
  abstract override dataReceived(data: Uint8Array): unknown;

  /** Delivers nothing until `resumeProducing`, and pauses the transport. */
  pauseProducing(): void {
    this.paused = true;
    this.transport?.pauseProducing();
  }

  /**
   * Resumes the transport, and delivers what was kept, before this returns; from inside a callback,
   * after that has returned.
   *
   * @throws what a callback throws.
   */
  resumeProducing(): void {
    this.paused = false;
    this.transport?.resumeProducing();
    this.dataReceived(NOTHING);
  }

  /** Delivers nothing more, and stops the transport, which closes the connection. */
  stopProducing(): void {
    this.paused = true;
    this.transport?.stopProducing();
  }
}
