import { expect } from 'chai';

import { StringTransport } from '../../../lib/testing/string-transport.js';
import { ConsumerToProtocolAdapter } from '../../../lib/twisted/core/consumer-to-protocol-adapter.js';
import { InvalidArgTypeError } from '../../../lib/base/errors.js';
import {
  isProtocol,
  type IConsumer,
  type IProtocol,
} from '../../../lib/twisted/core/interfaces.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';

describe('ConsumerToProtocolAdapter', () => {
  it('is a protocol', () => {
    const consumer = new RecordingConsumer();
    const adapter = new ConsumerToProtocolAdapter(consumer);
    expect(isProtocol(adapter)).to.equal(true);
    expect(adapter.original).to.equal(consumer);
  });

  it('writes the bytes that it receives to the consumer, and tells the consumer nothing else', () => {
    const consumer = new RecordingConsumer();
    const adapter: IProtocol & { connectionMade(): void } = new ConsumerToProtocolAdapter(consumer);
    adapter.makeConnection(new StringTransport());
    adapter.connectionMade();
    adapter.dataReceived(Buffer.from('hello'));
    adapter.connectionLost(new Error('Oops'));
    expect(consumer.log).to.deep.equal(['hello']);
  });

  it('passes on an error that the consumer throws', () => {
    const consumer = new RecordingConsumer();
    consumer.wrote = () => {
      throw new Error('Oops');
    };
    const adapter = new ConsumerToProtocolAdapter(consumer);
    expect(() => adapter.dataReceived(Buffer.from('a'))).to.throw('Oops');
  });

  it('needs nothing of the consumer but its write', () => {
    const written: unknown[] = [];
    const adapter = new ConsumerToProtocolAdapter({ write: (data) => void written.push(data) });
    adapter.dataReceived(Buffer.from('hello'));
    expect(written).to.deep.equal([Buffer.from('hello')]);
  });

  it('refuses a value that is not a consumer', () => {
    for (const consumer of [null, {}, () => {}]) {
      expect(() => new ConsumerToProtocolAdapter(consumer as unknown as IConsumer)).to.throw(
        InvalidArgTypeError,
      );
    }
  });
});
