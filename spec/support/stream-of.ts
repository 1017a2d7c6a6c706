import { Readable } from 'node:stream';

/** A stream that gives each of `chunks` at once. */
export function streamOf(...chunks: (string | Buffer)[]): Readable {
  return Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
}
