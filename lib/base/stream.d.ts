/**
 * The types of `#stream`. At run time it is `node:stream` or `readable-stream`. Both have the same
 * classes, but the declarations of `readable-stream` are older.
 */
export { addAbortSignal, Duplex, Readable, Writable } from 'node:stream';
