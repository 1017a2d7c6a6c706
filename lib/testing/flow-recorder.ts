import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import {
  assertFunction,
  assertKnownOptions,
  assertNumber,
  assertOptions,
} from '../base/arguments.js';
import { type ConnectionMessage, type ProducerMessage, publisher } from '../base/diagnostics.js';
import { nameOf } from '../base/name-of.js';
import { now, timerDelay } from '../base/timers.js';
import { consumerMeantBy } from '../twisted/core/index.js';

/** An event of a producer or the connection, as a {@link FlowRecorder} records it. */
export interface FlowEvent {
  /** Milliseconds since the recorder began. */
  readonly at: number;
  /**
   * The name of the event; see the channels `twisted-streams:producer` and
   * `twisted-streams:connection`.
   */
  readonly event: ProducerMessage['event'] | ConnectionMessage['event'];
  /** The class of the producer, if it is an event of a producer. */
  readonly producer?: string;
  /** Why the connection was lost; only with `lost`. */
  readonly reason?: Error;
}

/** The state at one moment, as a {@link FlowRecorder} measures it. */
export interface FlowSample {
  /** Milliseconds since the recorder began. */
  readonly at: number;
  /**
   * Bytes (objects, in object mode) buffered by the consumer and its stream; 0 if it can't tell.
   */
  readonly buffered: number;
  /** The value that `measure` returned. */
  readonly measured: Readonly<Record<string, number>>;
}

/** A period in which the producer was paused. */
export interface FlowPause {
  /** Milliseconds since the recorder began. */
  readonly from: number;
  /**
   * Milliseconds since the recorder began; the recorder's end if the producer was never resumed.
   */
  readonly to: number;
}

/** The options of a {@link FlowRecorder}. */
export interface FlowRecorderOptions {
  /** Milliseconds between two samples; 10 unless given. A sample is also taken with each event. */
  interval?: number | undefined;
  /**
   * Measures a second value for each sample, beside the buffered bytes: the bytes received, for
   * example.
   */
  measure?: (() => Record<string, number>) | undefined;
}

/** A message of either channel. */
type Message = Pick<ProducerMessage | ConnectionMessage, 'event' | 'consumer'> &
  Partial<Pick<ProducerMessage, 'producer'> & Pick<ConnectionMessage, 'reason'>>;

const CHANNELS = ['twisted-streams:producer', 'twisted-streams:connection'];

/**
 * Records how a consumer's buffer fills and empties, when its producer is paused, and how it
 * closes, until the connection is lost or `stop` is called.
 *
 * @example
 * ```ts
 * const recorder = new FlowRecorder(transport);
 * await transport.closed;
 * console.log(recorder.pauses.length, recorder.events.at(-1)?.reason);
 * ```
 *
 * Twisted has no counterpart.
 */
export class FlowRecorder {
  /** The events, in order. */
  readonly events: FlowEvent[] = [];
  /** The samples, in order. */
  readonly samples: FlowSample[] = [];
  /** Bytes (objects, in object mode) from which on the buffer is full, if the consumer can tell. */
  readonly highWaterMark: number | undefined;

  private readonly consumer: object;
  private readonly began = now();
  private readonly timer: NodeJS.Timeout;
  private readonly measure: () => Record<string, number>;
  private isRunning = true;

  /**
   * Begins to record.
   *
   * @param consumer - The consumer to record: a `WritableConsumer`, a `DuplexTransport`, or any
   *   other consumer that the two channels report; a process, for which its standard input is
   *   recorded; or a protocol, for which its transport is.
   * @param options - See {@link FlowRecorderOptions}.
   * @throws InvalidArgTypeError: `consumer` is none of these, or a protocol that has no transport
   *   yet; an argument is of the wrong kind, or an option is misspelt.
   * @throws OutOfRangeError: `interval` is not above 0.
   * @throws the error that `measure` throws.
   */
  constructor(consumer: object, options: FlowRecorderOptions = {}) {
    const meant: { readonly [publisher]?: object | undefined } = consumerMeantBy(consumer);
    this.consumer = meant[publisher] ?? meant;
    assertOptions(options);
    assertKnownOptions(options, ['interval', 'measure']);
    const { interval = 10, measure = () => ({}) } = options;
    const expected = 'a number of milliseconds above 0';
    assertNumber(interval, 'options.interval', expected, (given) => given > 0);
    assertFunction(measure, 'options.measure');
    this.measure = measure;
    const { highWaterMark } = this.consumer as { highWaterMark?: unknown };
    this.highWaterMark = typeof highWaterMark === 'number' ? highWaterMark : undefined;
    this.sample(); // First: if `measure` throws, nothing must be left behind.
    for (const name of CHANNELS) subscribe(name, this.hear);
    this.timer = setInterval(() => this.sample(), timerDelay(interval));
    this.timer.unref();
  }

  /** Stops recording. Called again, does nothing. */
  stop(): void {
    if (!this.isRunning) return;
    this.isRunning = false;
    for (const name of CHANNELS) unsubscribe(name, this.hear);
    clearInterval(this.timer);
    this.sample();
  }

  /** The periods in which the producer was paused, in order. */
  get pauses(): FlowPause[] {
    const pauses: FlowPause[] = [];
    let from: number | undefined;
    for (const { event, at } of this.events) {
      if (event === 'paused') {
        from ??= at;
      } else if (from !== undefined && ENDS_A_PAUSE.has(event)) {
        pauses.push({ from, to: at });
        from = undefined;
      }
    }
    if (from !== undefined) pauses.push({ from, to: this.samples.at(-1)?.at ?? from });
    return pauses;
  }

  private readonly hear = (message: unknown): void => {
    const { event, consumer, producer, reason } = message as Message;
    if (consumer !== this.consumer) return;
    this.events.push({
      at: this.now(),
      event,
      ...(producer !== undefined && { producer: nameOf(producer) }),
      ...(reason !== undefined && { reason }),
    });
    if (event === 'lost') this.stop();
    else this.sample();
  };

  private sample(): void {
    const { writableLength } = this.consumer as { writableLength?: unknown };
    const buffered = typeof writableLength === 'number' ? writableLength : 0;
    this.samples.push({ at: this.now(), buffered, measured: this.measure() });
  }

  private now(): number {
    return now() - this.began;
  }
}

const ENDS_A_PAUSE: ReadonlySet<FlowEvent['event']> = new Set([
  'resumed',
  'stopped',
  'unregistered',
  'lost',
]);
