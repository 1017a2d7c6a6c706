import type { IConsumer, IProtocol, ITransport } from './interfaces.js';
import { assertMethod } from '../../base/arguments.js';

/**
 * A consumer as a protocol: the adapter writes the data that it receives to the consumer.
 *
 * @see Twisted: `twisted.internet.protocol.ConsumerToProtocolAdapter`
 */
export class ConsumerToProtocolAdapter implements IProtocol {
  /**
   * @param original - The consumer. It needs no method but `write`.
   * @throws InvalidArgTypeError: `original` has no `write`.
   */
  constructor(
    /** The consumer that gets what the connection receives. */
    readonly original: Pick<IConsumer, 'write'>,
  ) {
    assertMethod(original, 'consumer', 'write');
  }

  /** @throws the error that the consumer throws. */
  dataReceived(data: Buffer): void {
    return this.original.write(data); // Returned: it may be a promise that rejects later.
  }

  /** Does nothing. */
  connectionLost(_reason?: Error): void {}

  /** Does nothing. */
  makeConnection(_transport?: ITransport): void {}

  /** Does nothing. */
  connectionMade(): void {}
}
