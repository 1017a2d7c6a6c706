import { OutOfRangeError } from '../twisted/errors.js';
import { Connector, type ConnectOptions } from './connector.js';
import { assertFactory, type ClientFactory } from './factory.js';
import { assertPlace } from './place.js';

/**
 * Connects, and gives the connection the protocol that `factory` builds, on a `DuplexTransport`.
 *
 * @param factory - Builds the protocol and hears what becomes of the attempt. One that builds none
 *   has the connection closed at once.
 * @param options - See {@link ConnectOptions}.
 * @returns what can give up the attempt, or connect again. The attempt has begun.
 * @throws InvalidArgTypeError, OutOfRangeError: an argument makes no sense.
 * @throws what `node:tls` throws for `tls` options that make no sense.
 * @see Twisted: `reactor.connectTCP`, `connectUNIX`, `connectSSL`
 */
export function connect(factory: ClientFactory, options: ConnectOptions): Connector {
  assertFactory(factory);
  assertPlace(options);
  const { timeout, tls } = options;
  if (timeout !== undefined && timeout !== null && !(timeout > 0 && timeout <= 2_147_483)) {
    throw new OutOfRangeError('options.timeout', 'a number of seconds above 0', timeout);
  }
  const secureContext = tls && process.getBuiltinModule('node:tls').createSecureContext(tls);
  const connector = new Connector(factory, {
    ...options,
    tls: tls && { ...tls, secureContext: tls.secureContext ?? secureContext },
  });
  connector.connect();
  return connector;
}
