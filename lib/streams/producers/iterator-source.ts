import { assertNotNull } from '../../base/arguments.js';
import { log } from '../../base/log.js';
import { checkedBuffer } from '../../base/bytes.js';
import { PrematureCloseError, type WebReadableLike } from '../any-stream/index.js';
import type { ReadableSource, SourceListener } from './readable-source.js';

/** An object that gives one value each time that it is asked. */
interface Cursor {
  next(): Promise<IteratorResult<unknown, unknown>>;
  return?(reason?: unknown): Promise<unknown>;
}

/** Reads objects that are asked for each chunk: iterators, and the readers of WHATWG streams. */
export class IteratorSource implements ReadableSource {
  readonly isPausingCostly = false;

  private listener: SourceListener | null = null;
  private cursor: Cursor | null = null;
  private flowing = false;
  private asking = false;
  private asIs = false;
  private state: 'usable' | 'ended' | 'broken' = 'usable';

  /** @param begin - Called once, when the first chunk is due. */
  constructor(private readonly begin: () => Cursor) {}

  /**
   * An iterator can't tell the kind of its values: they must be bytes, unless the consumer takes
   * any value.
   */
  prepare(toObjects: boolean): void {
    this.asIs = toObjects;
  }

  open(listener: SourceListener): void {
    this.listener = listener;
    if (this.state === 'ended') this.end();
    else if (this.state === 'broken') this.fail(new PrematureCloseError());
  }

  resume(): void {
    this.flowing = true;
    if (!this.asking) void this.ask();
  }

  pause(): void {
    this.flowing = false;
  }

  close(): void {
    this.listener = null;
  }

  destroy(reason?: Error): void {
    if (this.state !== 'usable') return;
    this.state = 'broken';
    void this.abandon(reason);
  }

  private async abandon(reason?: Error): Promise<void> {
    try {
      await (this.cursor ?? this.begin()).return?.(reason);
    } catch (thrown) {
      log.err(thrown, 'An iterator failed when it was stopped');
    }
  }

  /** Asks for one chunk after the other, as long as they are wanted. Never rejects. */
  private async ask(): Promise<void> {
    this.asking = true;
    while (this.flowing && this.listener !== null) {
      try {
        this.cursor ??= this.begin();
        const { done, value } = await this.cursor.next();
        if (this.listener === null) break; // Stopped meanwhile, which may make it look ended.
        if (done) this.end();
        else this.give(value);
      } catch (reason) {
        this.fail(reason);
      }
    }
    this.asking = false;
  }

  private give(value: unknown): void {
    let chunk = value;
    try {
      if (this.asIs) assertNotNull(value, 'chunk');
      else chunk = checkedBuffer(value, 'chunk');
    } catch (error) {
      this.listener?.onError(error); // The iterator itself is sound, and will be destroyed.
      return;
    }
    this.listener?.onChunk(chunk);
  }

  private end(): void {
    const { listener } = this;
    this.listener = null; // It may wait before it closes this.
    this.state = 'ended';
    listener?.onEnd();
  }

  private fail(reason: unknown): void {
    this.state = 'broken';
    this.listener?.onError(reason); // Closes this.
  }
}

/** Reads `iterable`, awaiting its values. */
export function cursorOfIterable(iterable: AsyncIterable<unknown> | Iterable<unknown>): Cursor {
  if (Symbol.asyncIterator in iterable) {
    return iterable[Symbol.asyncIterator]();
  }
  // A generator, because its `yield*` awaits the iterable's values, and passes `return` on.
  // eslint-disable-next-line @typescript-eslint/require-await
  return (async function* () {
    yield* iterable;
  })();
}

/** Reads `stream`, locking it until its end. */
export function cursorOfWebReadable(stream: WebReadableLike): Cursor {
  const reader = stream.getReader();
  let ended = false;
  return {
    next: async () => {
      const result = await reader.read();
      if (!result.done) return result;
      ended = true;
      reader.releaseLock();
      return { done: true, value: undefined };
    },
    return: async (reason) => {
      if (ended) return; // Before the answer that says so has reached the caller.
      const cancelled = reader.cancel(reason);
      reader.releaseLock();
      await cancelled;
    },
  };
}
