/** A connection that is lost from inside a call of the stream, or of which the end is told twice. */
import { finished } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  ConnectionDone,
  ConnectionLost,
  InvalidArgTypeError,
  TransportDuplex,
} from '../../../lib/index.js';
import { HalfCloseableTransport } from '../../support/transports.js';

/** A stream, a transport that is yet to be connected to it, and the events of the stream. */
function made() {
  const duplex = new TransportDuplex();
  const events: unknown[] = [];
  for (const name of ['connect', 'end', 'finish', 'close']) {
    duplex.on(name, () => events.push(name));
  }
  duplex.on('error', (error) => events.push(error));
  return { duplex, events, transport: new HalfCloseableTransport() };
}

function connected() {
  const all = made();
  all.duplex.makeConnection(all.transport);
  all.events.length = 0;
  all.transport.log.length = 0;
  return all;
}

const closed = (duplex: TransportDuplex) =>
  new Promise<void>((resolve) => duplex.once('close', resolve));

describe('A TransportDuplex', () => {
  const lost = () => new ConnectionLost();

  it('is not connected by a value that is not a transport', () => {
    for (const wrong of [null, undefined, {}, 'transport', { write() {} }]) {
      const { duplex, events } = made();
      expect(() => duplex.makeConnection(wrong as never)).to.throw(InvalidArgTypeError);
      expect(duplex.connecting).to.equal(true);
      expect(events).to.deep.equal([]);
    }
  });

  it('emits no connect event, and writes nothing, if the connection is lost as it registers', async () => {
    const { duplex, events, transport } = made();
    duplex.write('early');
    const reason = lost();
    transport.registerProducer = () => duplex.connectionLost(reason);
    duplex.makeConnection(transport);
    await closed(duplex);
    expect(transport.log).to.deep.equal([]);
    expect(events).to.deep.equal([reason, 'close']);
  });

  it('emits no connect event if the bytes written before make it lose the connection', async () => {
    const { duplex, events, transport } = made();
    duplex.write('early');
    const reason = lost();
    transport.write = () => duplex.connectionLost(reason);
    duplex.makeConnection(transport);
    await closed(duplex);
    expect(events).to.deep.equal([reason, 'close']);
  });

  it('is told only once that a half has ended', async () => {
    const { duplex, events } = connected();
    duplex.resume();
    for (let count = 0; count < 2; count += 1) {
      duplex.readConnectionLost();
      duplex.writeConnectionLost();
    }
    await closed(duplex);
    duplex.readConnectionLost();
    duplex.writeConnectionLost();
    await turn();
    expect(events.sort()).to.deep.equal(['close', 'end', 'finish']);
  });

  it('is told of the end of its halves in vain once it is destroyed', async () => {
    const { duplex, events } = connected();
    const error = lost();
    duplex.destroy(error);
    duplex.readConnectionLost();
    duplex.writeConnectionLost();
    await turn();
    expect(events).to.deep.equal([error, 'close']);
  });

  it('keeps the first reason for which the connection is lost', async () => {
    const { duplex, events } = connected();
    duplex.resume();
    duplex.connectionLost(new ConnectionDone());
    duplex.connectionLost(lost());
    await closed(duplex);
    expect(events).to.deep.equal(['end', 'finish', 'close']);
  });

  it('does not unregister from a transport that is lost', async () => {
    const { duplex, transport } = connected();
    duplex.resume();
    duplex.connectionLost(new ConnectionDone());
    await closed(duplex);
    expect(transport.log).to.deep.equal([]);
  });

  it('ends cleanly if its transport stops the producer and is then lost cleanly', async () => {
    const { duplex, events, transport } = connected();
    duplex.resume();
    transport.producer?.stopProducing();
    duplex.connectionLost(new ConnectionDone());
    await closed(duplex);
    await turn();
    expect(events).to.deep.equal(['end', 'finish', 'close']);
  });

  it('can be read on if its transport stops the producer because the write half has ended', async () => {
    const { duplex, events, transport } = connected();
    transport.producer?.stopProducing();
    duplex.writeConnectionLost();
    await turn();
    await turn();
    duplex.dataReceived(Buffer.from('more'));
    expect(String(duplex.read())).to.equal('more');
    expect(events).to.deep.equal(['finish']);
  });

  it('asks nothing more of a transport that is lost as the producer unregisters', async () => {
    for (const leave of ['end', 'destroy'] as const) {
      const { duplex, transport } = connected();
      duplex.resume();
      transport.unregisterProducer = () => duplex.connectionLost(new ConnectionDone());
      duplex[leave]();
      await closed(duplex);
      expect(transport.log).to.deep.equal([]);
    }
  });

  it('aborts once, however often it is reset and destroyed', async () => {
    const { duplex, events, transport } = connected();
    expect(duplex.resetAndDestroy()).to.equal(duplex);
    expect(duplex.resetAndDestroy()).to.equal(duplex);
    duplex.destroy();
    await turn();
    expect(transport.log).to.deep.equal(['unregister', 'abort']);
    expect(events).to.deep.equal(['close']);
  });

  it('is destroyed with the reason for which a method of its transport rejects', async () => {
    const { duplex, events, transport } = connected();
    const reason = new Error('Oops');
    transport.pauseProducing = () => Promise.reject(reason) as never;
    duplex.dataReceived(Buffer.alloc(duplex.readableHighWaterMark));
    await closed(duplex);
    expect(events).to.deep.equal([reason, 'close']);
  });

  it('that was destroyed has not ended, although it is told of the ends of its halves', async () => {
    for (const half of [{ writable: false }, { readable: false }]) {
      const { duplex } = connected();
      duplex.destroy();
      duplex.readConnectionLost();
      duplex.writeConnectionLost();
      const error: unknown = await finished(duplex, half).catch((reason: unknown) => reason);
      expect(error).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
    }
  });

  it('does not resume a transport whose other end has ended before the next tick', async () => {
    const { duplex, transport } = connected();
    const full = duplex.readableHighWaterMark;
    duplex.dataReceived(Buffer.alloc(full));
    expect(duplex.read()).to.have.lengthOf(full);
    duplex.readConnectionLost();
    await turn();
    expect(transport.log).to.deep.equal(['pause']);
  });

  it('that ended before it was connected does not unregister from a transport that is lost as it registers', async () => {
    const { duplex, transport } = made();
    duplex.end();
    await turn();
    transport.registerProducer = () => duplex.connectionLost(lost());
    duplex.makeConnection(transport);
    await closed(duplex);
    expect(transport.log).to.deep.equal([]);
  });

  it('can be read to its end when its transport stopped the producer before it was lost cleanly', async () => {
    const { duplex, events, transport } = connected();
    duplex.dataReceived(Buffer.from('unread'));
    transport.producer?.stopProducing();
    duplex.write('late');
    duplex.connectionLost(new ConnectionDone());
    await turn();
    await turn();
    expect(String(duplex.read())).to.equal('unread');
    await closed(duplex);
    expect(events.sort()).to.deep.equal(['close', 'end', 'finish']);
  });
});
