import { heed } from './heed.js';
import type { IConsumer, IProtocol, IPullProducer, IPushProducer } from './interfaces.js';
import { assertBytes, asBuffer } from '../../base/bytes.js';
import { assertProtocol } from './validate.js';

/**
 * A protocol as a consumer: the protocol receives the bytes that are written. It takes all of them,
 * so the adapter neither asks a producer nor pauses one.
 *
 * @see Twisted: `twisted.internet.protocol.ProtocolToConsumerAdapter`
 */
export class ProtocolToConsumerAdapter implements IConsumer {
  /**
   * @param original - The protocol that receives the bytes.
   * @throws InvalidArgTypeError: `original` is not a protocol.
   */
  constructor(
    /** The protocol that gets what is written. */
    readonly original: IProtocol,
  ) {
    assertProtocol(original);
  }

  /**
   * @throws InvalidArgTypeError: `data` is not bytes.
   * @throws the error that the protocol throws.
   */
  write(data: Uint8Array): void {
    assertBytes(data);
    heed(this.original.dataReceived(asBuffer(data)), this.original, 'dataReceived');
  }

  /** Does nothing: the protocol takes all bytes. */
  registerProducer(_producer?: IPushProducer | IPullProducer, _streaming?: boolean): void {}

  /** Does nothing. */
  unregisterProducer(): void {}
}
