/** The line to Python: messages, each one line of JSON. Reading blocks. */
import { readSync, writeSync } from 'node:fs';

export type Message = Record<string, unknown>;

/** The descriptors to read from and to write to: not the standard ones, for tsx has its way with them. */
const [input, output] = process.argv.slice(2).map(Number) as [number, number];
let unread = '';
const chunk = Buffer.alloc(1 << 16);
const utf8 = new TextDecoder();

/** The next message; ends the process when Python has gone. */
export function readMessage(): Message {
  for (;;) {
    const end = unread.indexOf('\n');
    if (end >= 0) {
      const line = unread.slice(0, end);
      unread = unread.slice(end + 1);
      return JSON.parse(line) as Message;
    }
    const count = readSync(input, chunk);
    // Nobody is there to answer, and the code that waits for the message cannot go on without it.
    if (count === 0) process.exit(0);
    unread += utf8.decode(chunk.subarray(0, count), { stream: true });
  }
}

/** Sends `message`, all of it. */
export function send(message: Message): void {
  const line = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let sent = 0; sent < line.length;) sent += writeSync(output, line, sent);
}
