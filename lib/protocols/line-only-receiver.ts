import { Buffer } from 'node:buffer';

import { checkedBuffer } from '../base/bytes.js';
import { MethodNotImplementedError } from '../base/errors.js';
import type { IPushProducer, ITransport, ProtocolTransport } from '../twisted/core/index.js';
import { heed, isClosing } from './callbacks.js';
import { assertConnected, assertMaxLength } from './checks.js';
import { assertDelimiter } from './delimiter.js';
import { Inbox } from './inbox.js';
import { Receiver } from './receiver.js';

/**
 * Receives lines, and never raw data. It ignores the values that its callbacks return.
 *
 * @example
 * ```ts
 * class Log extends LineOnlyReceiver {
 *   override delimiter = Buffer.from('\n');
 *   override lineReceived(line: Buffer) {
 *     console.log(line.toString());
 *   }
 * }
 * ```
 *
 * @see Twisted: `twisted.protocols.basic.LineOnlyReceiver`
 */
export class LineOnlyReceiver<
  T extends ITransport & IPushProducer = ProtocolTransport,
> extends Receiver<T> {
  /** The delimiter of lines: CR LF unless you set it, on a subclass or an instance, at any time. */
  declare delimiter: Uint8Array;
  /** The most bytes that a line may have, without its delimiter: 16384 unless you set it. */
  declare MAX_LENGTH: number;

  readonly #inbox = new Inbox();
  readonly #parse = (): unknown => this.#deliver();

  static {
    this.prototype.delimiter = Buffer.from('\r\n');
    this.prototype.MAX_LENGTH = 16384;
  }

  /**
   * Delivers the lines of `data`. If a callback calls this, the bytes that came before `data` are
   * delivered first.
   *
   * @param data - Kept until it is delivered; don't overwrite it.
   * @returns the value that `lineLengthExceeded` returned, if it was called.
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
    let answer: unknown;
    // As in Twisted, which tells a protocol that is closing of an unfinished line that is too long,
    // but leaves a chunk at the first line that it drops or finds too long.
    let isRefused = false;
    while (inbox.length > 0 && !this.paused) {
      const { delimiter } = this;
      const length = inbox.indexOf(delimiter);
      if (length < 0) {
        if (inbox.length <= this.MAX_LENGTH || (isRefused && isClosing(this))) return answer;
        return this.#exceeded(inbox.peekAll());
      }
      const line = inbox.takeBefore(length, delimiter.length);
      if (isClosing(this)) {
        isRefused = true;
      } else if (length > this.MAX_LENGTH) {
        isRefused = true;
        answer = this.#exceeded(line);
      } else {
        const returned = this.lineReceived(line);
        if (returned !== undefined) heed(returned, this, 'lineReceived');
      }
    }
    return answer;
  }

  #exceeded(line: Buffer): unknown {
    return heed(this.lineLengthExceeded(line), this, 'lineLengthExceeded');
  }

  /**
   * A line came. Override it.
   *
   * @param _line - Without its delimiter.
   * @throws MethodNotImplementedError unless overridden.
   */
  lineReceived(_line: Buffer): unknown {
    throw new MethodNotImplementedError(this, 'lineReceived');
  }

  /**
   * A line is longer than `MAX_LENGTH`. Closes the connection. If you override it so that the
   * connection stays open, the next line is delivered as usual. Until the end of the line has come,
   * this is called again with each chunk, with the whole line so far: also after `loseConnection`,
   * except for a chunk of which lines were dropped.
   *
   * @returns the value that `dataReceived` returns.
   */
  lineLengthExceeded(_line: Buffer): unknown {
    return this.transport?.loseConnection();
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
    heed(this.transport.writeSequence([bytes, this.delimiter]), this, 'writeSequence');
  }
}
