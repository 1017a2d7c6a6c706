/**
 * Twisted's `starttls_client.py`: asks for TLS in plain text, and goes on over TLS.
 *
 *     node --import tsx/esm examples/starttls-client.ts CERTIFICATE [port]
 */
import { readFileSync } from 'node:fs';

import { ClientEndpoint, ClientFactory, type DuplexTransport } from 'twisted-streams';
import { LineReceiver } from 'twisted-streams/protocols';

import { fail, parsePort } from './serve.js';

const [certificateFile, port = '8000'] = process.argv.slice(2);
if (certificateFile === undefined) fail('Which certificate is to be trusted?');
const ca = readFileSync(certificateFile);

class StartTLSClient extends LineReceiver<DuplexTransport> {
  override connectionMade() {
    this.sendLine(Buffer.from('plain text'));
    this.sendLine(Buffer.from('STARTTLS'));
  }

  override lineReceived(line: Buffer) {
    console.log('received:', line.toString());
    if (line.toString() !== 'READY') return;
    this.transport.startTLS({ ca, servername: 'localhost' });
    this.sendLine(Buffer.from('secure text'));
    this.transport.loseConnection();
  }

  override connectionLost(reason: Error) {
    console.log('lost:', reason.message);
  }
}

const endpoint = new ClientEndpoint({ host: '127.0.0.1', port: parsePort(port) });
await endpoint.connect(ClientFactory.forProtocol(StartTLSClient));
