import { expect } from 'chai';

import { StringTransport } from '../../../lib/testing/string-transport.js';
import { isHalfCloseableProtocol, isProtocol } from '../../../lib/twisted/core/interfaces.js';
import { Protocol } from '../../../lib/twisted/core/protocol.js';

describe('Protocol', () => {
  it('is a protocol, and not one that goes on with half a connection', () => {
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

  it('bears everything that it is told without being overridden', () => {
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
