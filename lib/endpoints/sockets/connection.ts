/** Connections that have just been made. */
import type net from 'node:net';

import type { AnyDuplex } from '../../streams/any-stream/index.js';
import {
  DuplexTransport,
  type StartTLSOptions,
  wrapInTLS,
  type WritableConsumerOptions,
} from '../../streams/transports/index.js';
import type { IProtocol } from '../../twisted/core/index.js';

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
