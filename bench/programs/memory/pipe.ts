/** `readable.pipe(writable)`. */
import { once } from 'node:events';

import { moveInMemory, readableOf, writableTo } from '../in-memory.js';

await moveInMemory(async (supply, meter) => {
  await once(readableOf(supply).pipe(writableTo(meter)), 'finish');
});
