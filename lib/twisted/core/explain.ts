/** The state of a consumer in one sentence, which shows why no data moves. */
import { isError } from '../../base/as-error.js';
import { InvalidArgTypeError } from '../../base/errors.js';
import { NAMELESS, nameOf } from '../../base/name-of.js';

/** The state of a consumer. Fields that it does not know are left out. */
export interface ConsumerState {
  /** The state of the connection between its beginning and its end, in a word or two. */
  readonly state: string;
  /**
   * A clause that says what is waited for, other than the producer and the buffer: 'its pipes are
   * still open'.
   */
  readonly waitsFor?: string | undefined;
  readonly producer?: object | null | undefined;
  readonly streaming?: boolean;
  readonly paused?: boolean;
  /** Whether a pull producer was asked and has not answered. */
  readonly owesAnswer?: boolean;
  /** Whether the consumer never asks a pull producer by itself, as a test's consumer does not. */
  readonly isPassive?: boolean;
  /** Bytes, or objects, that are buffered. */
  readonly buffered?: number | undefined;
  /** The number of buffered bytes, or objects, from which on the buffer is full. */
  readonly full?: number | undefined;
  readonly unit?: 'bytes' | 'objects';
  /** The event that empties the buffer. */
  readonly drain?: string | undefined;
  /**
   * Whether input waits because the protocol, or the consumer of the input, has paused the reading.
   */
  readonly isReadingPaused?: boolean | undefined;
  /** Why the connection was lost. */
  readonly reason?: Error | undefined;
}

/** The method by which a consumer of this library tells its state. */
export const consumerState: unique symbol = Symbol('consumerState');

/**
 * The fields of Twisted's consumers and transports, which other consumers and transports may have.
 */
interface Fields {
  readonly [consumerState]?: () => ConsumerState;
  readonly connected?: unknown;
  readonly disconnecting?: unknown;
  readonly disconnected?: unknown;
  readonly producer?: unknown;
  readonly producerPaused?: unknown;
  readonly streamingProducer?: unknown;
  readonly streaming?: unknown;
  readonly registerProducer?: unknown;
  readonly loseConnection?: unknown;
  readonly dataReceived?: unknown;
  readonly transport?: object | null;
}

/**
 * Says in one sentence why no data moves: whether the connection is open, closes or is lost, what a
 * close waits for, whether the producer or the reading is paused, and how much is buffered. For
 * logs and debuggers; the words may change.
 *
 * @example
 * ```ts
 * explain(transport);
 * // 'closing: waits for FileSender to unregister; 16384 of 16384 bytes wait for drain'
 * ```
 *
 * @param consumer - A transport or any other consumer; or a protocol or `TransportDuplex`, for
 *   which its transport is explained. For an object that is not this library's, it reads the fields
 *   that Twisted's have (`producer`, `disconnecting`, ...).
 * @returns the sentence.
 * @throws InvalidArgTypeError: `consumer` is none of these, or a protocol that has no transport yet.
 *   For another stream, pass the consumer that belongs to it.
 */
export function explain(consumer: object): string {
  const meant = consumerMeantBy(consumer) as Fields;
  return sentence(meant[consumerState]?.() ?? stateFromFields(meant));
}

/**
 * The consumer of which people ask: `given` itself, or for a protocol, and so for a wrapper, its
 * transport.
 *
 * @throws InvalidArgTypeError: `given` is no consumer, or a protocol that has no transport yet.
 */
export function consumerMeantBy(given: object): object {
  const { dataReceived, transport, registerProducer, loseConnection } = Object(given) as Fields;
  if (dataReceived && transport) return consumerMeantBy(transport);
  if (registerProducer ?? loseConnection) return given;
  throw new InvalidArgTypeError(
    'consumer',
    'a consumer, or a protocol that has a transport',
    given,
  );
}

/** The name of `consumer` and its explanation, in one line: for `util.inspect`. */
export function inOneLine(consumer: object): string {
  return `${nameOf(consumer)} <${explain(consumer)}>`;
}

/** The state of an object that does not tell it by itself. */
function stateFromFields(fields: Fields): ConsumerState {
  const { producer, producerPaused, streamingProducer, streaming } = fields;
  return {
    state: stateOf(fields),
    ...(producer !== undefined && { producer }),
    streaming: Boolean(streamingProducer ?? streaming),
    paused: Boolean(producerPaused),
    isPassive: true,
  };
}

/** The word for the state of a connection, from Twisted's three fields. */
export function stateOf({ connected, disconnecting, disconnected }: Fields): string {
  if (disconnected) return 'lost';
  if (disconnecting) return 'closing';
  return connected === false ? 'not connected' : 'open';
}

function sentence(told: ConsumerState): string {
  const { state, reason } = told;
  if (reason !== undefined) {
    const { name, message, cause } = reason;
    return `${state}: ${name}, ${message}${isError(cause) ? ` (${cause.message})` : ''}`;
  }
  const clauses = [
    producerClause(told),
    bufferClause(told),
    told.isReadingPaused && 'reading is paused',
    told.waitsFor,
  ].filter(Boolean);
  return clauses.length === 0 ? state : `${state}: ${clauses.join('; ')}`;
}

function producerClause(told: ConsumerState): string {
  const { state, producer, paused, owesAnswer } = told;
  if (producer === undefined || state === 'lost' || state === 'aborting') return '';
  const isClosing = state.includes('clos');
  if (producer === null) return isClosing ? '' : 'no producer is registered';
  const name = nameOf(producer);
  const isNamed = name !== NAMELESS;
  const does = whatItDoes(paused, owesAnswer);
  if (isClosing) {
    const wait = `waits for ${isNamed ? name : 'its producer'} to unregister`;
    return does === '' ? wait : `${wait}, which ${does}`;
  }
  const who = isNamed ? `producer ${name}` : 'its producer';
  return `${who} ${does || whatItMayDo(told)}`;
}

/** The next action of a producer that may write. */
function whatItMayDo({ streaming, isPassive }: ConsumerState): string {
  if (streaming) return 'may write';
  return isPassive ? 'waits to be asked' : 'is asked next';
}

/** The reason that keeps a producer from writing, if there is one. */
function whatItDoes(paused = false, owesAnswer = false): string {
  if (paused) return 'is paused';
  return owesAnswer ? 'was asked and has not answered' : '';
}

function bufferClause({ buffered, full, unit = 'bytes', drain, state }: ConsumerState): string {
  if (buffered === undefined || state === 'lost') return '';
  if (buffered === 0) return drain === undefined ? 'nothing is buffered' : `waits for ${drain}`;
  const amount = full === undefined ? `${buffered} ${unit}` : `${buffered} of ${full} ${unit}`;
  return drain === undefined ? `${amount} are buffered` : `${amount} wait for ${drain}`;
}
