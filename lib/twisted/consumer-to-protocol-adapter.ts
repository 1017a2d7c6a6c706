import type { IConsumer, IProtocol } from './interfaces.js';
import { assertConsumer } from './validate.js';

/**
 * A consumer as a protocol: what the protocol receives is written to the consumer.
 *
 * @see Twisted: `twisted.internet.protocol.ConsumerToProtocolAdapter`
 */
export class ConsumerToProtocolAdapter implements IProtocol {
  /**
   * @param original - Is written what is received.
   * @throws InvalidArgTypeError: `original` is no consumer.
   */
  constructor(readonly original: IConsumer) {
    assertConsumer(original);
  }

  /** @throws what the consumer throws. */
  dataReceived(data: Buffer): void {
    this.original.write(data);
  }

  /** Does nothing. */
  connectionLost(): void {}

  /** Does nothing. */
  makeConnection(): void {}

  /** Does nothing. */
  connectionMade(): void {}
}
