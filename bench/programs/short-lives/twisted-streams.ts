/** Twisted's echo server: a protocol for each connection. */
import { DuplexTransport, Protocol } from '../../library/index.js';
import { serveMany } from './serve-many.js';

class Echo extends Protocol {
  override dataReceived(data: Buffer): void {
    this.transport.write(data);
  }
}

serveMany(
  (socket) => {
    new DuplexTransport(socket, { protocol: new Echo() });
  },
  { allowHalfOpen: true },
);
