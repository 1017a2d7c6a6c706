import { Buffer } from 'node:buffer';

import { checkedBuffer, NOTHING } from '../base/bytes.js';
import { MethodNotImplementedError } from '../base/errors.js';
import type { IPushProducer, ITransport, ProtocolTransport } from '../twisted/core/index.js';
import { heed, isClosing, isReason } from './callbacks.js';
import { assertConnected, assertMaxLength } from './checks.js';
import { assertDelimiter } from './delimiter.js';
import { Inbox } from './inbox.js';
import { Receiver } from './receiver.js';

/**
 * Receives lines, and raw data in between. Override `lineReceived`, and `rawDataReceived` if there
 * is raw data.
 *
 * @example
 * ```ts
 * import { Factory, listen } from 'twisted-streams';
 * import { LineReceiver } from 'twisted-streams/protocols';
 *
 * class Echo extends LineReceiver {
 *   override lineReceived(line: Buffer) {
 *     if (line.equals(Buffer.from('quit'))) this.transport.loseConnection();
 *     else this.sendLine(line);
 *   }
 * }
 * await listen(Factory.forProtocol(Echo), { port: 7000 });
 * ```
 *
 * @see Twisted: `twisted.protocols.basic.LineReceiver`
 */
export class LineReceiver<
  T extends ITransport & IPushProducer = ProtocolTransport,
> extends Receiver<T> {
  /** The delimiter of lines: CR LF unless you set it, on a subclass or an instance, at any time. */
  declare delimiter: Uint8Array;
  /** The most bytes that a line may have, without its delimiter: 16384 unless you set it. */
  declare MAX_LENGTH: number;
  /** Whether lines are delivered: `true`; or raw data: `false`. */
  lineMode = true;

  readonly #inbox = new Inbox();
  readonly #parse = (): unknown => this.#deliver();

  static {
    this.prototype.delimiter = Buffer.from('\r\n');
    this.prototype.MAX_LENGTH = 16384;
  }

  /**
   * Delivers the lines of `data`, or all of it as raw data. If a callback calls this, the bytes
   * that came before `data` are delivered first.
   *
   * @param data - Kept until it is delivered; don't overwrite it.
   * @returns the value of the last callback, if that ended this call: `lineLengthExceeded`, a
   *   callback that called `loseConnection`, or a callback that returned an error. The rest of the
   *   chunk is buffered until the next call.
   * @throws InvalidArgTypeError: `data` or `delimiter` is not bytes; nothing has changed.
   * @throws OutOfRangeError: `delimiter` is empty, or `MAX_LENGTH` is not a number of at least 0;
   *   nothing has changed.
   * @throws the error that a callback throws.
   */
  override dataReceived(data: Uint8Array): unknown {
    const bytes = checkedBuffer(data);
    assertDelimiter(this.delimiter);
    assertMaxLength(this.MAX_LENGTH);
    return this.#inbox.receive(bytes, this.#parse);
  }

  #deliver(): unknown {
    const inbox = this.#inbox;
    while (inbox.length > 0 && !this.paused && !isClosing(this)) {
      let returned: unknown;
      if (this.lineMode) {
        const { delimiter } = this;
        const length = inbox.indexOf(delimiter);
        if (length > this.MAX_LENGTH) return this.#exceeded();
        if (length < 0) {
          const isTooLong = inbox.length >= this.MAX_LENGTH + delimiter.length;
          return isTooLong ? this.#exceeded() : undefined;
        }
        const line = inbox.takeBefore(length, delimiter.length);
        returned = this.lineReceived(line);
        if (returned !== undefined) returned = heed(returned, this, 'lineReceived');
      } else {
        returned = this.rawDataReceived(inbox.takeAll());
        if (returned !== undefined) returned = heed(returned, this, 'rawDataReceived');
      }
      if (returned !== undefined && (isReason(returned) || isClosing(this))) return returned;
    }
    return undefined;
  }

  #exceeded(): unknown {
    return heed(this.lineLengthExceeded(this.#inbox.takeAll()), this, 'lineLengthExceeded');
  }

  /**
   * A line came. Override it.
   *
   * @param _line - Without its delimiter.
   * @returns nothing, usually; an error ends the delivery of this chunk.
   * @throws MethodNotImplementedError unless overridden.
   */
  lineReceived(_line: Buffer): unknown {
    throw new MethodNotImplementedError(this, 'lineReceived');
  }

  /**
   * Raw data came, in pieces of any size. Override it if you call `setRawMode`.
   *
   * @returns nothing, usually; an error ends the delivery of this chunk.
   * @throws MethodNotImplementedError unless overridden.
   */
  rawDataReceived(_data: Buffer): unknown {
    throw new MethodNotImplementedError(this, 'rawDataReceived');
  }

  /**
   * A line is longer than `MAX_LENGTH`. Closes the connection, unless you override it.
   *
   * @param _line - All bytes that have come, beginning with that line. The end of the line may
   *   still be missing, or more lines may follow.
   * @returns the value that `dataReceived` returns.
   */
  lineLengthExceeded(_line: Buffer): unknown {
    return this.transport?.loseConnection();
  }

  /** From now on, delivers the buffered bytes and all later ones as raw data. */
  setRawMode(): void {
    this.lineMode = false;
  }

  /**
   * From now on, delivers lines.
   *
   * @param extra - The rest of the raw data, which is delivered as lines, after the buffered bytes.
   *   If you call this from inside `rawDataReceived`, the delivery begins when that has returned.
   * @returns the value that `dataReceived` returns for `extra`.
   * @throws InvalidArgTypeError: `extra` is not bytes; nothing has changed.
   * @throws the errors that `dataReceived` throws.
   */
  setLineMode(extra: Uint8Array = NOTHING): unknown {
    const bytes = checkedBuffer(extra, 'extra');
    this.lineMode = true;
    return bytes.length > 0 ? this.dataReceived(bytes) : undefined;
  }

  /** Removes and returns the bytes that this receiver has not delivered. */
  clearLineBuffer(): Buffer {
    return this.#inbox.takeAll();
  }

  /**
   * Writes a line.
   *
   * @param line - Without its delimiter.
   * @throws InvalidArgTypeError: `line` or `delimiter` is not bytes; nothing was written.
   * @throws OutOfRangeError: `delimiter` is empty; nothing was written.
   * @throws InvalidStateError: there is no transport.
   */
  sendLine(line: Uint8Array): void {
    const bytes = checkedBuffer(line, 'line');
    assertDelimiter(this.delimiter);
    assertConnected(this.transport);
    const { delimiter } = this;
    const ended = Buffer.allocUnsafe(bytes.length + delimiter.length);
    ended.set(bytes);
    ended.set(delimiter, bytes.length);
    heed(this.transport.write(ended), this, 'write');
  }
}
