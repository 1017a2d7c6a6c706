/**
 * The types of `#stream`, whichever module it is when the program runs: the classes of
 * `node:stream` and of `readable-stream` have the same declarations, but the latter's lag behind.
 */
export { addAbortSignal, Duplex, Readable, Writable } from 'node:stream';
