/** Checks of users' arguments. Each throws before anything has changed. */
import { InvalidArgTypeError } from '../../base/errors.js';
import { assertMethod } from '../../base/arguments.js';
import { membersOf } from '../../base/members.js';
import { NAMELESS, nameOf } from '../../base/name-of.js';
import { ProducerAlreadyRegisteredError } from './errors.js';
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

/**
 * @throws InvalidArgTypeError: `streaming` was left out. Any other value counts as true or false,
 * as in Python.
 */
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
 * @throws InvalidArgTypeError: `streaming` was left out, or `producer` lacks a method that this
 *   kind of producer has.
 */
export function assertProducer(producer: unknown, streaming: unknown): void {
  assertStreaming(streaming);
  if (streaming) {
    if (!isPushProducer(producer)) {
      refuse(producer, 'push producer', `pauseProducing, ${PULLED}`, ifClass(producer));
    }
  } else if (!isPullProducer(producer)) {
    refuse(producer, 'pull producer', PULLED, ifClass(producer));
  }
}

const PULLED = 'resumeProducing, stopProducing';

/** Says that `producer` can't register, and which producer is registered. Twisted's words. */
export function alreadyRegistered(
  producer: object,
  registered: object,
): ProducerAlreadyRegisteredError {
  return new ProducerAlreadyRegisteredError(
    `Cannot register ${named(producer)}, because ${named(registered)} was never unregistered.`,
  );
}

function named(producer: object): string {
  const name = nameOf(producer);
  return name === NAMELESS ? 'a producer' : `producer ${name}`;
}

/** @throws InvalidArgTypeError: `transport` lacks a method of `ITransport`. */
export function assertTransport(transport: unknown): asserts transport is ITransport {
  if (!isTransport(transport))
    refuse(transport, 'transport', 'write, writeSequence, loseConnection');
}

/** @throws InvalidArgTypeError: `consumer` lacks a method of `IConsumer`. */
export function assertConsumer(consumer: unknown): asserts consumer is IConsumer {
  if (!isConsumer(consumer)) {
    refuse(consumer, 'consumer', 'registerProducer, unregisterProducer, write');
  }
}

/** @throws InvalidArgTypeError: `protocol` lacks a method of `IProtocol`. */
export function assertProtocol(protocol: unknown): asserts protocol is IProtocol {
  if (!isProtocol(protocol)) {
    const methods = 'makeConnection, dataReceived, connectionLost';
    refuse(protocol, 'protocol', methods, ifClass(protocol));
  }
}

/** Twisted takes a class in places, and Python makes an object of it without `new`. */
function ifClass(value: unknown): string {
  return typeof value === 'function' ? ', made with new' : '';
}

/**
 * Says what was expected, and names the likely mistake: a method that is missing or misspelt, or a
 * stream without its adapter.
 *
 * @param kind - The kind of object that `value` must be; its last word is the name of the argument.
 * @param methods - The methods that it must have, separated by commas.
 * @param slip - The likely mistake, if the caller knows another one.
 */
function refuse(value: unknown, kind: string, methods: string, slip = ''): never {
  const has = membersOf(value); // None of a function, which may have all these methods.
  const lacks = (method: string) => typeof has[method] !== 'function';
  const missing = methods.split(', ').filter(lacks).join(', ');
  if (missing !== methods) slip = `, and this has no ${missing}`;
  if (!lacks('pipe')) slip = ': an adapter makes one of a stream';
  throw new InvalidArgTypeError(kind.replace(/.* /, ''), `a ${kind} (${methods})${slip}`, value);
}
