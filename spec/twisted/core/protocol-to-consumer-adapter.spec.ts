import { expect } from 'chai';
import sinon from 'sinon';

import { InvalidArgTypeError } from '../../../lib/base/errors.js';
import { isConsumer, type IProtocol } from '../../../lib/twisted/core/interfaces.js';
import { Protocol } from '../../../lib/twisted/core/protocol.js';
import { ProtocolToConsumerAdapter } from '../../../lib/twisted/core/protocol-to-consumer-adapter.js';
import { recorder } from '../../support/recording-producer.js';

describe('ProtocolToConsumerAdapter', () => {
  const setUp = () => {
    const protocol = new Protocol();
    const dataReceived = sinon.stub(protocol, 'dataReceived');
    return { protocol, dataReceived, adapter: new ProtocolToConsumerAdapter(protocol) };
  };

  it('is a consumer', () => {
    const { adapter, protocol } = setUp();
    expect(isConsumer(adapter)).to.equal(true);
    expect(adapter.original).to.equal(protocol);
  });

  it('gives the protocol the bytes that are written, as a Buffer of the same memory', () => {
    const { adapter, dataReceived } = setUp();
    const data = new Uint8Array([0, 1, 2, 3]).subarray(1, 3);
    adapter.write(data);
    const [received] = dataReceived.firstCall.args;
    expect(Buffer.isBuffer(received)).to.equal(true);
    expect([...received]).to.deep.equal([1, 2]);
    expect(received.buffer).to.equal(data.buffer);
  });

  it('refuses a value that is not bytes', () => {
    const { adapter, dataReceived } = setUp();
    expect(() => adapter.write('text' as unknown as Buffer)).to.throw(InvalidArgTypeError);
    sinon.assert.notCalled(dataReceived);
  });

  it('passes on an error that the protocol throws', () => {
    const { adapter, dataReceived } = setUp();
    dataReceived.throws(new Error('Oops'));
    expect(() => adapter.write(Buffer.from('a'))).to.throw('Oops');
  });

  it('neither asks a producer nor tells the protocol of one', () => {
    const { adapter, protocol, dataReceived } = setUp();
    const callbacks = [
      dataReceived,
      sinon.spy(protocol, 'makeConnection'),
      sinon.spy(protocol, 'connectionLost'),
    ];
    const producer = recorder();
    for (const streaming of [true, false]) {
      adapter.registerProducer(producer, streaming);
      adapter.unregisterProducer();
    }
    expect(producer.told).to.deep.equal([]);
    for (const callback of callbacks) sinon.assert.notCalled(callback);
  });

  it('refuses a value that is not a protocol', () => {
    for (const protocol of [null, {}, () => {}]) {
      expect(() => new ProtocolToConsumerAdapter(protocol as unknown as IProtocol)).to.throw(
        InvalidArgTypeError,
      );
    }
  });
});
