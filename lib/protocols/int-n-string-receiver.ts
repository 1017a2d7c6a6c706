import { Buffer } from 'node:buffer';

import { checkedBuffer } from '../base/bytes.js';
import { MethodNotImplementedError } from '../base/errors.js';
import type { IPushProducer, ITransport, ProtocolTransport } from '../twisted/core/index.js';
import { heed, isClosing } from './callbacks.js';
import { assertConnected, assertMaxLength } from './checks.js';
import { StringTooLongError } from './errors.js';
import { Inbox } from './inbox.js';
import { lengthPrefixOf } from './length-prefix.js';
import { Receiver } from './receiver.js';

/**
 * Receives strings, each after its length. Override `stringReceived`, and extend one of
 * {@link Int32StringReceiver}, {@link Int16StringReceiver} and {@link Int8StringReceiver}; or set
 * `structFormat` and `prefixLength`.
 *
 * @example
 * ```ts
 * class LittleEndian extends IntNStringReceiver {
 *   override structFormat = '<I';
 *   override prefixLength = 4;
 *   override stringReceived(string: Buffer) {
 *     this.sendString(string);
 *   }
 * }
 * ```
 *
 * @see Twisted: `twisted.protocols.basic.IntNStringReceiver`
 */
export class IntNStringReceiver<
  T extends ITransport & IPushProducer = ProtocolTransport,
> extends Receiver<T> {
  /**
   * The most bytes that a string may have: 99999 unless you set it, on a subclass or an instance.
   */
  declare MAX_LENGTH: number;
  /**
   * The format of a length, in the notation of Python's `struct`: `!` or `>` for the high byte
   * first, `<` for the low byte first; then `B`, `H`, `I` (or `L`), `Q` for 1, 2, 4, 8 bytes.
   */
  declare structFormat: string;
  /** The number of bytes of a length; it must agree with `structFormat`. */
  declare prefixLength: number;

  readonly #inbox = new Inbox();
  readonly #parse = (): unknown => this.#deliver();

  static {
    this.prototype.MAX_LENGTH = 99999;
    this.prototype.structFormat = '';
    this.prototype.prefixLength = 0;
  }

  /**
   * The bytes that were received and not delivered. If you set it, the receiver delivers the new
   * bytes instead: once the callback has returned, if you set it inside one, and otherwise with the
   * next `dataReceived`.
   *
   * @throws InvalidArgTypeError: it is set to a value that is not bytes; nothing has changed.
   */
  get recvd(): Buffer {
    return this.#inbox.peekAll();
  }

  set recvd(data: Uint8Array) {
    this.#inbox.replace(checkedBuffer(data, 'recvd'));
  }

  /**
   * Delivers the strings of `data`. If a callback calls this, the bytes that came before `data` are
   * delivered first.
   *
   * @param data - Kept until it is delivered; don't overwrite it.
   * @returns the value that `lengthLimitExceeded` returned, if it was called.
   * @throws InvalidArgTypeError: `data` is not bytes; nothing has changed.
   * @throws OutOfRangeError: `structFormat`, `prefixLength` or `MAX_LENGTH` is not valid; nothing
   *   has changed.
   * @throws the error that a callback throws.
   */
  override dataReceived(data: Uint8Array): unknown {
    const bytes = checkedBuffer(data);
    lengthPrefixOf(this.structFormat, this.prefixLength);
    assertMaxLength(this.MAX_LENGTH);
    return this.#inbox.receive(bytes, this.#parse);
  }

  #deliver(): unknown {
    const inbox = this.#inbox;
    while (!this.paused && !isClosing(this)) {
      const prefix = lengthPrefixOf(this.structFormat, this.prefixLength);
      if (inbox.length < prefix.size) return undefined;
      const { memory, start } = inbox.gather(prefix.size);
      const length = prefix.read(memory, start);
      if (length > this.MAX_LENGTH) {
        return heed(this.lengthLimitExceeded(length), this, 'lengthLimitExceeded');
      }
      if (inbox.length < prefix.size + length) return undefined;
      inbox.skip(prefix.size);
      const returned = this.stringReceived(inbox.take(length));
      if (returned !== undefined) heed(returned, this, 'stringReceived');
    }
    return undefined;
  }

  /**
   * A string came. Override it.
   *
   * @param _string - Without its length.
   * @throws MethodNotImplementedError unless overridden.
   */
  stringReceived(_string: Buffer): unknown {
    throw new MethodNotImplementedError(this, 'stringReceived');
  }

  /**
   * The length that came is more than `MAX_LENGTH`. Closes the connection, unless you override it.
   * While `recvd` begins with that length, each `dataReceived` calls this again.
   *
   * @param _length - The length that came, in bytes.
   * @returns the value that `dataReceived` returns.
   */
  lengthLimitExceeded(_length: number): unknown {
    return this.transport?.loseConnection();
  }

  /**
   * Writes a string, after its length.
   *
   * @throws InvalidArgTypeError: `string` is not bytes; nothing was written.
   * @throws StringTooLongError: it has more bytes than the prefix can express; nothing was written.
   * @throws OutOfRangeError: `structFormat` or `prefixLength` is not valid; nothing was written.
   * @throws InvalidStateError: there is no transport.
   */
  sendString(string: Uint8Array): void {
    const bytes = checkedBuffer(string, 'string');
    const prefix = lengthPrefixOf(this.structFormat, this.prefixLength);
    const maximum = 2 ** (8 * prefix.size) - 1;
    if (bytes.length > maximum) throw new StringTooLongError(bytes.length, maximum);
    assertConnected(this.transport);
    const message = Buffer.allocUnsafe(prefix.size + bytes.length);
    prefix.write(message, bytes.length);
    message.set(bytes, prefix.size);
    heed(this.transport.write(message), this, 'write');
  }
}
