/** The receivers with the usual length prefixes. */
import type { IPushProducer, ITransport, ProtocolTransport } from '../twisted/core/index.js';
import { IntNStringReceiver } from './int-n-string-receiver.js';

/**
 * Receives strings of up to 4294967295 bytes, each after its length in 4 bytes, the high one first.
 * It refuses strings of more than `MAX_LENGTH` bytes.
 *
 * @example
 * ```ts
 * class Echo extends Int32StringReceiver {
 *   override stringReceived(string: Buffer) {
 *     this.sendString(string);
 *   }
 * }
 * ```
 *
 * @see Twisted: `twisted.protocols.basic.Int32StringReceiver`
 */
export class Int32StringReceiver<
  T extends ITransport & IPushProducer = ProtocolTransport,
> extends IntNStringReceiver<T> {
  static {
    this.prototype.structFormat = '!I';
    this.prototype.prefixLength = 4;
  }
}

/**
 * Receives strings of up to 65535 bytes, each after its length in 2 bytes, the high one first.
 *
 * @example
 * ```ts
 * class Count extends Int16StringReceiver {
 *   override stringReceived(string: Buffer) {
 *     this.sendString(Buffer.from(String(string.length)));
 *   }
 * }
 * ```
 *
 * @see Twisted: `twisted.protocols.basic.Int16StringReceiver`
 */
export class Int16StringReceiver<
  T extends ITransport & IPushProducer = ProtocolTransport,
> extends IntNStringReceiver<T> {
  static {
    this.prototype.structFormat = '!H';
    this.prototype.prefixLength = 2;
  }
}

/**
 * Receives strings of up to 255 bytes, each after its length in one byte.
 *
 * @example
 * ```ts
 * class Upper extends Int8StringReceiver {
 *   override stringReceived(string: Buffer) {
 *     this.sendString(Buffer.from(string.toString().toUpperCase()));
 *   }
 * }
 * ```
 *
 * @see Twisted: `twisted.protocols.basic.Int8StringReceiver`
 */
export class Int8StringReceiver<
  T extends ITransport & IPushProducer = ProtocolTransport,
> extends IntNStringReceiver<T> {
  static {
    this.prototype.structFormat = '!B';
    this.prototype.prefixLength = 1;
  }
}
