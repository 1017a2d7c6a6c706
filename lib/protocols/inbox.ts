/** Receives bytes for one parser, also from inside the parser's callbacks. */
import { UnreadBytes } from './unread-bytes.js';

/** {@link UnreadBytes} that know whether a parser runs. */
export class Inbox extends UnreadBytes {
  private parsing = false;

  /**
   * Adds `data`, then parses. Called from inside a callback, it only adds `data`: the parser that
   * is running goes on with it.
   *
   * @param parse - Delivers all complete lines or strings.
   * @returns the value that `parse` returns; `undefined` from inside a callback.
   * @throws the error that `parse` throws; the bytes that it has not taken wait for the next call.
   */
  receive(data: Buffer, parse: () => unknown): unknown {
    this.append(data);
    if (this.parsing) return undefined;
    this.parsing = true;
    try {
      return parse();
    } finally {
      this.parsing = false;
      this.settle();
    }
  }
}
