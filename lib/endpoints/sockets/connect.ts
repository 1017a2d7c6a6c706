import {
  assertWritableConsumerOptions,
  type TLSSide,
  tlsSide,
} from '../../streams/transports/index.js';
import { builtIn } from '../../base/built-in.js';
import { InvalidArgTypeError } from '../../base/errors.js';
import { assertBoolean, assertNumber, assertOptions } from '../../base/arguments.js';
import { LONGEST_TIMER } from '../../base/timers.js';
import { Connector, type ConnectOptions } from './connector.js';
import { assertClientFactory, type IClientFactory } from '../../twisted/core/index.js';
import { assertPlace, assertTLSInside } from './place.js';

/** In seconds: the longest that Node's timers wait. */
const LONGEST_TIMEOUT = Math.floor(LONGEST_TIMER / 1000);

/**
 * Connects, and gives the connection the protocol that `factory` builds, on a `DuplexTransport`.
 *
 * @param factory - Builds the protocol and is told of the result of the attempt. If it builds none,
 *   the connection is closed at once: it is lost, with `ConnectionDone`.
 * @param options - See {@link ConnectOptions}.
 * @returns the connector, which can give up the attempt, or connect again. The attempt has begun.
 * @throws InvalidArgTypeError, OutOfRangeError: an argument is not valid.
 * @throws the error that `node:tls` throws for `tls` options that are not valid, or the factory's
 *   `startFactory`. In each case there is no attempt.
 * @see Twisted: `reactor.connectTCP`, `connectUNIX`, `connectSSL`
 */
export function connect(factory: IClientFactory, options: ConnectOptions): Connector {
  assertClientFactory(factory);
  return connectReady(factory, readyToConnect(options));
}

/** The checked options of a `connect`, with the parts that are expensive to make. */
export interface ReadyToConnect {
  /** A copy, because they are kept. */
  readonly options: ConnectOptions;
  /** Begins the handshakes of their `tls`. */
  readonly side: TLSSide | undefined;
}

/** @throws the error that {@link connect} throws for options that are not valid. */
export function readyToConnect(options: ConnectOptions): ReadyToConnect {
  assertConnectOptions(options);
  const { tls, host = '' } = options;
  // RFC 6066 forbids an address as the name of a server. The certificate must be for `host`.
  const isName = builtIn('node:net').isIP(host) === 0;
  const names = isName ? { host, servername: host } : { host };
  if (tls !== undefined) assertOptions(tls, 'options.tls'); // Only an object may be spread.
  const side = tls && tlsSide({ ...names, ...tls }, false, 'options.tls');
  return { options: { ...options }, side };
}

/** As {@link connect}. It may be called with the same options any number of times. */
export function connectReady(
  factory: IClientFactory,
  { options, side }: ReadyToConnect,
): Connector {
  const connector = new Connector(factory, options, side);
  connector.begin();
  return connector;
}

function assertConnectOptions(options: unknown): asserts options is ConnectOptions {
  assertPlace(options, ['timeout', 'localAddress', 'tls', 'signal', 'lockfile']);
  assertTLSInside(options);
  assertWritableConsumerOptions(options);
  const { timeout, localAddress, lockfile } = options as Partial<Record<string, unknown>>;
  assertBoolean(lockfile, 'options.lockfile');
  if (lockfile !== undefined && options.path === undefined) {
    throw new InvalidArgTypeError('options.path', 'a path, for `lockfile`', options.path);
  }
  const { isIP } = builtIn('node:net');
  if (localAddress !== undefined && isIP(localAddress as string) === 0) {
    throw new InvalidArgTypeError('options.localAddress', 'an IP address', localAddress);
  }
  if (timeout === undefined || timeout === null) return;
  const expected = `a number of seconds above 0, and at most ${LONGEST_TIMEOUT}`;
  const isInRange = (given: number) => given > 0 && given <= LONGEST_TIMEOUT;
  assertNumber(timeout, 'options.timeout', expected, isInRange);
}
