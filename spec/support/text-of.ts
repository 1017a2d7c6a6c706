import type { Readable } from 'node:stream';

/** All that `readable` has now, as text: `read` gives all of it at once, or since Node 26 a chunk at a time. */
export function textOf(readable: Pick<Readable, 'read'>): string {
  let text = '';
  for (;;) {
    const chunk = readable.read() as Buffer | null;
    if (chunk === null) return text;
    text += String(chunk);
  }
}

/** All that `readable` gives until its end, as text. */
export async function allTextOf(readable: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of readable) text += Buffer.from(chunk).toString();
  return text;
}
