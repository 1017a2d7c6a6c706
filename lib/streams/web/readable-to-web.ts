import {
  afterEnd,
  bytesFrom,
  type EmitterLike,
  isGone,
  isReadToTheEnd,
  isSilentlyGone,
  listenForEnd,
  lossOf,
  onInnerError,
  tellLoss,
  wasReset,
  lossOfLastUnit,
  watchLastUnit,
} from '../any-stream/index.js';
import { byBytes, destroyWith } from './web-support.js';

/** The least that a stream of bytes must be able to do for `toWeb` to read it. */
export interface ReadableForWeb extends EmitterLike {
  /** Gives no more data until `resume`. */
  pause(): unknown;
  /** Gives data as it comes. */
  resume(): unknown;
  /** Gives it up; an error is the reason. */
  destroy(error?: Error): unknown;
  /** `null` if it gives bytes. */
  readonly readableEncoding: BufferEncoding | null;
}

/** Properties of its state. If one is absent, it can't tell. */
interface State {
  readonly errored?: unknown;
  readonly readableHighWaterMark?: number;
}

/** `stream` as a `ReadableStream`. */
export function readableToWeb(stream: ReadableForWeb & State): ReadableStream<Uint8Array> {
  return new ReadableStream(new NodeSource(stream), byBytes(stream, stream.readableHighWaterMark));
}

class NodeSource {
  private controller!: ReadableStreamDefaultController<Uint8Array>;
  /** Whether the stream has said that it has ended. */
  private ended = false;
  private over = false;

  constructor(private readonly stream: ReadableForWeb & State) {}

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.controller = controller;
    const { stream } = this;
    const fail = (error: unknown): void => this.fail(error);
    stream.on('error', fail);
    onInnerError(stream, fail);
    if (isReadToTheEnd(stream)) {
      if (wasReset(stream)) this.fail(lossOf(stream));
      else this.end();
    } else if (isGone(stream) || stream.errored) {
      tellLoss(stream, (reason) => this.fail(reason));
    } else {
      stream.on('close', () => {
        if (!this.ended) tellLoss(stream, (reason) => this.fail(reason));
      });
      watchLastUnit(stream);
      listenForEnd(stream, () => {
        this.ended = true;
        afterEnd(stream, (wasReset) => {
          const loss = wasReset ? lossOf(stream) : lossOfLastUnit(stream);
          if (loss === undefined) this.end();
          else this.fail(loss);
        });
      });
      stream.on('data', (chunk: unknown) => this.give(chunk));
      stream.pause(); // The listener made it flow.
    }
  }

  pull(): void {
    const { stream } = this;
    stream.resume();
    if (!this.ended && isSilentlyGone(stream)) this.fail(lossOf(stream));
  }

  cancel(reason: unknown): void {
    this.over = true;
    destroyWith(this.stream, reason);
  }

  private give(chunk: unknown): void {
    if (this.over) return;
    const { controller, stream } = this;
    let bytes: Uint8Array;
    try {
      bytes = bytesFrom(stream, chunk);
    } catch (thrown) {
      this.fail(thrown);
      destroyWith(stream, thrown);
      return;
    }
    // A copy: the reader of a WHATWG stream may transfer what it gives, and this memory may be
    // shared.
    controller.enqueue(new Uint8Array(bytes));
    if ((controller.desiredSize ?? 0) <= 0) stream.pause();
  }

  private end(): void {
    if (this.over) return;
    this.over = true;
    this.controller.close();
  }

  private fail(error: unknown): void {
    if (this.over) return;
    this.over = true;
    this.controller.error(error);
  }
}
