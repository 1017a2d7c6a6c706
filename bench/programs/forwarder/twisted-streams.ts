/** Twisted's port forwarder: each transport is registered with the other as its producer. */
import { connect } from 'node:net';

import { DuplexTransport, Protocol } from '../../library/index.js';
import { serveOne } from '../listening.js';
import { readOptions } from '../options.js';

const { port } = readOptions<{ port: number }>();

class Proxy extends Protocol {
  peer: Proxy | null = null;

  override connectionLost(): void {
    this.peer?.transport.loseConnection();
    this.peer = null;
  }

  override dataReceived(data: Buffer): void {
    this.peer?.transport.write(data);
  }
}

class ProxyClient extends Proxy {
  constructor(override peer: ProxyServer) {
    super();
  }

  override connectionMade(): void {
    this.peer.peer = this;
    this.transport.registerProducer(this.peer.transport, true);
    this.peer.transport.registerProducer(this.transport, true);
    this.peer.transport.resumeProducing();
  }
}

class ProxyServer extends Proxy {
  override connectionMade(): void {
    this.transport.pauseProducing();
    new DuplexTransport(connect(port, '127.0.0.1'), { protocol: new ProxyClient(this) });
  }
}

serveOne((socket) => {
  new DuplexTransport(socket, { protocol: new ProxyServer() });
});
