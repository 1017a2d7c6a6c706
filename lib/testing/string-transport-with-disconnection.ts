import { InvalidStateError } from '../base/errors.js';
import { logRejection } from '../base/rejection.js';
import { ConnectionDone, type IProtocol } from '../twisted/core/index.js';
import { StringTransport } from './string-transport.js';

/**
 * A {@link StringTransport} that tells its protocol when it is told to close.
 *
 * @see Twisted: `twisted.internet.testing.StringTransportWithDisconnection`
 */
export class StringTransportWithDisconnection extends StringTransport {
  /** The protocol that is told of the close. Set it before the transport is told to close. */
  protocol: IProtocol | null = null;

  /**
   * Calls the protocol's `connectionLost` with `ConnectionDone`, the first time.
   *
   * @throws InvalidStateError: `protocol` was not set; nothing has changed.
   * @throws the error that the protocol throws.
   */
  override loseConnection(): void {
    if (!this.connected) return;
    if (this.protocol === null) {
      throw new InvalidStateError('Set the protocol of the transport before it closes');
    }
    this.connected = false;
    const returned: unknown = this.protocol.connectionLost(new ConnectionDone('Bye.'));
    logRejection(returned, 'connectionLost rejected');
  }
}
