import {
  ClientFactory,
  heed,
  type IAddress,
  type IConnector,
  type IProtocol,
  type IProtocolFactory,
  type ITransport,
  protocolOf,
} from '../../twisted/core/index.js';
import { UserError } from '../sockets/index.js';
import { ConnectingCancelledError, NoProtocol } from './errors.js';

/** Settles the promise of an endpoint's `connect`; the first call counts. */
interface Settle<Built> {
  resolve(protocol: Built): void;
  reject(reason: unknown): void;
}

/** A factory of which the type of the protocols is known. */
export interface FactoryOf<Built extends IProtocol> extends IProtocolFactory {
  buildProtocol(address: IAddress): Built | null;
}

/**
 * Lets `factory` build the protocol of one connection, and reports the outcome of the attempt. If a
 * connection was made, it reports that after the protocol has been told.
 *
 * @see Twisted: `twisted.internet.endpoints._WrappingFactory`
 */
export class OneConnection<Built extends IProtocol> extends ClientFactory {
  constructor(
    private readonly factory: FactoryOf<Built>,
    private readonly settle: Settle<Built>,
  ) {
    super();
  }

  override doStart(): void {
    return this.factory.doStart();
  }

  override doStop(): void {
    return this.factory.doStop();
  }

  override buildProtocol(address: IAddress): IProtocol | null {
    const { factory, settle } = this;
    try {
      const built = protocolOf(factory, address) as Built | null;
      if (built === null) throw new NoProtocol();
      return new Announcer(built, settle);
    } catch (thrown) {
      settle.reject(thrown);
      return null;
    }
  }

  override clientConnectionFailed(connector: IConnector, reason: Error): void {
    this.settle.reject(wasGivenUp(reason) ? cancelled(connector, reason) : reason);
  }

  /** Has an effect only if the protocol was not told of the connection, or threw then. */
  override clientConnectionLost(_connector: IConnector, reason: Error): void {
    this.settle.reject(reason);
  }
}

/**
 * Whether the signal gave up the attempt: no other code has the connector. A timeout is a
 * `UserError` too, so the class is compared.
 */
function wasGivenUp({ constructor }: Error): boolean {
  return constructor === UserError;
}

function cancelled(connector: IConnector, { cause }: Error): ConnectingCancelledError {
  return new ConnectingCancelledError(connector.getDestination(), { cause });
}

/**
 * Takes the place of a protocol until that has been connected, and then leaves it alone with its
 * transport.
 */
class Announcer<Built extends IProtocol> implements IProtocol {
  constructor(
    private readonly protocol: Built,
    private readonly settle: Settle<Built>,
  ) {}

  makeConnection(transport: ITransport & { protocol?: IProtocol | undefined }): void {
    const { protocol, settle } = this;
    transport.protocol = protocol;
    // If it throws, the connection is lost, and the error is the reason.
    heed(protocol.makeConnection(transport), protocol, 'makeConnection', transport);
    settle.resolve(protocol);
  }

  // A transport calls no method before `makeConnection`, and from then on it calls the protocol
  // itself.
  dataReceived(): void {}
  connectionLost(): void {}
}
