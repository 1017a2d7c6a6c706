import { Buffer } from 'node:buffer';

import { log } from '../../base/log.js';
import {
  afterEnd,
  type AnyReadable,
  assertUnread,
  bytesFrom,
  claimReading,
  destroyStream,
  discardUpload,
  type EmitterLike,
  givesAsIs,
  isEmitter,
  isGone,
  isReadToTheEnd,
  isResettable,
  isSilentlyGone,
  isYetToEnd,
  listenForEnd,
  PrematureCloseError,
  tellLoss,
  onInnerError,
  releaseReading,
  lossByLateEncoding,
  lossOfLastUnit,
  wasReset,
  watchLastUnit,
} from '../any-stream/index.js';
import type { ReadableSource, SourceListener } from './readable-source.js';

/**
 * Reads any Node stream by `data`, `pause` and `resume`, which the oldest have too. (`readable` and
 * `read` would join what is buffered, and would conflict with other `data` listeners.)
 */
export class EmitterSource implements ReadableSource {
  readonly isPausingCostly = true;

  private listener: SourceListener | null = null;
  /**
   * Whether the stream was told to flow. `null` while it has been told nothing: a listener for
   * `data` makes some streams flow, and others not.
   */
  private flowing: boolean | null = null;
  private guarded = false;
  private ended = false;
  private destroyed = false;
  private asIs = false;
  /** Why the stream's end is not the end of its data: bytes are missing. */
  private loss: Error | undefined;
  // Declared only: other streams than messages of HTTP have none.
  declare private socket?: EmitterLike;

  constructor(private readonly stream: AnyReadable) {}

  assertUnread(): void {
    assertUnread(this.stream);
  }

  prepare(toObjects: boolean): void {
    this.asIs = givesAsIs(this.stream, toObjects);
  }

  open(listener: SourceListener): void {
    const { stream } = this;
    this.guard();
    // An `end` that it emits because we have destroyed it is not the end of its data.
    if (!this.ended && !this.destroyed && isReadToTheEnd(stream)) {
      this.ended = true;
      if (wasReset(stream)) this.loss = new PrematureCloseError();
    }
    if (this.ended) {
      this.tellEnd(listener);
    } else if (this.destroyed || stream.errored || isGone(stream)) {
      this.listener = listener; // Hears the `error` that may yet come.
      this.closedEarly();
    } else {
      claimReading(stream, this);
      this.listener = listener;
      const loss = this.asIs ? undefined : lossByLateEncoding(stream);
      if (loss !== undefined) {
        listener.onError(loss);
        return;
      }
      watchLastUnit(stream);
      listenForEnd(stream, this.onEnd);
      stream.on('close', this.onClose);
      // Last of its listeners: minipass gives data from inside this call, and may be closed by that.
      stream.on('data', this.onData);
      this.watchSocket();
    }
  }

  resume(): void {
    if (this.flowing === true) return;
    this.flowing = true;
    this.stream.resume?.();
    if (isSilentlyGone(this.stream)) this.onClose();
  }

  pause(): void {
    if (this.flowing === false) return;
    this.flowing = false;
    this.stream.pause?.();
  }

  close(): void {
    if (this.listener === null) return;
    this.listener = null;
    const { stream } = this;
    releaseReading(stream, this);
    if (!this.ended) this.pause(); // Without a listener it would flow on, into nothing.
    stream.removeListener('data', this.onData);
    stream.removeListener('end', this.onEnd);
    stream.removeListener('close', this.onClose);
    this.socket?.removeListener('close', this.onSocketClose);
  }

  destroy(reason?: Error): void {
    const { stream } = this;
    // A stream that has ended may still have another half.
    if (this.destroyed || this.ended || isReadToTheEnd(stream)) return;
    this.destroyed = true;
    this.guard();
    destroyStream(stream, reason, stream.destroy ? undefined : () => stream.close?.());
    discardUpload(stream);
  }

  /** Stays for the life of the stream: an `error` without a listener ends the process. */
  private guard(): void {
    if (this.guarded) return;
    this.guarded = true;
    this.stream.on('error', this.onError);
    onInnerError(this.stream, (reason) => this.listener?.onError(reason));
    // A client's request emits the errors of its response too.
    const { req } = this.stream;
    if (isEmitter(req)) req.on('error', ignore);
  }

  private readonly onData = (data: unknown): void => {
    if (this.asIs || Buffer.isBuffer(data)) this.listener?.onChunk(data);
    else this.passConverted(data);
  };

  /** Apart from `onData`, because most chunks are Buffers, and V8 compiles only so much in one. */
  private passConverted(data: unknown): void {
    let chunk: Buffer;
    try {
      chunk = bytesFrom(this.stream, data);
    } catch (error) {
      this.listener?.onError(error);
      return;
    }
    this.listener?.onChunk(chunk);
  }

  private readonly onEnd = (): void => {
    this.ended = true;
    afterEnd(this.stream, (wasCut) => {
      if (wasCut) this.loss = new PrematureCloseError();
      else if (!this.asIs) this.loss = lossOfLastUnit(this.stream);
      if (this.listener !== null) this.tellEnd(this.listener);
    });
  };

  private tellEnd(listener: SourceListener): void {
    if (this.loss !== undefined) listener.onError(this.loss);
    else listener.onEnd();
  }

  private readonly onClose = (): void => {
    if (!this.ended && !isYetToEnd(this.stream)) this.closedEarly();
  };

  private closedEarly(): void {
    tellLoss(this.stream, (reason) => this.listener?.onError(reason));
  }

  /**
   * A server's request over HTTP/1 that was answered is not told of the loss of its connection, and
   * would neither end nor close.
   */
  private watchSocket(): void {
    const { stream } = this;
    const { complete, socket } = stream;
    if (complete === undefined || isResettable(stream) || !isEmitter(socket)) return;
    this.socket = socket;
    socket.on('close', this.onSocketClose);
    if (isGone(socket)) this.onSocketClose();
  }

  /** Comes after Node's own listener, which tells a message that it knows of why it is lost. */
  private readonly onSocketClose = (): void => {
    if (!this.stream.complete) this.closedEarly(); // One that is complete gives the rest of it.
  };

  private readonly onError = (reason: unknown): void => {
    const { listener, stream } = this;
    if (listener !== null) listener.onError(reason);
    else if (!this.destroyed && stream.listenerCount?.('error') === 1) {
      log.err(reason, 'A stream failed that is read no more');
    }
  };
}

/** The error reaches the code that waits for the transfer, by the stream itself. */
function ignore(): void {}
