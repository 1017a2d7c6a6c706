/**
 * How shaped transports, and wrappers, are to be used and extended. Compiled by `types.spec.ts`, never run.
 */
import {
  Bucket,
  type DuplexTransport,
  type IAddress,
  type ITransport,
  type ProcessTransport,
  type Protocol,
  ShapedTransport,
  type StandardIO,
  type WritableConsumer,
} from '../../lib/index.js';
import { ProtocolWrapper } from '../../lib/protocols/index.js';
import { StringTransport } from '../../lib/testing/index.js';

declare const duplex: DuplexTransport;

export class OverASocket extends ShapedTransport<DuplexTransport> {
  override write(data: Uint8Array): void {
    super.write(data);
    this.setTcpNoDelay(true);
    void this.authorized;
  }
  /** The bucket's own, not that of the transport, which is hidden. */
  protected override writeSomeData(data: Buffer): number {
    return super.writeSomeData(data);
  }
}
export class OverAnyTransport extends ShapedTransport {
  /** Methods that are passed on can be overridden as methods. */
  override getPeer(): IAddress {
    return super.getPeer();
  }
  override loseConnection(): void {
    super.loseConnection();
  }
}
export class OverAnEnd extends ShapedTransport<StringTransport> {}
export class OverAProcess extends ShapedTransport<ProcessTransport> {}
export class OverStandardIO extends ShapedTransport<StandardIO> {}
export class OverAConsumer extends ShapedTransport<WritableConsumer & ITransport> {}

export class Wrapper extends ProtocolWrapper<Protocol> {
  override readConnectionLost(): void {
    super.readConnectionLost?.();
  }
  override handshakeCompleted(): void {}
  override getPeer(): IAddress {
    return super.getPeer();
  }
}

export function theMembersOfTheTransportAreThere(): void {
  const shaped = new ShapedTransport(duplex, new Bucket());
  shaped.setTcpKeepAlive(true);
  void shaped.closed.then(({ message }) => message);
  const transport: DuplexTransport = shaped.transport;
  void transport;
  new ShapedTransport(new StringTransport(), new Bucket()).value();
  // @ts-expect-error: it is not for users
  void shaped.writeSomeData;
}
