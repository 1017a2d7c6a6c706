/** What a stream can do, how it stands and how it ended, whichever library it is of. */
export {
  type AnyDuplex,
  type AnyWritable,
  assertDuplex,
  assertWritable,
  closedAfterDelivery,
  type DuplexLike,
  type EmitterLike,
  isBeingDestroyed,
  isBusy,
  isDestroyed,
  isSocket,
  isUnreadSocket,
  sendsTogether,
  type WritableLike,
} from './capabilities.js';
export { PrematureCloseError } from './errors.js';
export { assertHighWaterMark } from './high-water-mark.js';
export { givesObjects, highWaterMarkOf, lengthOf, takesObjects } from './object-mode.js';
export {
  afterEnd,
  type AnyReadable,
  isGone,
  isIterable,
  isNodeReadable,
  isReadToTheEnd,
  isWebReadable,
  type NodeReadableLike,
  type ReadableLike,
  type WebReadableLike,
} from './readable-capabilities.js';
export { destroyStream, resetStream } from './release-stream.js';
export {
  addInputListener,
  addStreamListener,
  type Input,
  removeInputListener,
  removeStreamListener,
  type StreamListener,
} from './stream-listeners.js';
