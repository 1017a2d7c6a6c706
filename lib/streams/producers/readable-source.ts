/** One shape for everything that can be read from. */

/** Receives the chunks of a source. It never throws. */
export interface SourceListener {
  /**
   * Some bytes, perhaps none, as a `Buffer`; or a value of any kind but `null`, from a source of
   * objects. May come although the source was told to pause.
   */
  onChunk(chunk: unknown): void;
  /** That was all. Nothing follows. */
  onEnd(): void;
  /** The source failed. Nothing follows. */
  onError(reason: unknown): void;
}

/** Gives chunks to one listener at a time, from `open` until the end, an error or `close`. */
export interface ReadableSource {
  /**
   * Whether pausing the stream costs as much as a chunk, so that it pays to call `pause` only when
   * a chunk comes that is not wanted.
   */
  readonly isPausingCostly: boolean;

  /** @throws InvalidStateError: another adapter reads what this would read. Absent if none can. */
  assertUnread?(): void;
  /**
   * Called before `open`.
   *
   * @param toObjects - Whether values of any kind are known to be welcome.
   */
  prepare(toObjects: boolean): void;
  /**
   * Takes a listener. If the source is over already, the listener is told at once.
   *
   * @throws InvalidStateError: another adapter reads it by now; nothing has changed.
   */
  open(listener: SourceListener): void;
  /** Gives chunks from now on. */
  resume(): void;
  /** Stops giving chunks until `resume`. */
  pause(): void;
  /** Forgets the listener. */
  close(): void;
  /** Lets go of whatever is being read, unless it is over anyway. */
  destroy(reason?: Error): void;
}
