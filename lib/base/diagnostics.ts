/**
 * Two channels of `node:diagnostics_channel` that publish each pause, resume and close. A message
 * is made only if there is a subscriber.
 *
 * `NODE_DEBUG=twisted-streams` prints each message to stderr.
 */
import type { Channel } from 'node:diagnostics_channel';

import { builtIn } from './built-in.js';
import { nameOf } from './name-of.js';

/** The property of a transport that has the consumer which the messages name in its place. */
export const publisher: unique symbol = /* @__PURE__ */ Symbol('publisher');

/** An event of a producer: a message of the channel `twisted-streams:producer`. */
export interface ProducerMessage {
  /**
   * `registered` and `unregistered`: the producer or its owner called that method of the consumer.
   * `paused`, `resumed`, `stopped`: the consumer calls that method of the producer next. A pull
   * producer is `resumed` each time that it is asked.
   */
  readonly event: 'registered' | 'paused' | 'resumed' | 'stopped' | 'unregistered';
  /** The consumer that takes the data. */
  readonly consumer: object;
  /** The producer that makes the data. */
  readonly producer: object;
}

/** An event of a connection: a message of the channel `twisted-streams:connection`. */
export interface ConnectionMessage {
  /**
   * `made`: a `WritableConsumer` or a `DuplexTransport` took a stream that is open, or a socket that
   * is still connecting. `closing`: `loseConnection`, `loseWriteConnection` or `abortConnection` was
   * called. `lost`: the connection is over.
   */
  readonly event: 'made' | 'closing' | 'lost';
  /** The transport, or the consumer that stands for a stream. */
  readonly consumer: object;
  /** Why the connection was lost; only with `lost`. */
  readonly reason?: Error;
}

type AnyMessage = Partial<Pick<ProducerMessage, 'producer'> & Pick<ConnectionMessage, 'reason'>> &
  Pick<ProducerMessage | ConnectionMessage, 'event' | 'consumer'>;

/** The numbers of the objects that were printed, because many have the same name. */
const numbers = new WeakMap<object, number>();
let printed = 0;

/** The name of `value` and its number. */
function numbered(value: object): string {
  if (!numbers.has(value)) numbers.set(value, ++printed);
  return `${nameOf(value)} ${numbers.get(value)}`;
}

/** A message in one line. */
function lineOf({ event, consumer, producer, reason }: AnyMessage): string {
  const more = producer ? ` ${numbered(producer)}` : '';
  return `${numbered(consumer)}: ${event}${reason ? `, ${String(reason)}` : more}`;
}

/** Opens the channel, and prints its messages if `NODE_DEBUG` asks for that. */
function open(name: string): Channel {
  const opened = builtIn('node:diagnostics_channel').channel(name);
  if (process.env.NODE_DEBUG === undefined) return opened; // Most programs need not load `node:util`.
  const print = builtIn('node:util').debuglog('twisted-streams');
  if (print.enabled) opened.subscribe((message) => print('%s', lineOf(message as AnyMessage)));
  return opened;
}

let producers: Channel | undefined;
let connections: Channel | undefined;

/** Tells subscribers of an event of `producer`. */
export function tellOfProducer(
  event: ProducerMessage['event'],
  consumer: object,
  producer: object,
): void {
  producers ??= open('twisted-streams:producer');
  if (producers.hasSubscribers)
    producers.publish({ event, consumer, producer } satisfies ProducerMessage);
}

/** Tells subscribers of an event of the connection of `consumer`. */
export function tellOfConnection(
  event: ConnectionMessage['event'],
  consumer: object,
  reason?: Error,
): void {
  connections ??= open('twisted-streams:connection');
  if (!connections.hasSubscribers) return;
  connections.publish({ event, consumer, ...(reason && { reason }) } satisfies ConnectionMessage);
}
