/**
 * Twisted's `starttls_server.py`: a client that sends STARTTLS is answered in plain text, and then
 * over TLS.
 *
 *     node --import tsx/esm examples/starttls-server.ts KEY CERTIFICATE [port]
 */
import { readFileSync } from 'node:fs';

import { Factory, type DuplexTransport } from 'twisted-streams';
import { LineReceiver } from 'twisted-streams/protocols';

import { fail, parsePort, serve } from './serve.js';

const [keyFile, certificateFile, port = '8000'] = process.argv.slice(2);
if (keyFile === undefined || certificateFile === undefined) fail('Which key and certificate?');
const tls = { key: readFileSync(keyFile), cert: readFileSync(certificateFile) };

class TLSServer extends LineReceiver<DuplexTransport> {
  override lineReceived(line: Buffer) {
    console.log('received:', line.toString());
    if (line.toString() !== 'STARTTLS') return;
    console.log('-- Switching to TLS');
    this.sendLine(Buffer.from('READY'));
    this.clearLineBuffer(); // Not encrypted: anyone may have sent it.
    this.transport.startTLS(tls);
  }
}

await serve(parsePort(port), Factory.forProtocol(TLSServer));
