/** One shape for everything that bytes can be read from. */

/** Hears of what a source gives. It never throws. */
export interface SourceListener {
  /** Some bytes, perhaps none. May come although the source was told to hold. */
  onChunk(chunk: Buffer): void;
  /** That was all. Nothing follows. */
  onEnd(): void;
  /** The source failed. Nothing follows. */
  onError(reason: unknown): void;
}

/** Gives chunks to one listener at a time, from `open` until the end, an error or `close`. */
export interface ReadableSource {
  /** Whether `hold` costs as much as a chunk does, so that it is worth to wait whether it must be. */
  readonly holdsDearly: boolean;

  /** @throws InvalidStateError: another adapter reads what this would read. Absent where none can. */
  assertUnread?(): void;
  /** Takes a listener, which hears at once of a source that is over already. */
  open(listener: SourceListener): void;
  /** Gives chunks from now on. */
  flow(): void;
  /** Gives no more chunks, until `flow`. */
  hold(): void;
  /** Forgets the listener. */
  close(): void;
  /** Lets go of whatever is being read, unless it is over anyway. */
  destroy(reason?: Error): void;
}
