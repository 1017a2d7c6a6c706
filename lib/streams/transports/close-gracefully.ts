/**
 * The end of a clean close. Input that is not read, or that comes after the close, makes the
 * operating system reset the connection (RFC 1122, section 4.2.2.13), and the reset destroys the
 * bytes that are still on their way to the other end. So after the write half has ended, input is
 * read and discarded until the other end hangs up too, or until a time limit, because it may never
 * do so.
 */
import {
  type AnyDuplex,
  isDestroyed,
  isReadToTheEnd,
  lengthOf,
  saysFinish,
  untakenBytes,
} from '../any-stream/index.js';

/**
 * Milliseconds without input, once all of ours has left, after which the other end is taken to be
 * done.
 */
const QUIET = 1000;
/**
 * Milliseconds after which the other end has had long enough: once all of ours has left; before
 * that, milliseconds in which nothing of it has.
 */
const LONG_ENOUGH = 30_000;

/**
 * Destroys `stream`, which we ended, as soon as that destroys nothing on its way.
 *
 * @param isDelivered - Whether all that was written has left it already.
 */
export function closeGracefully(stream: AnyDuplex, isDelivered: boolean): void {
  if (isDestroyed(stream)) return;
  let finished = isDelivered || !saysFinish(stream);
  let ended = isReadToTheEnd(stream);
  if (finished && ended) {
    stream.destroy?.();
    return;
  }
  let waiting = bytesWaiting(stream);
  let quiet: NodeJS.Timeout | undefined;
  const longEnough = setTimeout(onLongEnough, LONG_ENOUGH).unref();

  function onLongEnough() {
    const before = waiting;
    waiting = bytesWaiting(stream);
    if (finished || waiting === before) close();
    else longEnough.refresh();
  }
  function onData() {
    quiet?.refresh();
  }
  function onEnd() {
    ended = true;
    proceed();
  }
  function onFinish() {
    finished = true;
    longEnough.refresh();
    proceed();
  }
  function proceed() {
    if (!finished) return;
    if (ended) close();
    else quiet ??= setTimeout(close, QUIET).unref();
  }
  function close() {
    clearTimeout(longEnough);
    clearTimeout(quiet);
    stream.removeListener('data', onData);
    stream.removeListener('end', onEnd);
    stream.removeListener('finish', onFinish);
    stream.removeListener('close', close);
    // An error that this causes reaches the guard on `error` that the adapter left.
    if (!isDestroyed(stream)) stream.destroy?.();
  }

  stream.on('finish', onFinish);
  stream.on('close', close);
  if (ended) return; // As in most cases: there is nothing to read, and nothing to listen to.
  stream.on('data', onData);
  stream.on('end', onEnd);
  stream.resume();
  proceed();
}

/**
 * The bytes that have not left `stream` yet, as far as can be told. Its own length tells nothing
 * about how far one large write has got; Node's sockets know that by their handle.
 */
function bytesWaiting(stream: AnyDuplex): number {
  return (lengthOf(stream) ?? 0) + (untakenBytes(stream) ?? 0);
}
