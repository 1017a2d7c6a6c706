/** Lines by hand, each a `Buffer` of its own: the least that is done to give bytes, not strings. */
import { count, lines, sayLineRate } from './supply.js';

const CR = 13;
const LF = 10;

let rest: Buffer | undefined;

lines().on('data', (data: Buffer) => {
  const chunk = rest === undefined ? data : Buffer.concat([rest, data]);
  let start = 0;
  for (let at = chunk.indexOf(CR); at >= 0; at = chunk.indexOf(CR, at + 1)) {
    if (chunk[at + 1] !== LF) continue;
    count(chunk.subarray(start, at).length);
    start = at + 2;
  }
  rest = start < chunk.length ? chunk.subarray(start) : undefined;
});
await sayLineRate();
