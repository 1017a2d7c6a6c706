/** Twisted's echo server. */
import { DuplexTransport, Protocol } from '../../library/index.js';
import { serveOne } from '../listening.js';

class Echo extends Protocol {
  override connectionMade(): void {
    this.transport.setTcpNoDelay(true);
  }

  override dataReceived(data: Buffer): void {
    this.transport.write(data);
  }
}

serveOne((socket) => {
  new DuplexTransport(socket, { protocol: new Echo() });
});
