/** Receives bytes for one parser, however it is called back. */
import { UnreadBytes } from './unread-bytes.js';

/** {@link UnreadBytes}, and whether they are being parsed. */
export class Inbox extends UnreadBytes {
  private parsing = false;

  /**
   * Adds `data`, then parses. Called from inside a callback, it only adds: the parser that is
   * running goes on with the data.
   *
   * @param parse - Delivers what it can.
   * @returns what `parse` does; `undefined` from inside a callback.
   * @throws what `parse` throws; the bytes that it has not taken wait for the next call.
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
