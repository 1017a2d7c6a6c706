import { expect } from 'chai';
import sinon from 'sinon';

import { InvalidArgTypeError } from '../../../lib/base/errors.js';
import { LineReceiver } from '../../../lib/protocols/line-receiver.js';
import { ProtocolWrapper } from '../../../lib/protocols/policies/protocol-wrapper.js';
import { WrappingFactory } from '../../../lib/protocols/policies/wrapping-factory.js';
import { StringTransport } from '../../../lib/testing/string-transport.js';
import {
  ConnectionDone,
  isHalfCloseableProtocol,
  isHandshakeListener,
  isPushProducer,
  type IProtocol,
  type ITransport,
  Protocol,
} from '../../../lib/twisted/core/index.js';
import { recorder } from '../../support/recording-producer.js';
import { connected, factoryOf, Recorder } from './support.js';

describe('ProtocolWrapper', () => {
  const registry = () => ({ registerProtocol: sinon.spy(), unregisterProtocol: sinon.spy() });

  /** A wrapper around `protocol`, connected. */
  const setUp = <P extends IProtocol>(
    protocol: P,
    transport: ITransport = new StringTransport(),
  ) => {
    const wrapper = new ProtocolWrapper(registry(), protocol);
    wrapper.makeConnection(transport);
    return { wrapper, transport, protocol };
  };

  it('is the transport of the protocol, and the protocol of the transport', () => {
    const factory = new WrappingFactory(factoryOf());
    const { protocol: wrapper, transport } = connected(factory, ProtocolWrapper<Recorder>);
    const wrapped = wrapper.wrappedProtocol as Recorder;
    expect(wrapped.transport).to.equal(wrapper);
    wrapper.dataReceived(Buffer.from('in'));
    wrapped.transport.write(Buffer.from('out'));
    wrapped.transport.writeSequence([Buffer.from('+'), Buffer.from('more')]);
    expect(transport.value().toString()).to.equal('out+more');
    wrapped.transport.loseConnection();
    expect(wrapped.log).to.deep.equal(['made', 'received in', 'lost ConnectionDone']);
  });

  it('has its transport when its own connectionMade is called, before the protocol is told', () => {
    const protocol = new Recorder();
    class Greeting extends ProtocolWrapper<Recorder> {
      override connectionMade(): void {
        this.transport.write(Buffer.from('hello'));
        protocol.log.push('greeted');
      }
    }
    const transport = new StringTransport();
    new Greeting(registry(), protocol).makeConnection(transport);
    expect(transport.value().toString()).to.equal('hello');
    expect(protocol.log).to.deep.equal(['greeted', 'made']);
  });

  it('shares no name of its own state with a subclass', () => {
    class Counting extends ProtocolWrapper {
      readonly made = 'by us';
      readonly closing = ['nothing'];
      state(): string {
        return 'still';
      }
      tellLost(): never {
        throw new Error('called by the base class');
      }
    }
    const wrapper = new Counting(registry(), new Recorder());
    wrapper.makeConnection(new StringTransport());
    expect(wrapper.disconnecting).to.equal(false);
    wrapper.loseConnection();
    expect(wrapper.disconnecting).to.equal(true);
    wrapper.connectionLost(new ConnectionDone());
    expect(wrapper.wrappedProtocol).to.equal(null);
  });

  it('tells its factory before the wrapped protocol, and forgets that once it was told of the loss', () => {
    const log: unknown[] = [];
    const own = registry();
    const wrapper: ProtocolWrapper<Recorder> = new ProtocolWrapper(own, new Recorder());
    own.registerProtocol = sinon.spy(() =>
      log.push('register', ...(wrapper.wrappedProtocol?.log ?? [])),
    );
    own.unregisterProtocol = sinon.spy(() =>
      log.push('unregister', wrapper.wrappedProtocol?.log.length),
    );
    const { wrappedProtocol } = wrapper;
    wrapper.makeConnection(new StringTransport());
    wrapper.connectionLost(new ConnectionDone());
    expect(log).to.deep.equal(['register', 'unregister', 1]);
    expect(wrappedProtocol?.log).to.deep.equal(['made', 'lost ConnectionDone']);
    expect(wrapper.wrappedProtocol).to.equal(null);
    sinon.assert.calledOnceWithExactly(own.registerProtocol, wrapper);
  });

  it('passes nothing on once its connection is lost', () => {
    const { wrapper, protocol } = setUp(new Recorder());
    wrapper.connectionLost(new ConnectionDone());
    wrapper.dataReceived(Buffer.from('late'));
    wrapper.connectionLost(new ConnectionDone());
    expect(protocol.log).to.deep.equal(['made', 'lost ConnectionDone']);
  });

  it('does not connect a protocol whose connection is lost as the factory is told of it', () => {
    const protocol = new Recorder();
    const own = registry();
    const wrapper = new ProtocolWrapper(own, protocol);
    own.registerProtocol = sinon.spy(() => wrapper.connectionLost(new ConnectionDone()));
    wrapper.makeConnection(new StringTransport());
    expect(protocol.log).to.deep.equal(['lost ConnectionDone']);
  });

  it('has all that its transport has, and nothing that it lacks', () => {
    class Sending extends StringTransport {
      mark = 1;
      whoAmI() {
        return this;
      }
    }
    const { wrapper, transport } = setUp(new Recorder(), new Sending());
    const versatile = wrapper as unknown as Sending & Record<string, unknown>;
    expect(versatile.whoAmI()).to.equal(transport);
    expect(versatile.mark).to.equal(1);
    expect(versatile['startTLS']).to.equal(undefined);
    expect(wrapper.getPeer()).to.deep.equal(transport.getPeer());
    expect(wrapper.getHost()).to.deep.equal(transport.getHost());
    expect(isPushProducer(wrapper)).to.equal(true);
    wrapper.pauseProducing();
    expect((transport as Sending).producerState).to.equal('paused');
    const { wrapper: poor } = setUp(new Recorder(), { write: () => {} } as unknown as ITransport);
    expect(isPushProducer(poor)).to.equal(false);
  });

  it('stands as its transport stands', () => {
    const transport = { ...recorder(), connected: true, disconnecting: false } as object;
    const { wrapper } = setUp(new Recorder(), transport as ITransport);
    expect(wrapper).to.include({ connected: true, disconnecting: false, disconnected: false });
    Object.assign(transport, { connected: false, disconnecting: true, disconnected: true });
    expect(wrapper).to.include({ connected: false, disconnecting: true, disconnected: true });
  });

  it('stands as it was told, if its transport does not say', () => {
    const wrapper = new ProtocolWrapper(registry(), new Recorder());
    const seen = () => [wrapper.connected, wrapper.disconnecting, wrapper.disconnected];
    expect(seen()).to.deep.equal([false, false, false]);
    wrapper.makeConnection({ loseConnection: () => {} } as unknown as ITransport);
    expect(seen()).to.deep.equal([true, false, false]);
    wrapper.loseConnection();
    expect(seen()).to.deep.equal([true, true, false]);
    wrapper.connectionLost(new ConnectionDone());
    expect(seen()).to.deep.equal([false, true, true]);
  });

  it('passes any producer on, and leaves it to the transport whether it will do', () => {
    const { wrapper, transport } = setUp(new Recorder());
    const producer = {} as never;
    wrapper.registerProducer(producer, true);
    expect(transport).to.include({ producer, streaming: true });
    wrapper.unregisterProducer();
    expect(transport).to.include({ producer: null });
  });

  it('is half-closeable, and is told of handshakes, exactly if the wrapped protocol is', () => {
    const { wrapper } = setUp(new Recorder(), {
      readConnectionLost: () => expect.fail('the transport’s'),
      writeConnectionLost: () => {},
      handshakeCompleted: () => {},
    } as unknown as ITransport);
    expect(isHalfCloseableProtocol(wrapper)).to.equal(false);
    expect(isHandshakeListener(wrapper)).to.equal(false);
    class Patient extends Recorder {
      readConnectionLost = () => void this.log.push('read half');
      writeConnectionLost = () => void this.log.push('write half');
      handshakeCompleted = () => void this.log.push('handshake');
    }
    const { wrapper: patient, protocol } = setUp(new Patient());
    expect(isHalfCloseableProtocol(patient)).to.equal(true);
    patient.readConnectionLost?.();
    patient.writeConnectionLost?.();
    patient.handshakeCompleted?.();
    expect(protocol.log).to.deep.equal(['made', 'read half', 'write half', 'handshake']);
  });

  it('accepts null as a transport or a reason', () => {
    const wrapper = new ProtocolWrapper(registry(), new Recorder());
    const { wrappedProtocol } = wrapper;
    wrapper.makeConnection(null);
    wrapper.write(Buffer.from('nowhere'));
    wrapper.writeSequence([]);
    wrapper.unregisterProducer();
    wrapper.stopConsuming();
    wrapper.loseConnection();
    wrapper.connectionLost(null);
    expect(wrappedProtocol?.log).to.deep.equal(['made', 'lost null']);
  });

  it('returns the promise of the wrapped protocol, so that the transport sees it reject', () => {
    const [made, received, lost] = [Promise.resolve(), Promise.resolve(), Promise.resolve()];
    const answers = { makeConnection: made, dataReceived: received, connectionLost: lost };
    const protocol = {
      makeConnection: () => answers.makeConnection,
      dataReceived: () => answers.dataReceived,
      connectionLost: () => answers.connectionLost,
    } as unknown as IProtocol;
    const wrapper = new ProtocolWrapper(registry(), protocol);
    const returned = [
      wrapper.makeConnection(new StringTransport()),
      wrapper.dataReceived(Buffer.from('x')),
      wrapper.connectionLost(new ConnectionDone()),
    ] as unknown[];
    for (const [i, promise] of [made, received, lost].entries()) {
      expect(returned[i]).to.equal(promise);
    }
  });

  it('keeps an error that a line receiver returns from the transport, which would close', () => {
    const lines: string[] = [];
    class Receiver extends LineReceiver {
      override lineReceived(line: Buffer): Error {
        lines.push(line.toString());
        return new Error('no more of this chunk');
      }
    }
    const { wrapper } = setUp(new Receiver());
    const returned = [wrapper.dataReceived(Buffer.from('one\r\ntwo\r\n'))] as unknown[];
    expect(lines).to.deep.equal(['one']);
    expect(returned).to.deep.equal([undefined]);
  });

  it('tells the wrapped protocol of the loss, and lets it go, although a callback throws', () => {
    const own = registry();
    own.unregisterProtocol = sinon.stub().throws(new Error('factory'));
    const wrapped = new Recorder();
    const wrapper = new ProtocolWrapper(own, wrapped);
    wrapper.makeConnection(new StringTransport());
    expect(() => wrapper.connectionLost(new ConnectionDone())).to.throw('factory');
    expect(wrapped.log).to.deep.equal(['made', 'lost ConnectionDone']);
    expect(wrapper.wrappedProtocol).to.equal(null);
  });

  it('refuses to connect a value that is not a protocol', () => {
    const own = registry();
    const wrapper = new ProtocolWrapper(own, {} as IProtocol);
    expect(() => wrapper.makeConnection(new StringTransport())).to.throw(InvalidArgTypeError);
    sinon.assert.notCalled(own.registerProtocol);
    expect(wrapper.transport).to.equal(null);
  });

  it('lets a subclass see and change the data that passes', () => {
    class Loud extends ProtocolWrapper {
      override dataReceived(data: Buffer): void {
        return super.dataReceived(Buffer.from(data.toString().toUpperCase()));
      }
      override write(data: Uint8Array): void {
        super.write(Buffer.concat([data, Buffer.from('!')]));
      }
    }
    const wrapped = new Recorder();
    const transport = new StringTransport();
    const loud = new Loud(registry(), wrapped);
    loud.makeConnection(transport);
    loud.dataReceived(Buffer.from('in'));
    wrapped.transport.write(Buffer.from('out'));
    expect(wrapped.log).to.deep.equal(['made', 'received IN']);
    expect(transport.value().toString()).to.equal('out!');
    loud.pauseProducing();
    expect(transport.producerState).to.equal('paused');
  });

  it('names both in logs', () => {
    class Echo extends Protocol {}
    const { wrapper } = setUp(new Echo());
    expect(wrapper.logPrefix()).to.equal('Echo (ProtocolWrapper)');
    wrapper.connectionLost(new ConnectionDone());
    expect(wrapper.logPrefix()).to.equal('ProtocolWrapper');
  });
});
