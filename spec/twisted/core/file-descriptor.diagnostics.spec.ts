/** A bare `FileDescriptor`, and so every consumer of ours, tells the diagnostics channels of its events. */
import { Buffer } from 'node:buffer';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { expect } from 'chai';

import type { ConnectionMessage, ProducerMessage } from '../../../lib/index.js';
import { ConnectionDone } from '../../../lib/twisted/core/errors.js';
import { fakeProducer, MemoryDescriptor } from '../../support/memory-descriptor.js';

const CHANNELS = ['twisted-streams:producer', 'twisted-streams:connection'];

describe('The diagnostics channels, for a FileDescriptor', () => {
  let heard: (ProducerMessage | ConnectionMessage)[];
  const hear = (message: unknown) => heard.push(message as ProducerMessage);
  const events = () => heard.splice(0).map(({ event }) => event);
  beforeEach(() => {
    heard = [];
    for (const name of CHANNELS) subscribe(name, hear);
  });
  afterEach(() => {
    for (const name of CHANNELS) unsubscribe(name, hear);
  });

  it('tell of each change of its producer, in order, and of the loss with its reason', () => {
    const consumer = new MemoryDescriptor();
    consumer.bufferSize = 3;
    const producer = fakeProducer(consumer);
    consumer.registerProducer(producer, true);
    consumer.say('abcd');
    consumer.run();
    consumer.unregisterProducer();
    const pull = fakeProducer(consumer);
    consumer.registerProducer(pull, false);
    const reason = new ConnectionDone();
    consumer.connectionLost(reason);
    expect(heard).to.deep.equal([
      { event: 'registered', consumer, producer },
      { event: 'paused', consumer, producer },
      { event: 'resumed', consumer, producer },
      { event: 'unregistered', consumer, producer },
      { event: 'registered', consumer, producer: pull },
      { event: 'resumed', consumer, producer: pull },
      { event: 'stopped', consumer, producer: pull },
      { event: 'lost', consumer, reason },
    ]);
  });

  it('tell that a producer was stopped that came too late, and not that it was registered', () => {
    const consumer = new MemoryDescriptor();
    consumer.connectionLost(new ConnectionDone());
    heard = [];
    const producer = fakeProducer(consumer);
    consumer.registerProducer(producer, true);
    expect(heard).to.deep.equal([{ event: 'stopped', consumer, producer }]);
  });

  it('tell of no producer that unregisters where none is registered', () => {
    new MemoryDescriptor().unregisterProducer();
    expect(events()).to.deep.equal([]);
  });

  it('tell once that it closes, and once that it half closes', () => {
    const consumer = new MemoryDescriptor();
    consumer.loseConnection();
    consumer.loseConnection();
    expect(events()).to.deep.equal(['closing']);
    const half = new MemoryDescriptor();
    half.loseWriteConnection();
    expect(events()).to.deep.equal(['closing']);
    half.loseWriteConnection();
    expect(events()).to.deep.equal([]);
  });

  it('publish no close of a descriptor that is not connected', () => {
    const consumer = new MemoryDescriptor();
    consumer.connected = false;
    consumer.write(Buffer.from('lost'));
    consumer.loseConnection();
    consumer.loseWriteConnection();
    expect(events()).to.deep.equal([]);
  });
});
