/** WHATWG streams in and out. */
export {
  fromWebPair,
  fromWebWritable,
  isWebPair,
  isWebWritable,
  type WebPairLike,
  type WebWritableLike,
} from './from-web.js';
export { toWeb } from './to-web.js';
export type { WebPair } from './web-support.js';
