import { expect } from 'chai';
import sinon from 'sinon';

import { InvalidArgTypeError } from '../../lib/base/errors.js';
import { AccumulatingProtocol } from '../../lib/testing/accumulating-protocol.js';
import { loopback } from '../../lib/testing/loopback.js';
import { StringTransport } from '../../lib/testing/string-transport.js';
import { ConnectionDone } from '../../lib/twisted/core/errors.js';
import { Factory } from '../../lib/twisted/core/factory.js';
import { Protocol } from '../../lib/twisted/core/protocol.js';
import { failure } from '../support/failure.js';
import { loggedErrors } from '../support/logged.js';

describe('AccumulatingProtocol', () => {
  const logged = loggedErrors();

  it('has nothing before its connection is made', () => {
    const { made, closed, closedReason, data } = new AccumulatingProtocol();
    expect({ made, closed, closedReason, data: String(data) }).to.deep.equal({
      made: false,
      closed: false,
      closedReason: null,
      data: '',
    });
  });

  it('has the same data however often it is asked, and more when more comes', () => {
    const protocol = new AccumulatingProtocol();
    protocol.makeConnection(new StringTransport());
    protocol.dataReceived(Buffer.from('one '));
    for (let times = 0; times < 2; times++) expect(String(protocol.data)).to.equal('one ');
    protocol.dataReceived(Buffer.from('two'));
    for (let times = 0; times < 2; times++) expect(String(protocol.data)).to.equal('one two');
  });

  it('keeps the data that comes, and the reason why the connection was lost', async () => {
    class Talker extends Protocol {
      override connectionMade(): void {
        this.transport.write(Buffer.from('one '));
        this.transport.write(Buffer.from('two'));
        this.transport.loseConnection();
      }
    }
    const listener = new AccumulatingProtocol();
    await loopback(new Talker(), listener);
    await listener.closedDeferred;
    expect(listener.made).to.equal(true);
    expect(listener.closed).to.equal(true);
    expect(listener.closedReason).to.be.an.instanceOf(ConnectionDone);
    expect(String(listener.data)).to.equal('one two');
  });

  it('keeps a copy: the transport may use the memory again', () => {
    const listener = new AccumulatingProtocol();
    const memory = Buffer.from('first');
    listener.dataReceived(memory);
    memory.fill('x');
    listener.dataReceived(Buffer.from(' second'));
    expect(String(listener.data)).to.equal('first second');
  });

  it('lets a test set the received data, in bytes alone', () => {
    const listener = new AccumulatingProtocol();
    listener.dataReceived(Buffer.from('old'));
    listener.data = Buffer.from('new ');
    listener.dataReceived(Buffer.from('more'));
    expect(() => listener.dataReceived('text' as never)).to.throw(InvalidArgTypeError);
    expect(() => {
      listener.data = 'text' as never;
    }).to.throw(InvalidArgTypeError);
    expect(String(listener.data)).to.equal('new more');
  });

  it('logs the error of a factory whose protocolConnectionMade rejects, and closes', async () => {
    const listener = new AccumulatingProtocol();
    listener.factory = Object.assign(new Factory(), {
      protocolConnectionMade: () => Promise.reject(failure),
    });
    const transport = new StringTransport();
    listener.makeConnection(transport);
    await new Promise(setImmediate);
    expect(logged).to.deep.equal([failure]);
    expect(transport.disconnecting).to.equal(true);
  });

  it('tells its factory of the first connection, once', () => {
    class Expectant extends Factory {
      protocolConnectionMade: ((protocol: AccumulatingProtocol) => void) | null = null;
    }
    const factory = Expectant.forProtocol(AccumulatingProtocol);
    const told = sinon.spy();
    factory.protocolConnectionMade = told;
    const address = { type: 'TCP', family: 'IPv4', host: '127.0.0.1', port: 1 } as const;
    const [first, second] = [factory.buildProtocol(address), factory.buildProtocol(address)];
    first?.makeConnection(new StringTransport());
    second?.makeConnection(new StringTransport());
    sinon.assert.calledOnceWithExactly(told, first);
    expect(factory.protocolConnectionMade).to.equal(null);
  });
});
