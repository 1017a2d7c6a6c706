import { NOTHING } from '../base/bytes.js';
import {
  type IPushProducer,
  type ITransport,
  Protocol,
  type ProtocolTransport,
} from '../twisted/core/index.js';
import { heed } from './callbacks.js';

/**
 * A protocol that parses the bytes that it receives, and so is a push producer of lines or strings.
 * When it is paused, even in the middle of a chunk, it buffers the rest, delivers nothing, and
 * pauses its transport too. Do not extend this class itself, but one of the receivers.
 *
 * All receivers have in common:
 *
 * - They work without a transport: call `dataReceived`.
 * - A line or string that they deliver is a view of the chunk in which it came, or has its own
 *   memory if it came in several chunks. It is never overwritten. A view keeps its whole chunk in
 *   memory: copy a line or string that you keep for long.
 * - Once `loseConnection` was called, they deliver nothing more.
 * - An exception of a callback reaches the caller of `dataReceived`: the transport, which loses the
 *   connection. The bytes that were not delivered stay buffered.
 * - They do not wait for a promise that a callback, or a method of the transport, returns: pause, to
 *   make them wait. If the promise rejects, the error is logged, and the connection is lost.
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
   * Bytes came from the other end, in pieces of any size. If a callback calls this, the bytes that
   * came before are delivered first.
   *
   * @param data - Kept until it is delivered; don't overwrite it.
   * @returns the value of the callback that ended this call; `undefined` if no callback did.
   * @throws InvalidArgTypeError: `data` is not bytes; nothing has changed.
   * @throws the error that a callback throws.
   */
  abstract override dataReceived(data: Uint8Array): unknown;

  /** Delivers nothing until `resumeProducing`, and pauses the transport. */
  pauseProducing(): void {
    this.paused = true;
    heed(this.transport?.pauseProducing(), this, 'pauseProducing');
  }

  /**
   * Resumes the transport, and delivers the buffered bytes before this returns. If a callback calls
   * it, they are delivered after the callback has returned.
   *
   * @throws the error that a callback throws.
   */
  resumeProducing(): void {
    this.paused = false;
    heed(this.transport?.resumeProducing(), this, 'resumeProducing');
    this.dataReceived(NOTHING);
  }

  /** Delivers nothing more, and stops the transport, which closes the connection. */
  stopProducing(): void {
    this.paused = true;
    heed(this.transport?.stopProducing(), this, 'stopProducing');
  }
}
