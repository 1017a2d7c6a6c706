/** Checks of what users hand in. Each throws before anything has changed. */
import { Buffer } from 'node:buffer';
import { types } from 'node:util';

import { InvalidArgTypeError } from './errors.js';
import {
  isConsumer,
  isProtocol,
  isPullProducer,
  isPushProducer,
  type IConsumer,
  type IProtocol,
} from './interfaces.js';

/** @throws InvalidArgTypeError: `data` is no `Uint8Array`, of this realm or another. */
export function assertBytes(data: unknown, name = 'data'): asserts data is Uint8Array {
  // `instanceof` is the fast answer and the usual one; the slow one knows other realms.
  if (!(data instanceof Uint8Array) && !types.isUint8Array(data)) {
    throw new InvalidArgTypeError(name, 'bytes (a Buffer or Uint8Array)', data);
  }
}

/**
 * Each of `data`, all of them checked.
 *
 * @throws InvalidArgTypeError: `data` is no sequence, or one of it is not bytes.
 */
export function piecesOf(data: unknown, name = 'data'): Uint8Array[] {
  if (typeof data !== 'object' || data === null || !(Symbol.iterator in data)) {
    throw new InvalidArgTypeError(name, 'a sequence of bytes', data);
  }
  const pieces = [...(data as Iterable<Uint8Array>)];
  for (const piece of pieces) assertBytes(piece, name);
  return pieces;
}

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

/** @throws InvalidArgTypeError: `options` is no object. */
export function assertOptions(options: unknown, name = 'options'): asserts options is object {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidArgTypeError(name, 'an object', options);
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

/** @throws InvalidArgTypeError: `value` lacks the one method that is needed of it. */
export function assertMethod<Method extends string>(
  value: unknown,
  name: string,
  method: Method,
): void {
  const { [method]: found } = (value ?? {}) as Partial<Record<Method, unknown>>;
  if (typeof found !== 'function') {
    throw new InvalidArgTypeError(name, `an object with ${method}()`, value);
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

/** `data` as a `Buffer` over the same memory. */
export function asBuffer(data: Uint8Array): Buffer {
  return Buffer.isBuffer(data) ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * `data`, checked, as a `Buffer` over the same memory.
 *
 * @throws InvalidArgTypeError: `data` is not bytes.
 */
export function checkedBuffer(data: unknown, name = 'data'): Buffer {
  if (Buffer.isBuffer(data)) return data; // The usual answer, at the price of one look.
  assertBytes(data, name);
  return asBuffer(data);
}
