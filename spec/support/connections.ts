/** Factories and protocols of the specs of `listen` and `connect`. */
import {
  ClientFactory,
  Factory,
  listen,
  Protocol,
  type Connector,
  type IAddress,
  type ListeningPort,
  type TCPAddress,
} from '../../lib/index.js';

/** Sends back what comes. */
export class Echo extends Protocol {
  override dataReceived(data: Buffer): void {
    this.transport.write(data);
  }
}

/** Says hello, hears one answer and hangs up. */
export class Caller extends Protocol {
  answer = '';
  override connectionMade(): void {
    this.transport.write(Buffer.from('hello'));
  }
  override dataReceived(data: Buffer): void {
    this.answer += String(data);
    if (this.answer.length === 5) this.transport.loseConnection();
  }
}

/** Records what it hears, and can be waited for. */
export class Recorder extends ClientFactory {
  readonly told: string[] = [];
  built: Caller | undefined;
  reason: Error | undefined;
  over!: () => void;
  readonly whenOver = new Promise<void>((resolve) => (this.over = resolve));

  override startFactory(): void {
    this.told.push('start');
  }
  override stopFactory(): void {
    this.told.push('stop');
    this.over();
  }
  override startedConnecting(): void {
    this.told.push('connecting');
  }
  override buildProtocol(_address: IAddress): Protocol | null {
    return (this.built = new Caller());
  }
  override clientConnectionFailed(_connector: Connector, reason: Error): void {
    this.told.push('failed');
    this.reason = reason;
  }
  override clientConnectionLost(_connector: Connector, reason: Error): void {
    this.told.push('lost');
    this.reason = reason;
  }
}

/** A host that is always there. */
export const local = { host: '127.0.0.1' };

/** The port that was chosen. */
export function portOf(listening: ListeningPort): number {
  return (listening.getHost() as TCPAddress).port;
}

/** A port where nobody listens. */
export async function freePort(): Promise<number> {
  const listening = await listen(Factory.forProtocol(Echo), { port: 0, ...local });
  const port = portOf(listening);
  await listening.stopListening();
  return port;
}
