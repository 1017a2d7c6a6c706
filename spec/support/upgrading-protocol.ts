import { DuplexTransport, Protocol, type StartTLSOptions } from '../../lib/index.js';
import { tcpPair } from './sockets.js';

/** A protocol of one line in the clear, `STARTTLS`, after which all is encrypted. */
export class Upgrading extends Protocol<DuplexTransport> {
  readonly told: string[] = [];
  readonly received: Buffer[] = [];
  constructor(
    readonly options: StartTLSOptions,
    readonly afterwards: (transport: DuplexTransport) => void = () => {},
  ) {
    super();
  }
  override dataReceived(data: Buffer): void {
    if (String(data) === 'STARTTLS\r\n') {
      this.transport.write(Buffer.from('220 ready\r\n'));
      this.transport.startTLS(this.options);
      this.afterwards(this.transport);
    } else if (String(data) === '220 ready\r\n') {
      this.transport.startTLS(this.options);
      this.afterwards(this.transport);
    } else {
      this.received.push(data);
    }
  }
  handshakeCompleted(): void {
    this.told.push('secure');
  }
  override connectionLost(reason: Error): void {
    this.told.push(reason.name);
  }
  get text(): string {
    return Buffer.concat(this.received).toString();
  }
}

export async function upgraded(
  server: Upgrading,
  client: Upgrading,
): Promise<[DuplexTransport, DuplexTransport]> {
  const pair = await tcpPair();
  const transports: [DuplexTransport, DuplexTransport] = [
    new DuplexTransport(pair.server, { protocol: server }),
    new DuplexTransport(pair.client, { protocol: client }),
  ];
  transports[1].write(Buffer.from('STARTTLS\r\n'));
  return transports;
}
