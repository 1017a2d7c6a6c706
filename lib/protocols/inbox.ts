/** Receives bytes for one parser, however it is called back. */
import { UnreadBytes } from './unread-bytes.js';

/** {@link UnreadBytes}, and whether they are being parsed. */
export class Inbox extends UnreadBytes {
  private parsing = false;

  /**
   * Adds `data`, then parses; but not from inside a callback: there, the parser that is under way goes
   * on with it.
   *
   * @param parse - Delivers what it can.
   * @returns what `parse` does; `undefined` from inside a callback.
   * @throws what `parse` throws: what it has not taken waits for the next call.
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
