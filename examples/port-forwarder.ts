/**
 * Twisted's `portforward`: passes each connection on to another address. The two transports are
 * each other's producers, so a slow reader on one side slows the writer on the other down.
 *
 *     node --import tsx/esm examples/port-forwarder.ts [port [host [its port]]]
 *     nc 127.0.0.1 8000
 *
 * Unless told otherwise it forwards port 8000 to examples/streaming.ts on port 1234.
 */
import net from 'node:net';

import { DuplexTransport, Protocol } from 'twisted-streams';

import { parsePort, serve } from './serve.js';

const [port = '8000', targetHost = '127.0.0.1', targetPort = '1234'] = process.argv.slice(2);
const target = { host: targetHost, port: parsePort(targetPort) };

class Proxy extends Protocol {
  peer: Proxy | null = null;

  override dataReceived(data: Buffer) {
    this.peer?.transport.write(data);
  }

  override connectionLost() {
    this.peer?.transport.loseConnection();
    this.peer = null;
  }
}

class ProxyClient extends Proxy {
  constructor(private readonly server: ProxyServer) {
    super();
  }

  override connectionMade() {
    this.peer = this.server;
    this.server.peer = this;
    this.transport.registerProducer(this.server.transport, true);
    this.server.transport.registerProducer(this.transport, true);
    this.server.transport.resumeProducing();
  }
}

class ProxyServer extends Proxy {
  override connectionMade() {
    this.transport.pauseProducing(); // Until there is somewhere to send it to.
    const protocol = new ProxyClient(this);
    const socket = net.connect(target);
    const transport = new DuplexTransport(socket, { protocol });
    void transport.closed.then((reason) => {
      if (!protocol.connected) console.error('Unable to connect:', (reason.cause as Error).message);
      this.transport.loseConnection();
    });
  }
}

serve(parsePort(port), () => new ProxyServer());
