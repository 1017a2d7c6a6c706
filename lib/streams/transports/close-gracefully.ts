/**
 * The end of a clean close. Input that nobody has read, or that comes after the close, makes the
 * operating system reset the connection, and the reset destroys what is still on its way to the
 * other end. So after the write half has ended, input is read and thrown away until the other end
 * hangs up too; not for ever, because it may never do so.
 */
import { type AnyDuplex, isDestroyed } from '../any-stream/index.js';

/** Milliseconds without input after which the other end is taken to be done. */
const QUIET = 1000;
/** Milliseconds after which it has had long enough. */
const LONG_ENOUGH = 5000;

/** Destroys `stream`, which we ended, as soon as that destroys nothing on its way. */
export function closeGracefully(stream: AnyDuplex): void {
  if (isDestroyed(stream)) return;
  let finished = stream.writableFinished ?? true;
  let ended = stream.readableEnded === true;
  let quiet: NodeJS.Timeout | undefined;
  const longEnough = setTimeout(close, LONG_ENOUGH).unref();

  function onData() {
    quiet?.refresh();
  }
  function onEnd() {
    ended = true;
    proceed();
  }
  function onFinish() {
    finished = true;
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
    // The guard on `error` that the adapter left hears whatever this brings.
    if (!isDestroyed(stream)) stream.destroy?.();
  }

  stream.on('data', onData);
  stream.on('end', onEnd);
  stream.on('finish', onFinish);
  stream.on('close', close);
  stream.resume();
  proceed();
}
