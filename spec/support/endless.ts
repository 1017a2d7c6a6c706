import { Readable } from 'node:stream';

/** A stream that still has much to give. */
export function endless(): Readable {
  return new Readable({
    read() {
      this.push('a');
    },
  });
}
