/** Certificates of clients, and an end of TLS that notes what it is told. */
import tls from 'node:tls';

import { type DuplexTransport, Protocol } from '../../lib/index.js';
import { certificate, makeCertificate, type Certificate } from './certificate.js';

/** Signs the certificates of the clients that are to be trusted. */
export const authority = await makeCertificate('authority');

/** The certificates that a client may show, by what is to be said of them. */
export const clientCertificates = {
  valid: await makeCertificate('valid', { issuer: authority }),
  expired: await makeCertificate('expired', { issuer: authority, days: -1 }),
  unknown: await makeCertificate('unknown'),
  none: undefined,
} satisfies Record<string, Certificate | undefined>;

/** Trusts the server of the specs. */
export const trusting = () => ({ ca: certificate().cert, servername: 'localhost' });

/** Says hello first, and notes what it is told, in order. */
export class SecureEnd extends Protocol<DuplexTransport> {
  readonly told: string[] = [];
  reason: (Error & { cause?: { code?: string } }) | undefined;

  constructor(private readonly greeting = 'hello') {
    super();
  }

  override connectionMade(): void {
    this.told.push('made');
    if (this.greeting !== '') this.transport.write(Buffer.from(this.greeting));
  }

  handshakeCompleted(): void {
    const { authorized, authorizationError } = this.transport;
    const { CN } = this.transport.getPeerCertificate()?.subject ?? {};
    const code = (authorizationError as { code?: string } | null)?.code ?? '';
    this.told.push(['secure', CN, authorized ? 'authorized' : code].filter(Boolean).join(' '));
  }

  override dataReceived(data: Buffer): void {
    this.told.push(String(data));
  }

  override connectionLost(reason: Error): void {
    this.reason = reason as Error & { cause?: { code?: string } };
    this.told.push(reason.name);
  }
}

/** How the connection of a client of Node's own ended. */
export interface Outcome {
  received: string;
  code: string | undefined;
  session: Buffer | undefined;
  isReused: boolean;
}

/** Connects a client of Node's own, sends a line when it hears `greeting`, and hangs up. */
export async function visit(
  port: number,
  options: tls.ConnectionOptions,
  greeting = 'hello',
): Promise<Outcome> {
  const socket = tls.connect({ port, host: '127.0.0.1', ...trusting(), ...options });
  const outcome: Outcome = { received: '', code: undefined, session: undefined, isReused: false };
  socket.on('session', (session: Buffer) => (outcome.session = session));
  socket.on('secureConnect', () => (outcome.isReused = socket.isSessionReused()));
  socket.on('error', (error: NodeJS.ErrnoException) => (outcome.code ??= error.code));
  socket.on('data', (data: Buffer) => {
    outcome.received += String(data);
    if (outcome.received === greeting) socket.end('secret');
  });
  await new Promise((resolve) => socket.once('close', resolve));
  return outcome;
}
