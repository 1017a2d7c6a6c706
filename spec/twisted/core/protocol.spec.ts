import { expect } from 'chai';

import { StringTransport } from '../../../lib/testing/string-transport.js';
import { isHalfCloseableProtocol, isProtocol } from '../../../lib/twisted/core/interfaces.js';
import { Protocol } from '../../../lib/twisted/core/protocol.js';

describe('Protocol', () => {
  it('is a protocol, but not a half-closeable one', () => {
    expect(isProtocol(new Protocol())).to.equal(true);
    expect(isHalfCloseableProtocol(new Protocol())).to.equal(false);
  });

  it('knows its transport, and that it is connected, when connectionMade is called', () => {
    const transport = new StringTransport();
    const log: unknown[] = [];
    class Greeter extends Protocol<StringTransport> {
      override connectionMade(): void {
        log.push(this.connected, this.transport);
        this.transport.write(Buffer.from('hello'));
      }
    }
    const greeter = new Greeter();
    expect(greeter.connected).to.equal(false);
    expect(greeter.transport).to.equal(null);
    greeter.makeConnection(transport);
    expect(log).to.deep.equal([true, transport]);
    expect(transport.value().toString()).to.equal('hello');
  });

  it('has a transport that can be asked for TLS, and whether it closes, by its type', () => {
    class Careful extends Protocol {
      override dataReceived(): void {
        if (!this.transport.disconnecting) this.transport.startTLS({ isServer: true });
      }
    }
    const told: unknown[] = [];
    const transport = Object.assign(new StringTransport(), {
      startTLS: (options: object) => told.push(options),
    });
    const protocol = new Careful();
    protocol.makeConnection(transport);
    protocol.dataReceived();
    transport.loseConnection();
    protocol.dataReceived();
    expect(told).to.deep.equal([{ isServer: true }]);
  });

  it('has callbacks that do nothing until they are overridden', () => {
    const protocol = new Protocol();
    protocol.makeConnection(new StringTransport());
    protocol.dataReceived(Buffer.from('a'));
    protocol.connectionLost(new Error('Oops'));
  });

  it('is named after its class in logs', () => {
    class Echo extends Protocol {}
    expect(new Echo().logPrefix()).to.equal('Echo');
  });
});
