import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { Bucket } from '../../../lib/twisted/shaping/bucket.js';
import type { IPushProducer } from '../../../lib/twisted/core/interfaces.js';
import { ShapedTransport } from '../../../lib/twisted/shaping/shaped-transport.js';
import { makeBucket } from '../../support/buckets.js';
import { bytes, makeEnds } from '../../support/ends.js';
import { HalfCloseableTransport } from '../../support/transports.js';

/** A transport on a stream, as far as a close looks at it. It asks only when a spec does. */
class Transport extends HalfCloseableTransport {
  protocol: object | null = null;
  closed: Promise<unknown> | null = null;

  ask(): void {
    this.producer?.resumeProducing();
  }
}

describe('ShapedTransport, when it is to close,', () => {
  let transport: Transport;
  let shaped: ShapedTransport<Transport>;
  /** The protocol of the transport. */
  let own: IPushProducer;
  let other: IPushProducer;
  /** The calls that the two producers got. */
  let told: string[];
  /** Functions that they call inside such a call, once. */
  let when: Record<string, (() => void) | undefined>;

  beforeEach(() => {
    const ends = makeEnds();
    ({ producer: own, other, log: told, when } = ends);
    transport = new Transport();
    transport.protocol = own;
    shaped = new ShapedTransport(transport, new Bucket());
    shaped.bufferSize = 5;
    transport.log.length = 0;
  });

  describe('although its own protocol is registered as a push producer', () => {
    it('closes at once, because the protocol asked for it', () => {
      shaped.registerProducer(own, true);
      shaped.loseConnection();
      expect(transport.log).to.deep.equal(['unregister', 'lose']);
    });

    it('waits for the protocol if that is paused, until it was resumed and the event loop has turned', async () => {
      when['p resume'] = () => shaped.write(bytes('end'));
      shaped.registerProducer(own, true);
      shaped.write(bytes('hello'));
      shaped.loseConnection();
      await turn();
      expect(shaped.producer).to.equal(own);
      transport.ask();
      expect(shaped.producer).to.equal(own);
      await turn();
      expect(shaped.producer).to.equal(null);
      transport.ask();
      expect(transport.log).to.deep.equal(['hello', 'end', 'unregister', 'lose']);
      expect(told).to.deep.equal(['p pause', 'p resume']);
    });

    it('waits for another producer that has taken the place of the protocol by then', async () => {
      when['p resume'] = () => shaped.write(bytes('end'));
      shaped.registerProducer(own, true);
      shaped.write(bytes('hello'));
      shaped.loseConnection();
      transport.ask();
      shaped.unregisterProducer();
      shaped.registerProducer(other, true);
      await turn();
      expect(shaped.producer).to.equal(other);
      shaped.unregisterProducer();
      transport.ask();
      expect(transport.log).to.deep.equal(['hello', 'end', 'unregister', 'lose']);
    });
  });

  it('waits for its own protocol if that is a pull producer: it has to be asked', async () => {
    shaped.registerProducer(own, false);
    shaped.loseConnection();
    transport.ask();
    await turn();
    expect(transport.log).to.deep.equal([]);
    shaped.unregisterProducer();
    expect(transport.log).to.deep.equal(['unregister', 'lose']);
  });

  it('waits for a producer that is not its protocol, also when that was paused and resumed', async () => {
    shaped.registerProducer(other, true);
    shaped.write(bytes('hello'));
    shaped.loseConnection();
    transport.ask();
    await turn();
    expect(told).to.deep.equal(['q pause', 'q resume']);
    expect(transport.log).to.deep.equal(['hello']);
    shaped.unregisterProducer();
    expect(transport.log).to.deep.equal(['hello', 'unregister', 'lose']);
  });

  it('no longer looks whether its producer is lost once another has registered', async () => {
    let lose!: (reason: unknown) => void;
    const closed = new Promise((resolve) => (lose = resolve));
    shaped.registerProducer(
      { ...other, transport: { loseConnection() {}, closed } } as never,
      true,
    );
    shaped.write(bytes('a'));
    shaped.loseConnection();
    shaped.unregisterProducer();
    shaped.registerProducer(other, true);
    lose(null);
    await turn();
    expect(shaped.producer).to.equal(other);
  });

  describe('over a transport on a stream', () => {
    beforeEach(() => {
      transport.closed = new Promise(() => {});
    });

    it('sends what is written in the turn in which its producer has unregistered', async () => {
      shaped.registerProducer(other, true);
      shaped.loseConnection();
      shaped.unregisterProducer();
      shaped.write(bytes('abc'));
      await turn();
      expect(transport.log).to.deep.equal([]);
      transport.ask();
      expect(transport.log).to.deep.equal(['abc']);
      await turn();
      expect(transport.log).to.deep.equal(['abc', 'unregister', 'lose']);
    });

    it('sends what is written in the turn in which the close was asked for', async () => {
      transport.ask();
      shaped.loseConnection();
      shaped.loseConnection();
      shaped.write(bytes('abc'));
      expect(transport.log).to.deep.equal(['abc']);
      shaped.loseConnection();
      await turn();
      expect(transport.log).to.deep.equal(['abc', 'unregister', 'lose']);
    });

    it('waits for a producer that registers in that turn', async () => {
      shaped.loseConnection();
      shaped.registerProducer(other, true);
      await turn();
      expect(transport.log).to.deep.equal([]);
      transport.ask();
      shaped.write(bytes('abc'));
      shaped.unregisterProducer();
      await turn();
      expect(transport.log).to.deep.equal(['abc', 'unregister', 'lose']);
    });

    it('drops what is written in that turn after an abort', async () => {
      shaped.loseConnection();
      shaped.abortConnection();
      shaped.write(bytes('abc'));
      await turn();
      transport.ask();
      expect(transport.log).to.deep.equal(['abort']);
    });

    it('tells it of finish at once', () => {
      Object.assign(transport, { finish: () => transport.log.push('finish') });
      shaped.registerProducer(other, true);
      shaped.finish();
      expect(transport.log).to.deep.equal(['finish', 'unregister']);
    });
  });

  it('only pauses and resumes its own protocol if no close was asked for', async () => {
    shaped.registerProducer(own, true);
    shaped.write(bytes('hello'));
    transport.ask();
    await turn();
    expect(told).to.deep.equal(['p pause', 'p resume']);
    expect(shaped.producer).to.equal(own);
  });

  describe('and after an abortion', () => {
    beforeEach(() => {
      shaped.write(bytes('abc'));
      shaped.abortConnection();
      transport.log.length = 0;
    });

    it('has nothing to send, although the transport asks', () => {
      transport.ask();
      expect(transport.log).to.deep.equal([]);
    });

    it('takes nothing more, and stops a producer that registers', () => {
      shaped.write(bytes('d'));
      shaped.registerProducer(other, true);
      transport.ask();
      expect(transport.log).to.deep.equal([]);
      expect(told).to.deep.equal(['q stop']);
      expect(shaped.producer).to.equal(null);
    });
  });

  it('has nothing to send before TLS once its transport has stopped it', () => {
    Object.assign(transport, { startTLS: () => transport.log.push('TLS') });
    shaped.write(bytes('abc'));
    transport.producer?.stopProducing();
    shaped.startTLS();
    expect(transport.log).to.deep.equal(['TLS']);
  });

  it('drops bytes that wait for room when it is aborted', () => {
    const slow = new ShapedTransport(new Transport(), makeBucket(1, 1));
    slow.write(bytes('abc'));
    slow.transport.ask();
    slow.abortConnection();
    slow.transport.ask();
    expect(slow.transport.log).to.deep.equal(['register pull', 'a', 'abort']);
  });
});
