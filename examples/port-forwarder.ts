/**
 * Twisted's `portforward`: passes each connection on to another address. The two transports are
 * each other's producers, so a slow reader on one side slows the writer on the other down.
 *
 *     node --import tsx/esm examples/port-forwarder.ts [port [host [its port]]]
 *     nc 127.0.0.1 8000
 *
 * Unless told otherwise it forwards port 8000 to examples/streaming.ts on port 1234.
 */
import { ClientFactory, connect, Factory, type IAddress, Protocol } from 'twisted-streams';

import { parsePort, serve } from './serve.js';

const [port = '8000', host = '127.0.0.1', targetPort = '1234'] = process.argv.slice(2);
const target = { host, port: parsePort(targetPort) };

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
  override connectionMade() {
    const { transport, peer } = this;
    if (peer === null) return;
    peer.peer = this;
    transport.registerProducer(peer.transport, true);
    peer.transport.registerProducer(transport, true);
    peer.transport.resumeProducing();
  }
}

class ProxyClientFactory extends ClientFactory {
  override protocol = ProxyClient;

  constructor(private readonly server: Proxy) {
    super();
  }

  override buildProtocol(address: IAddress) {
    const client = super.buildProtocol(address) as ProxyClient;
    client.peer = this.server;
    return client;
  }

  override clientConnectionFailed(_connector: unknown, reason: Error) {
    console.error('Unable to connect:', reason.message);
    this.server.transport.loseConnection();
  }
}

class ProxyServer extends Proxy {
  override connectionMade() {
    this.transport.pauseProducing(); // Until there is somewhere to send it to.
    connect(new ProxyClientFactory(this), target);
  }
}

await serve(parsePort(port), Factory.forProtocol(ProxyServer));
