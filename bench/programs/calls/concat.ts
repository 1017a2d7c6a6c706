/** The least work of a proxy's cycle with held writes: to join them. A join counts as the calls of a cycle. */
import { Buffer } from 'node:buffer';

import { repeat, sayRate } from '../rate.js';

/** Writes in a cycle of `proxy.ts`. */
const WRITES = 16;
const pieces = Array.from({ length: WRITES / 2 }, () => Buffer.alloc(64));
const length = 64 * pieces.length;

let cycles = 0;
let bytes = 0;
repeat(() => {
  for (let i = 0; i < 1000; i++) {
    bytes += Buffer.concat(pieces, length).length;
    cycles += 1;
  }
});
await sayRate(
  () => cycles * (WRITES + 2),
  () => bytes === cycles * length,
);
