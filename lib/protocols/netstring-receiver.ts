import { Buffer } from 'node:buffer';

import { checkedBuffer, NOTHING } from '../base/bytes.js';
import { MethodNotImplementedError } from '../base/errors.js';
import type { IPushProducer, ITransport, ProtocolTransport } from '../twisted/core/index.js';
import { heed, isClosing } from './callbacks.js';
import { assertConnected, assertMaxLength } from './checks.js';
import { NetstringParseError } from './errors.js';
import { Receiver } from './receiver.js';
import { UnreadBytes } from './unread-bytes.js';

// In ASCII.
const ZERO = 0x30;
const COLON = 0x3a;
const COMMA = 0x2c;
/** One digit more than the largest length that a JavaScript number can express exactly. */
const MOST_DIGITS = 17;

/**
 * Receives strings that come as netstrings: `5:hello,`. Override `stringReceived`. Bytes that are
 * not a netstring, or a netstring that is too long, close the connection.
 *
 * @example
 * ```ts
 * class Echo extends NetstringReceiver {
 *   override stringReceived(string: Buffer) {
 *     this.sendString(string);
 *   }
 * }
 * ```
 *
 * @see Twisted: `twisted.protocols.basic.NetstringReceiver`
 */
export class NetstringReceiver<
  T extends ITransport & IPushProducer = ProtocolTransport,
> extends Receiver<T> {
  /**
   * The most bytes that a string may have: 99999 unless you set it, on a subclass or an instance.
   */
  declare MAX_LENGTH: number;
  /** Whether the other end has sent bytes that are not a netstring. */
  brokenPeer = false;

  /** The number of bytes of the string that is being received, and 1 for its comma. */
  protected expectedPayloadSize = 0;

  #isLengthKnown = false;
  readonly #unread = new UnreadBytes();

  static {
    this.prototype.MAX_LENGTH = 99999;
  }

  /** The bytes that were received and not parsed yet. */
  protected get remainingData(): Buffer {
    return this.#unread.peekAll();
  }

  protected set remainingData(data: Uint8Array) {
    this.#unread.replace(checkedBuffer(data));
  }

  /** Resets the parser, then connects. */
  override makeConnection(transport: ITransport): void {
    this.#unread.replace(NOTHING);
    this.#isLengthKnown = false;
    this.expectedPayloadSize = 0;
    this.brokenPeer = false;
    super.makeConnection(transport);
  }

  /**
   * Delivers the strings of `data` before this returns, also if a callback calls it.
   *
   * @param data - Kept until it is delivered; don't overwrite it.
   * @throws InvalidArgTypeError: `data` is not bytes; nothing has changed.
   * @throws OutOfRangeError: `MAX_LENGTH` is not a number of at least 0; nothing has changed.
   * @throws the error that `stringReceived` throws.
   */
  override dataReceived(data: Uint8Array): unknown {
    const bytes = checkedBuffer(data);
    assertMaxLength(this.MAX_LENGTH);
    const unread = this.#unread;
    unread.append(bytes);
    while (unread.length > 0 && !this.paused && !this.brokenPeer && !isClosing(this)) {
      const string = this.#takeString();
      if (string === undefined) break;
      heed(this.stringReceived(string), this, 'stringReceived');
    }
    unread.settle();
    return undefined;
  }

  /** The next string, if it has come as a whole. */
  #takeString(): Buffer | undefined {
    try {
      if (!this.#isLengthKnown && !this.consumeLength()) return undefined;
      if (!this.payloadComplete()) return undefined;
      this.#isLengthKnown = false;
      const unread = this.#unread;
      const string = unread.take(this.expectedPayloadSize - 1);
      const { memory, start } = unread.gather(1);
      if (memory[start] !== COMMA) {
        throw new NetstringParseError('The received netstring is not terminated by a comma.');
      }
      unread.skip(1);
      return string;
    } catch (error) {
      if (!(error instanceof NetstringParseError)) throw error;
      this.brokenPeer = true;
      heed(this.transport?.loseConnection(), this, 'loseConnection');
      return undefined;
    }
  }

  /**
   * Takes the length of the next string, and its colon, if they have come.
   *
   * @returns whether they have come.
   * @throws NetstringParseError: there is no length, or the length is more than `MAX_LENGTH`.
   */
  protected consumeLength(): boolean {
    const count = Math.min(this.#unread.length, MOST_DIGITS + 1);
    const { memory, start } = this.#unread.gather(count);
    let length = 0;
    for (let at = start; at < start + count; at += 1) {
      const byte = memory[at] as number;
      if (byte === COLON && at > start) {
        this.#unread.skip(at + 1 - start);
        this.#isLengthKnown = true;
        this.expectedPayloadSize = length + 1;
        return true;
      }
      const digit = byte - ZERO;
      const follows0 = at > start && length === 0;
      if (digit < 0 || digit > 9 || follows0) {
        throw new NetstringParseError(
          'The received netstring does not start with a length specification.',
        );
      }
      length = length * 10 + digit;
      if (length > Math.min(this.MAX_LENGTH, Number.MAX_SAFE_INTEGER)) {
        throw new NetstringParseError(
          `The received netstring is longer than the maximum ${this.MAX_LENGTH} specified by MAX_LENGTH`,
        );
      }
    }
    return false;
  }

  /** Whether the whole string, of the length that was received last, has come. */
  protected payloadComplete(): boolean {
    return !this.#isLengthKnown || this.#unread.length >= this.expectedPayloadSize;
  }

  /**
   * A string came. Override it.
   *
   * @throws MethodNotImplementedError unless overridden.
   */
  stringReceived(_string: Buffer): unknown {
    throw new MethodNotImplementedError(this, 'stringReceived');
  }

  /**
   * Writes a string.
   *
   * @throws InvalidArgTypeError: `string` is not bytes; nothing was written.
   * @throws InvalidStateError: there is no transport.
   */
  sendString(string: Uint8Array): void {
    const bytes = checkedBuffer(string, 'string');
    assertConnected(this.transport);
    const prefix = `${bytes.length}:`;
    const message = Buffer.allocUnsafe(prefix.length + bytes.length + 1);
    message.write(prefix, 'latin1');
    message.set(bytes, prefix.length);
    message[message.length - 1] = COMMA;
    heed(this.transport.write(message), this, 'write');
  }
}
