/** WHATWG streams in and out. */
export {
  fromWebPair,
  fromWebWritable,
  isWebPair,
  isWebWritable,
  type WebPairLike,
  type WebWritableLike,
  type WebWriterLike,
} from './from-web.js';
export type { ReadableForWeb } from './readable-to-web.js';
export { toWeb } from './to-web.js';
export type { WebPair } from './web-support.js';
export type { WritableForWeb } from './writable-to-web.js';
