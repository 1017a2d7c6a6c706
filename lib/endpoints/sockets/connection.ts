/** Connections that have just been made. */
import type net from 'node:net';

import {
  DuplexTransport,
  type TLSSide,
  type WritableConsumerOptions,
} from '../../streams/transports/index.js';
import type { IAddress, IProtocol } from '../../twisted/core/index.js';

/** The addresses that Node does not report: those of Unix sockets. */
interface KnownAddresses {
  getPeer?: () => IAddress;
  getHost?: () => IAddress;
}

/**
 * The transport of a connection. Its protocol has yet to be connected.
 *
 * @param known - The addresses that the transport returns instead of asking the socket.
 */
export function transportFor(
  socket: net.Socket,
  { highWaterMark, waitsForProducer, closeTimeout }: WritableConsumerOptions,
  known: KnownAddresses,
): DuplexTransport {
  const transport = new DuplexTransport(socket, { highWaterMark, waitsForProducer, closeTimeout });
  return Object.assign(transport, known);
}

/**
 * Connects `protocol`, or closes the connection if there is no protocol.
 *
 * @param tls - Speaks TLS over the connection if given. As in Twisted, that begins after
 *   `connectionMade`: bytes that are written there wait for the handshake.
 */
export function startOrClose(
  transport: DuplexTransport,
  protocol: IProtocol | null,
  tls: TLSSide | undefined,
): void {
  if (protocol === null) {
    transport.loseConnection();
    return;
  }
  if (tls !== undefined) transport.secure(tls);
  transport.start(protocol);
}
