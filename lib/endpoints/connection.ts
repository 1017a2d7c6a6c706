/** Connections that have just been made. */
import type net from 'node:net';
import type { ConnectionOptions } from 'node:tls';

import type { AnyDuplex } from '../streams/capabilities.js';
import { DuplexTransport } from '../streams/duplex-transport.js';
import { assertTLSOptions, wrapInTLS, type StartTLSOptions } from '../streams/start-tls.js';
import type { WritableConsumerOptions } from '../streams/writable-consumer-options.js';
import type { IProtocol } from '../twisted/interfaces.js';
import { assertOptions } from './options.js';

/**
 * The TLS options of all connections of an endpoint, checked; what costs much is made here, once.
 *
 * @param tls - As they were given. `undefined` is no TLS.
 * @param defaults - What they are where `tls` doesn't say.
 * @throws InvalidArgTypeError: `tls` is no object.
 * @throws what `node:tls` throws for options that make no sense.
 */
export function tlsOptionsFor(
  tls: StartTLSOptions | undefined,
  isServer: boolean,
  defaults: ConnectionOptions = {},
): StartTLSOptions | undefined {
  if (tls === undefined) return undefined;
  assertOptions(tls, 'options.tls');
  const secureContext =
    tls.secureContext ?? process.getBuiltinModule('node:tls').createSecureContext(tls);
  const options = { ...defaults, ...tls, isServer, secureContext };
  assertTLSOptions(options, isServer, 'options.tls');
  return options;
}

/**
 * The transport of a connection, on which `protocol` has yet to be started.
 *
 * @param tls - Speaks TLS over `socket` if given.
 */
export function transportFor(
  socket: net.Socket,
  tls: StartTLSOptions | undefined,
  { highWaterMark, waitsForProducer }: WritableConsumerOptions,
): DuplexTransport {
  const stream: AnyDuplex = tls === undefined ? socket : wrapInTLS(socket, tls, () => {});
  return new DuplexTransport(stream, { highWaterMark, waitsForProducer });
}

/** Connects `protocol`, or closes the connection where there is none. */
export function startOrClose(transport: DuplexTransport, protocol: IProtocol | null): void {
  if (protocol === null) transport.loseConnection();
  else transport.start(protocol);
}
