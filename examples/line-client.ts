/**
 * Twisted's `echoclient.py`: sends three lines, prints each answer, and hangs up after the last.
 *
 *     node --import tsx/esm examples/line-client.ts [port [host]]
 */
import { ClientFactory, connect } from 'twisted-streams';
import { LineReceiver } from 'twisted-streams/protocols';

import { parsePort } from './serve.js';

const END = 'Bye-bye!';

class EchoClient extends LineReceiver {
  override connectionMade() {
    for (const line of ['Hello, world!', 'What a fine day it is.', END]) {
      this.sendLine(Buffer.from(line));
    }
  }

  override lineReceived(line: Buffer) {
    console.log('receive:', line.toString());
    if (line.toString() === END) this.transport.loseConnection();
  }
}

class EchoClientFactory extends ClientFactory {
  override protocol = EchoClient;

  override clientConnectionFailed(_connector: unknown, reason: Error) {
    console.error('connection failed:', reason.message);
    process.exitCode = 1;
  }

  override clientConnectionLost(_connector: unknown, reason: Error) {
    console.log('connection lost:', reason.message);
  }
}

const [port = '8000', host = '127.0.0.1'] = process.argv.slice(2);
connect(new EchoClientFactory(), { host, port: parsePort(port) });
