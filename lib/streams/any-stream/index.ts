/** The abilities of a stream of any library, its state and its end. */
export {
  type AnyDuplex,
  type AnyWritable,
  assertDuplex,
  assertWritable,
  type DuplexLike,
  type EmitterLike,
  isBeingDestroyed,
  isDestroyed,
  isGone,
  isSocket,
  isUnreadSocket,
  sendsTogether,
  setHalfOpen,
  type WritableLike,
  type WriteCallback,
} from './capabilities.js';
export {
  bytesBelow,
  highWaterMarkOf,
  isFront,
  isYetToDrain,
  lengthOf,
  missesDrain,
  needsDrain,
  untakenBytes,
} from './buffered.js';
export { endingOf, type Event, mayBringError, type ReadHalf, type WriteHalf } from './ending.js';
export { keepsNothing } from './kept-chunks.js';
export { bytesFrom, lossByLateEncoding, lossOfLastUnit, watchLastUnit } from './encodings.js';
export { lossOf, PrematureCloseError, tellLoss } from './errors.js';
export { assertHighWaterMark, UNTOLD_HIGH_WATER_MARK } from './high-water-mark.js';
export { givesAsIs, takesObjects } from './object-mode.js';
export {
  type AnyReadable,
  isEmitter,
  isIterable,
  isNodeReadable,
  isWebReadable,
  type NodeReadableLike,
  type ReadableLike,
  type WebReadableLike,
  type WebReadResult,
} from './readable-capabilities.js';
export { destroyStream, endAndDestroyStream, resetStream } from './release-stream.js';
export {
  afterEnd,
  discardUpload,
  isEndOfDestroyed,
  isResettable,
  isYetToEnd,
  listenForEnd,
  onInnerError,
  wasReset,
  whenCut,
} from './reset.js';
export { assertUnread, claimReading, releaseReading } from './claims.js';
export {
  hasFinished,
  hasDelivered,
  isHandshaking,
  isTLS,
  isReadToTheEnd,
  isSilentlyGone,
  isWriteEnded,
  mayYetTellWhy,
  refusesWrites,
  saysEnd,
  saysFinish,
  takesWrites,
} from './stream-state.js';
export {
  addInputListener,
  addStreamListener,
  assertUnwritten,
  type Input,
  removeInputListener,
  removeStreamListener,
  type StreamListener,
} from './stream-listeners.js';
