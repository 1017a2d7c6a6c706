/** The readable half of a stream, as the part of a reactor that calls `doRead`. */
import { Buffer } from 'node:buffer';

import { cleanClose } from '../../twisted/core/index.js';
import { assertBytes, asBuffer } from '../../base/bytes.js';
import { nextTick } from '../../base/timers.js';
import {
  addInputListener,
  type AnyDuplex,
  type Input,
  removeInputListener,
} from '../any-stream/index.js';
import type { Descriptor, StreamReactor } from './stream-reactor.js';

export class StreamInput implements Input {
  /** Whether the descriptor wants to read; it does until it says otherwise. */
  private flowing = true;
  /** Whether the stream was told to pause. */
  private paused = false;
  /** Whether `doRead` is being called. */
  private delivering = false;
  private discarding = false;
  /** Whether it is listened to: the stream is left alone otherwise. */
  private listening = false;
  private over = false;
  /** What came although the stream was paused: not every stream stops at once. */
  private early: unknown[] | undefined;
  private earlyEnd = false;
  /** Whether the stream has closed before all that it gave was taken. */
  declare private closeWaits?: boolean;
  /** What `doRead` is to take. */
  private current: unknown;

  constructor(private readonly reactor: StreamReactor) {}

  private get stream(): AnyDuplex {
    return this.reactor.stream as AnyDuplex;
  }

  /** Begins to listen, and to read unless it was stopped before this. */
  open(): void {
    this.listening = true;
    addInputListener(this.reactor);
    if (this.flowing || this.discarding) this.resumeStream();
    else this.pauseStream(); // A listener alone makes some streams flow.
  }

  /** Leaves what comes now to what the stream is wrapped in; `open` goes on with that. */
  suspend(): void {
    this.pauseStream();
    this.listening = false;
    removeInputListener(this.reactor);
    for (const chunk of this.early?.reverse() ?? []) this.stream.unshift?.(chunk);
    this.early = undefined;
  }

  /** Listens no more. */
  close(): void {
    this.discarding = true;
    this.listening = false;
    this.early = undefined;
    removeInputListener(this.reactor);
  }

  start(): void {
    if (this.flowing || this.discarding) return;
    this.flowing = true;
    if (this.early !== undefined || this.earlyEnd) nextTick(deliverEarly, this);
    else if (this.paused) this.resumeStream();
  }

  /**
   * From inside `doRead`, the stream is paused only when it gives more: a consumer that is full with
   * every chunk stops and starts us at each, and a stream's own pause costs more than the chunk.
   */
  stop(): void {
    if (this.discarding) return;
    this.flowing = false;
    if (!this.delivering) this.pauseStream();
  }

  private pauseStream(): void {
    if (!this.listening) return;
    this.paused = true;
    this.stream.pause();
  }

  private resumeStream(): void {
    if (!this.listening) return;
    this.paused = false;
    this.stream.resume();
  }

  /** From now on throws away what comes: left unread, it would turn a close into a reset. */
  discard(): void {
    this.discarding = true;
    this.early = undefined;
    this.resumeStream();
    this.closeNow();
  }

  /**
   * Takes the bytes that `doRead` was called for.
   *
   * @throws InvalidArgTypeError: the stream gave something else.
   */
  take(): Buffer {
    const chunk = this.current;
    this.current = undefined;
    if (typeof chunk === 'string') {
      // `setEncoding` can't be undone, but what it did can, but for bytes that were no text.
      return Buffer.from(chunk, this.stream.readableEncoding ?? 'utf8');
    }
    assertBytes(chunk, 'chunk');
    return asBuffer(chunk);
  }

  received(chunk: unknown): void {
    if (this.discarding) return;
    if (this.flowing && this.early === undefined) {
      this.deliver(chunk);
    } else {
      (this.early ??= []).push(chunk);
      if (!this.flowing && !this.paused) this.pauseStream();
    }
  }

  get isOpen(): boolean {
    return !this.over && !this.discarding;
  }

  delayClose(): boolean {
    if (!this.earlyEnd || this.discarding) return false;
    if (this.early === undefined) {
      this.earlyEnd = false; // There is nothing to wait for but this, which the close says too.
      this.deliverEnd();
      return false;
    }
    this.closeWaits = true;
    return true;
  }

  private closeNow(): void {
    if (this.closeWaits !== true) return;
    this.closeWaits = false;
    this.reactor.closed();
  }

  ended(): void {
    this.over = true;
    if (this.discarding) return;
    // Who is paused doesn't hear of it, as in Twisted, which finds it out by reading.
    if (this.flowing && this.early === undefined) this.deliverEnd();
    else this.earlyEnd = true;
  }

  private deliver(chunk: unknown): void {
    this.current = chunk;
    this.delivering = true;
    this.reactor.call(doRead); // Never throws.
    this.delivering = false;
  }

  private deliverEnd(): void {
    this.reactor.call(readConnectionLost);
  }

  /** Delivers what was held, as long as the descriptor wants it; then the stream goes on. */
  deliverEarly(): void {
    while (this.flowing && this.early !== undefined) {
      const chunk = this.early.shift();
      if (this.early.length === 0) this.early = undefined;
      this.deliver(chunk);
    }
    if (!this.flowing || this.discarding) return;
    if (this.earlyEnd) {
      this.earlyEnd = false;
      this.deliverEnd();
      this.closeNow();
    } else {
      this.resumeStream();
    }
  }
}

function deliverEarly(input: StreamInput): void {
  input.deliverEarly();
}

function doRead(descriptor: Descriptor): Error | undefined {
  return descriptor.doRead();
}

function readConnectionLost(descriptor: Descriptor): undefined {
  descriptor.readConnectionLost(cleanClose());
}
