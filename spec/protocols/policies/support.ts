/** The parts that the specs of the policies share. */
import { StringTransportWithDisconnection } from '../../../lib/testing/string-transport-with-disconnection.js';
import {
  Factory,
  type IAddress,
  type IProtocol,
  type IProtocolFactory,
  Protocol,
} from '../../../lib/twisted/core/index.js';

export const CLIENT: IAddress = { type: 'TCP', family: 'IPv4', host: '192.0.2.1', port: 4000 };

/** Notes what it hears. */
export class Recorder extends Protocol {
  readonly log: string[] = [];

  override connectionMade(): void {
    this.log.push('made');
  }

  override dataReceived(data: Buffer): void {
    this.log.push(`received ${data.toString()}`);
  }

  override connectionLost(reason: Error | null): void {
    this.log.push(`lost ${reason?.name ?? reason}`);
  }
}

/** A factory of what `make` makes. */
export function factoryOf(make: () => IProtocol = () => new Recorder()): Factory {
  return Factory.forProtocol(make);
}

/** The protocol that `factory` builds, which must be of `Class`, connected to a transport. */
export function connected<P extends IProtocol>(
  factory: IProtocolFactory,
  Class: abstract new (...args: never[]) => P,
  address: IAddress = CLIENT,
): { protocol: P; transport: StringTransportWithDisconnection } {
  const protocol = factory.buildProtocol(address);
  if (!(protocol instanceof Class)) throw new Error(`It was to build a ${Class.name}`);
  const transport = new StringTransportWithDisconnection();
  transport.protocol = protocol;
  protocol.makeConnection(transport);
  return { protocol, transport };
}
