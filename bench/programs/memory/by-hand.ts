/** `pipe` by hand, with what `pipe` does not check: chunks are bytes, the stream is open, timers are not late. */
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';

import { moveInMemory, readableOf, writableTo } from '../in-memory.js';

/** Milliseconds that a turn of the event loop lasts, and chunks between two looks at the clock. */
const TURN = 1;
const BETWEEN_LOOKS = 64;

await moveInMemory(async (supply, meter) => {
  const readable = readableOf(supply);
  const writable = writableTo(meter);
  let began = performance.now();
  let left = BETWEEN_LOOKS;
  const goOn = () => {
    began = performance.now();
    readable.resume();
  };
  readable.on('data', (chunk: unknown) => {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('The chunk is not bytes');
    if (writable.destroyed || writable.writableEnded) throw new Error('The stream is closed');
    const taken = writable.write(chunk);
    if (!taken || writable.writableLength >= writable.writableHighWaterMark) {
      readable.pause();
      writable.once('drain', goOn);
    } else if (--left === 0) {
      left = BETWEEN_LOOKS;
      if (performance.now() - began < TURN) return;
      readable.pause();
      setImmediate(goOn);
    }
  });
  readable.on('end', () => writable.end());
  await once(writable, 'finish');
});
