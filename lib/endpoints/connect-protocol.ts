/** Gives a connection that stands its protocol. */
import type { AnyDuplex } from '../streams/capabilities.js';
import { DuplexTransport } from '../streams/duplex-transport.js';
import type { WritableConsumerOptions } from '../streams/writable-consumer-options.js';
import type { IProtocol } from '../twisted/interfaces.js';

/**
 * Connects `protocol` over `stream`, or closes `stream` where there is none.
 *
 * @returns the transport, or `null`.
 * @throws InvalidArgTypeError: what was built is no protocol.
 */
export function connectProtocol(
  protocol: IProtocol | null | undefined,
  stream: AnyDuplex,
  { highWaterMark, waitsForProducer }: WritableConsumerOptions,
): DuplexTransport | null {
  if (protocol === null || protocol === undefined) {
    new DuplexTransport(stream).loseConnection();
    return null;
  }
  return new DuplexTransport(stream, { protocol, highWaterMark, waitsForProducer });
}
