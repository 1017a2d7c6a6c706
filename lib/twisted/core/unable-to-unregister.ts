/**
 * Which producers a close waits for. Some will never unregister, so it must not wait for them: in a
 * port forwarder, each connection's producer is the other connection: its transport, its protocol,
 * or a protocol behind wrappers. When one of the two is lost, or both are to close, neither can
 * unregister.
 */
import { chain } from './chain.js';
import { originalOf } from './stand-in.js';

/**
 * The fields that are read of a producer, a protocol, a wrapper or a transport. Each may lack any
 * of them.
 */
interface Member {
  readonly loseConnection?: unknown;
  readonly disconnected?: unknown;
  readonly disconnecting?: unknown;
  readonly writeDisconnecting?: unknown;
  readonly closed?: unknown;
  readonly producer?: unknown;
}

/**
 * The transports on which `producer` depends: itself if it is a transport, its `transport`, the
 * `transport` of that, and so on.
 */
function transportsOf(producer: unknown): Member[] {
  const canClose = (member: Member) => typeof member.loseConnection === 'function';
  return [...chain<Member>(originalOf(producer), 'transport')].filter(canClose);
}

/**
 * Whether `consumer`, which is to close, would wait for ever for `producer` to unregister. It would
 * if `producer` is or has a transport that is lost, or that itself waits to close until `consumer`
 * unregisters from it, directly or through others that wait; or if it is `consumer` itself, as in
 * an echo server that reads no faster than it writes, or another transport around that.
 */
export function isUnableToUnregister(producer: object, consumer: object): boolean {
  const transports = transportsOf(producer);
  if (transports.includes(consumer)) {
    const original = originalOf(producer);
    if (original === consumer) return true;
    // A close waits for an object that writes to its own transport as for any other, unless the
    // object is itself a transport.
    const [outermost] = transports;
    return outermost === original && Boolean(outermost?.disconnecting);
  }
  return (
    transports.some((transport) => Boolean(transport.disconnected)) ||
    oneWaitsFor(transports, consumer, new Set())
  );
}

/** Whether one of `transports` waits to close until `consumer` unregisters. */
function oneWaitsFor(transports: readonly Member[], consumer: object, seen: Set<Member>): boolean {
  return transports.some((transport) => {
    if (seen.has(transport)) return false;
    seen.add(transport);
    if (!transport.disconnecting && !transport.writeDisconnecting) return false;
    const feeders = transportsOf(transport.producer);
    return feeders.includes(consumer) || oneWaitsFor(feeders, consumer, seen);
  });
}

/**
 * The `closed` promise of a transport on which `producer` depends, if one has it, as transports on
 * streams do.
 */
export function closedOf(producer: object): Promise<unknown> | undefined {
  for (const { closed } of transportsOf(producer)) if (closed instanceof Promise) return closed;
  return undefined;
}

/**
 * Whether `producer` is `protocol` or a protocol that this one wraps, at any depth. A protocol
 * registers with its own transport only to be paused and resumed, and asks for the close itself.
 */
export function isOwnProtocol(producer: unknown, protocol: unknown): boolean {
  const original = originalOf(producer);
  for (const member of chain(protocol, 'wrappedProtocol')) if (member === original) return true;
  return false;
}
