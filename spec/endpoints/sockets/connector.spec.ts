import { expect } from 'chai';

import {
  connect,
  Factory,
  listen,
  Protocol,
  ReconnectingClientFactory,
  type Connector,
  type ListeningPort,
  type TCPAddress,
} from '../../../lib/index.js';
import { freePort, local, Recorder } from '../../support/connections.js';

/** Tells its client the port that it has reached. */
class Teller extends Protocol {
  override connectionMade(): void {
    const { port } = this.transport.getHost() as TCPAddress;
    this.transport.write(Buffer.from(String(port)));
    this.transport.loseConnection();
  }
}

describe('Connector', () => {
  let listening: ListeningPort<TCPAddress>;
  beforeEach(async () => {
    listening = await listen(Factory.forProtocol(Teller), { port: 0, ...local });
  });
  afterEach(async () => {
    await listening.stopListening();
  });

  // As clients of databases do, when a server is lost and another one has its data.
  it('goes to the host and port that a factory sets before it calls connect or retry', async () => {
    const { port } = listening.getHost();
    const closed = await freePort();
    const events: unknown[] = [];
    await new Promise<void>((resolve) => {
      class Client extends Protocol {
        override dataReceived(data: Buffer): void {
          events.push(`reached ${data.toString() === String(port)}`);
        }
      }
      class Nodes extends ReconnectingClientFactory {
        override protocol = Client;
        override delay = 0.001;
        private go(connector: Connector): void {
          events.push(connector.getDestination());
          connector.host = '127.0.0.1';
          connector.port = port;
        }
        override clientConnectionFailed(connector: Connector): void {
          this.go(connector);
          connector.connect();
        }
        override clientConnectionLost(connector: Connector): void {
          this.go(connector);
          if (events.length > 3) {
            resolve();
            return;
          }
          this.retry(connector);
        }
      }
      connect(new Nodes(), { port: closed });
    });
    const second = { type: 'TCP', family: 'IPv4', host: '127.0.0.1', port };
    expect(events).to.deep.equal([
      { type: 'TCP', family: 'IPv4', host: 'localhost', port: closed },
      'reached true',
      second,
      'reached true',
      second,
    ]);
  });

  it('goes on with the attempt that is under way, when its port is set', async () => {
    const factory = new Recorder();
    const { port } = listening.getHost();
    const closed = await freePort();
    const connector = connect(factory, { port, ...local });
    connector.port = closed;
    await factory.whenOver;
    expect(connector).to.include({ host: '127.0.0.1', port: closed });
    expect(factory.told).to.deep.equal(['start', 'connecting', 'lost', 'stop']);
  });

  it('refuses a host and a port that are not valid, and those of a path, and stays as it is', () => {
    const connector = connect(new Recorder(), { port: 1, ...local });
    connector.stopConnecting();
    expect(() => (connector.port = 70_000))
      .to.throw()
      .with.property('code', 'ERR_OUT_OF_RANGE');
    expect(() => (connector.host = 5 as never)).to.throw(TypeError, 'options.host');
    expect(connector).to.include({ host: '127.0.0.1', port: 1 });
    const unix = connect(new Recorder(), { path: '/no-such-socket' });
    unix.stopConnecting();
    expect(() => (unix.host = 'example.org')).to.throw(TypeError, 'options.host');
    expect(() => (unix.port = 1)).to.throw(TypeError, 'either a `port` or a `path`');
    expect(unix).to.include({ host: undefined, port: undefined });
  });
});
