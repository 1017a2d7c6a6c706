/** Checks of what users hand in. Each throws before anything has changed. */
import { InvalidArgTypeError } from '../../base/errors.js';
import { assertMethod } from '../../base/arguments.js';
import {
  isConsumer,
  isProtocol,
  isPullProducer,
  isPushProducer,
  isTransport,
  type IConsumer,
  type IProtocol,
  type ITransport,
} from './interfaces.js';

/** @throws InvalidArgTypeError: `streaming` was left out. Anything else is true or false, as in Python. */
function assertStreaming(streaming: unknown): void {
  if (streaming !== undefined) return;
  throw new InvalidArgTypeError('streaming', 'true (it pushes) or false (it is pulled)', streaming);
}

/** @throws InvalidArgTypeError: `streaming` was left out, or `producer` can't be resumed. */
export function assertResumable(producer: unknown, streaming: unknown): void {
  assertStreaming(streaming);
  assertMethod(producer, 'producer', 'resumeProducing');
}

/**
 * @throws InvalidArgTypeError: `streaming` was left out, or `producer` lacks a method that it says
 *   there is.
 */
export function assertProducer(producer: unknown, streaming: unknown): void {
  assertStreaming(streaming);
  if (streaming ? !isPushProducer(producer) : !isPullProducer(producer)) {
    throw new InvalidArgTypeError(
      'producer',
      streaming
        ? 'a push producer (pauseProducing, resumeProducing, stopProducing)'
        : 'a pull producer (resumeProducing, stopProducing)',
      producer,
    );
  }
}

/** @throws InvalidArgTypeError: `transport` lacks a method of `ITransport`. */
export function assertTransport(transport: unknown): asserts transport is ITransport {
  if (!isTransport(transport)) {
    throw new InvalidArgTypeError(
      'transport',
      'a transport (write, writeSequence, loseConnection)',
      transport,
    );
  }
}

/** @throws InvalidArgTypeError: `consumer` lacks a method of `IConsumer`. */
export function assertConsumer(consumer: unknown): asserts consumer is IConsumer {
  if (!isConsumer(consumer)) {
    throw new InvalidArgTypeError(
      'consumer',
      'a consumer (registerProducer, unregisterProducer, write)',
      consumer,
    );
  }
}

/** @throws InvalidArgTypeError: `protocol` lacks a method of `IProtocol`. */
export function assertProtocol(protocol: unknown): asserts protocol is IProtocol {
  if (!isProtocol(protocol)) {
    throw new InvalidArgTypeError(
      'protocol',
      'a protocol (makeConnection, dataReceived, connectionLost)',
      protocol,
    );
  }
}
