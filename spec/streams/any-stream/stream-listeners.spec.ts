/** Several adapters around one stream: each hears of it, until it leaves. */
import { Duplex, PassThrough, type Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { ConnectionLost, DuplexTransport, Protocol, WritableConsumer } from '../../../lib/index.js';

const EVENTS = ['close', 'drain', 'finish', 'error'] as const;
const listenerCounts = (stream: Writable) => EVENTS.map((event) => stream.listenerCount(event));

class Recorder extends Protocol {
  readonly received: string[] = [];
  override dataReceived(data: Buffer): void {
    this.received.push(data.toString());
  }
}

/** A duplex that is given what it reads, and keeps what is written. */
const quietDuplex = () => new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });

describe('Adapters around one stream', () => {
  it('share their listeners', () => {
    const stream = new PassThrough();
    new WritableConsumer(stream);
    const counts = listenerCounts(stream);
    new WritableConsumer(stream);
    new WritableConsumer(stream);
    expect(listenerCounts(stream)).to.deep.equal(counts);
  });

  it('all hear that it is lost', async () => {
    const stream = new PassThrough();
    const consumers = [1, 2, 3].map(() => new WritableConsumer(stream));
    const boom = new Error('boom');
    stream.destroy(boom);
    for (const { closed } of consumers) {
      const reason = await closed;
      expect(reason).to.be.instanceOf(ConnectionLost);
      expect(reason.cause).to.equal(boom);
    }
  });

  it('hear no more of it when they have left, whoever came first', async () => {
    for (const leaver of [0, 1, 2]) {
      const stream = quietDuplex();
      const consumers = [1, 2, 3].map(() => new WritableConsumer(stream));
      const told: number[] = [];
      consumers.forEach((consumer, i) => void consumer.closed.then(() => told.push(i)));
      consumers[leaver]?.reactor.detach();
      stream.destroy();
      await turn();
      expect(told.sort()).to.deep.equal([0, 1, 2].filter((i) => i !== leaver));
    }
  });

  it('leave nothing behind but one guard on error, also when it is wrapped again', () => {
    const stream = quietDuplex();
    const before = listenerCounts(stream);
    for (let i = 0; i < 3; i++) new WritableConsumer(stream).reactor.detach();
    const after = listenerCounts(stream);
    expect(after.slice(0, 3)).to.deep.equal(before.slice(0, 3));
    expect(after[3]).to.equal((before[3] ?? 0) + 1);
    expect(() => stream.emit('error', new Error('boom'))).not.to.throw();
  });

  it('each get what comes in, once', async () => {
    const stream = quietDuplex();
    const protocols = [new Recorder(), new Recorder()];
    for (const protocol of protocols) new DuplexTransport(stream, { protocol });
    stream.push('first');
    await turn();
    expect(protocols.map(({ received }) => received)).to.deep.equal([['first'], ['first']]);
    expect(stream.listenerCount('data')).to.equal(1);
  });
});
