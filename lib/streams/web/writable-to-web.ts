import {
  type EmitterLike,
  hasDelivered,
  hasFinished,
  isGone,
  tellLoss,
  whenCut,
} from '../any-stream/index.js';
import { byBytes, destroyWith } from './web-support.js';

/** The least that a stream of bytes must be able to do for `toWeb` to write to it. */
export interface WritableForWeb extends EmitterLike {
  /** Takes bytes and calls back when it would take more. */
  write(chunk: Uint8Array, callback?: (error?: Error | null) => void): unknown;
  /** Nothing is written after this. */
  end(): unknown;
  /** Gives it up; an error is the reason. */
  destroy(error?: Error): unknown;
}

/** Properties of its state. If one is absent, it can't tell. */
interface State {
  readonly errored?: unknown;
  readonly writableFinished?: boolean;
  readonly writableHighWaterMark?: number;
  readonly writableLength?: number;
}

/** The declarations for Node 20 lack `signal`. */
type Controller = WritableStreamDefaultController & { readonly signal: AbortSignal };

/** `stream` as a `WritableStream`. */
export function writableToWeb(stream: WritableForWeb & State): WritableStream<Uint8Array> {
  return new WritableStream(new NodeSink(stream), byBytes(stream, stream.writableHighWaterMark));
}

class NodeSink {
  /** Fails the write, or close, that is under way: not every stream calls back when it fails. */
  private failUnderWay: ((error: unknown) => void) | undefined;

  /** Completes the write that is under way to a stream that only says when it has drained. */
  private drained: (() => void) | undefined;
  /** Completes the close that is under way. */
  private finished: (() => void) | undefined;

  constructor(private readonly stream: WritableForWeb & State) {}

  start(controller: WritableStreamDefaultController): void {
    const { stream } = this;
    const { signal } = controller as Controller;
    // Both calls do nothing once the stream has failed or is closed.
    const fail = (error: unknown) => {
      controller.error(error);
      this.failUnderWay?.(error);
    };
    stream.on('error', fail);
    stream.on('drain', () => this.drained?.());
    stream.on('close', () => {
      // It may come before `finish`, and a stream that has ended by itself takes nothing more.
      const isDone = hasFinished(stream) || hasDelivered(stream);
      if (this.finished !== undefined && isDone) this.finished();
      else tellLoss(stream, fail);
    });
    whenCut(stream, () => tellLoss(stream, fail));
    if (isGone(stream) || stream.errored) tellLoss(stream, fail);
    // Not `abort`, which is only called when the write that is under way is done.
    else signal.addEventListener('abort', () => destroyWith(stream, signal.reason));
  }

  write(chunk: Uint8Array): Promise<void> {
    const { stream } = this;
    return this.underWay((done, failed) => {
      if (stream.writableLength !== undefined) {
        stream.write(chunk, (error) => (error ? failed(error) : done()));
      } else {
        // Streams of other libraries may call nothing back, but they all say when they have enough.
        this.drained = done;
        if (stream.write(chunk) !== false) done();
      }
    });
  }

  close(): Promise<void> {
    const { stream } = this;
    return this.underWay((done) => {
      this.finished = done;
      stream.on('finish', this.finished);
      if (hasFinished(stream)) done();
      else stream.end();
    });
  }

  private underWay(
    begin: (done: () => void, failed: (error: unknown) => void) => void,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      this.failUnderWay = reject;
      try {
        begin(resolve, reject);
      } catch (thrown) {
        destroyWith(this.stream, thrown); // No other code has it.
        throw thrown;
      }
    });
  }
}
