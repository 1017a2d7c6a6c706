/** Connections that have just been made. */
import type net from 'node:net';

import type { AnyDuplex } from '../streams/capabilities.js';
import { DuplexTransport } from '../streams/duplex-transport.js';
import { wrapInTLS, type StartTLSOptions } from '../streams/start-tls.js';
import type { WritableConsumerOptions } from '../streams/writable-consumer-options.js';
import type { IProtocol } from '../twisted/interfaces.js';

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
