/** The readable half of a stream, as the part of a reactor that calls `doRead`. */
import { ConnectionDone } from '../twisted/errors.js';
import { assertBytes, asBuffer } from '../twisted/validate.js';
import type { AnyDuplex } from './capabilities.js';
import type { Input, StreamReactor } from './stream-reactor.js';

const INPUT = Symbol('twisted-streams.input');

type Read = AnyDuplex & { [INPUT]?: StreamInput | undefined };

export class StreamInput implements Input {
  /** Whether the descriptor wants to read; it does until it says otherwise. */
  private flowing = true;
  private discarding = false;
  /** What came although the stream was paused: not every stream stops at once. */
  private early: unknown[] = [];
  private earlyEnd = false;
  /** What `doRead` is to take. */
  private current: unknown;

  constructor(
    readonly stream: AnyDuplex,
    private readonly reactor: StreamReactor,
  ) {}

  /** Begins to listen, and to read unless it was stopped before this. */
  open(): void {
    const stream: Read = this.stream;
    stream[INPUT] = this;
    stream.on('data', onData);
    stream.on('end', onEnd);
    if (this.flowing || this.discarding) stream.resume();
  }

  start(): void {
    if (this.flowing || this.discarding) return;
    this.flowing = true;
    if (this.early.length > 0 || this.earlyEnd) process.nextTick(deliverEarly, this);
    else this.stream.resume();
  }

  stop(): void {
    if (this.discarding) return;
    this.flowing = false;
    this.stream.pause();
  }

  /** From now on throws away what comes: left unread, it would turn a close into a reset. */
  discard(): void {
    this.discarding = true;
    this.early = [];
    this.stream.resume();
  }

  detach(): void {
    this.discarding = true;
    this.early = [];
    (this.stream as Read)[INPUT] = undefined;
    this.stream.removeListener('data', onData);
    this.stream.removeListener('end', onEnd);
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
    if (!this.flowing || this.early.length > 0) this.early.push(chunk);
    else this.deliver(chunk);
  }

  ended(): void {
    if (this.discarding) return;
    if (this.early.length > 0) this.earlyEnd = true;
    else this.deliverEnd();
  }

  private deliver(chunk: unknown): void {
    this.current = chunk;
    this.reactor.call((descriptor) => descriptor.doRead());
  }

  private deliverEnd(): void {
    this.reactor.call((descriptor) => void descriptor.readConnectionLost(new ConnectionDone()));
  }

  deliverEarly(): void {
    while (this.flowing && this.early.length > 0) this.deliver(this.early.shift());
    if (!this.flowing) return;
    if (!this.earlyEnd) {
      this.stream.resume();
    } else if (!this.discarding) {
      this.earlyEnd = false;
      this.deliverEnd();
    }
  }
}

function deliverEarly(input: StreamInput): void {
  input.deliverEarly();
}

function onData(this: Read, chunk: unknown): void {
  this[INPUT]?.received(chunk);
}

function onEnd(this: Read): void {
  this[INPUT]?.ended();
}
