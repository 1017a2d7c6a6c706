/**
 * Twisted's `ReconnectingClientFactory`: connects again whenever the connection is lost, later each
 * time that it fails, and at once after it has stood.
 *
 *     node --import tsx/esm examples/reconnecting-client.ts [port]
 */
import { connect, type IAddress, ReconnectingClientFactory } from 'twisted-streams';
import { LineReceiver } from 'twisted-streams/protocols';

import { parsePort } from './serve.js';

class Printer extends LineReceiver {
  override lineReceived(line: Buffer) {
    console.log('Received:', line.toString());
  }
}

class PrinterFactory extends ReconnectingClientFactory {
  override protocol = Printer;

  override buildProtocol(address: IAddress) {
    console.log('Connected. Resetting the delay.');
    this.resetDelay();
    return super.buildProtocol(address);
  }

  override clientConnectionFailed(
    ...args: Parameters<ReconnectingClientFactory['clientConnectionFailed']>
  ) {
    console.log('Connection failed:', args[1].message);
    super.clientConnectionFailed(...args);
  }

  override clientConnectionLost(
    ...args: Parameters<ReconnectingClientFactory['clientConnectionLost']>
  ) {
    console.log('Lost the connection:', args[1].message);
    super.clientConnectionLost(...args);
  }
}

const [port = '8000'] = process.argv.slice(2);
connect(new PrinterFactory(), { host: '127.0.0.1', port: parsePort(port) });
