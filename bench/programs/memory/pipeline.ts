/** `stream.pipeline(readable, writable)`. */
import { pipeline } from 'node:stream/promises';

import { moveInMemory, readableOf, writableTo } from '../in-memory.js';

await moveInMemory((supply, meter) => pipeline(readableOf(supply), writableTo(meter)));
