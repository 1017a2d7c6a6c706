import { expect } from 'chai';
import sinon from 'sinon';

import { Bucket } from '../../../lib/twisted/shaping/bucket.js';
import { ShapedConsumer } from '../../../lib/twisted/shaping/shaped-consumer.js';
import { ShapedTransport } from '../../../lib/twisted/shaping/shaped-transport.js';
import { makeBucket } from '../../support/buckets.js';
import { bytes, makeEnds } from '../../support/ends.js';
import { AskingTransport, HalfCloseableTransport } from '../../support/transports.js';

describe('ShapedTransport, as a producer,', () => {
  let transport: HalfCloseableTransport;
  let shaped: ShapedTransport<HalfCloseableTransport>;

  beforeEach(() => {
    transport = new HalfCloseableTransport();
    shaped = new ShapedTransport(transport, new Bucket());
  });

  describe('over a slow bucket', () => {
    let clock: sinon.SinonFakeTimers;
    beforeEach(() => {
      clock = sinon.useFakeTimers();
      transport = new AskingTransport();
      shaped = new ShapedTransport(transport, makeBucket(4, 10));
      transport.log.length = 0;
    });
    afterEach(() => clock.restore());

    it('pauses and resumes the input, and goes on sending meanwhile', () => {
      shaped.pauseProducing();
      shaped.write(bytes('abcdefgh'));
      clock.tick(100);
      expect(transport.log).to.deep.equal(['pause', 'abcd', 'e']);
      shaped.resumeProducing();
      expect(transport.log.at(-1)).to.equal('resume');
    });

    it('closes when its consumer dies, after the last byte', () => {
      shaped.write(bytes('abcdefgh'));
      shaped.stopProducing();
      clock.tick(1_000);
      expect(transport.log.at(-1)).to.equal('lose');
      expect(transport.value().toString()).to.equal('abcdefgh');
    });
  });

  it('reads again once for a pause; resumed beyond that, it asks its own producer', () => {
    const { producer, log: calls } = makeEnds();
    shaped.registerProducer(producer, true);
    shaped.pauseProducing();
    for (let times = 0; times < 3; times++) shaped.resumeProducing();
    expect(transport.log).to.deep.equal(['register pull', 'pause', 'resume']);
    expect(calls).to.deep.equal(['p resume', 'p resume']);
  });

  it('stays paused if its reader pauses it again because of bytes that come while it resumes', () => {
    shaped.pauseProducing();
    sinon.stub(transport, 'resumeProducing').callsFake(() => {
      sinon.restore();
      shaped.pauseProducing();
    });
    shaped.resumeProducing();
    shaped.resumeProducing();
    expect(transport.log.slice(1)).to.deep.equal(['pause', 'pause', 'resume']);
  });

  it('asks a push producer once that calls resumeProducing itself', () => {
    const { producer, log: calls, when } = makeEnds();
    const again = () => {
      if (calls.length < 5) when['p resume'] = again;
      shaped.resumeProducing();
    };
    when['p resume'] = again;
    shaped.bufferSize = 1;
    shaped.registerProducer(producer, true);
    shaped.write(bytes('a'));
    transport.producer?.resumeProducing();
    expect(calls).to.deep.equal(['p pause', 'p resume']);
  });

  it('asks nothing of a producer that it has stopped, because the connection is lost', () => {
    const { producer, log: calls } = makeEnds();
    shaped.registerProducer(producer, true);
    transport.producer?.stopProducing();
    shaped.resumeProducing();
    expect(calls).to.deep.equal(['p stop']);
  });

  it('asks its own producer again although that has thrown before', () => {
    const { producer, log: calls, when } = makeEnds();
    when['p resume'] = () => expect.fail('not now');
    shaped.registerProducer(producer, true);
    expect(() => shaped.resumeProducing()).to.throw('not now');
    shaped.resumeProducing();
    expect(calls).to.deep.equal(['p resume', 'p resume']);
  });

  it('asks a pull producer again that has answered and has called resumeProducing itself', () => {
    let asked = 0;
    const producer = {
      resumeProducing() {
        asked += 1;
        if (asked === 3) return;
        shaped.write(bytes('a'));
        shaped.resumeProducing();
      },
      stopProducing() {},
    };
    shaped.registerProducer(producer, false);
    shaped.resumeProducing();
    expect(asked).to.equal(3);
  });

  it('asks once around a forwarder of two, each behind a ShapedConsumer', () => {
    const there = new ShapedTransport(new HalfCloseableTransport(), new Bucket());
    const links = [
      { from: shaped, to: there },
      { from: there, to: shaped },
    ].map(({ from, to }) => {
      const link = new ShapedConsumer(to, new Bucket());
      link.registerProducer(from, true);
      return link;
    });
    transport.producer?.resumeProducing();
    links[1]?.write(bytes('a'));
    expect(String(transport.value())).to.equal('a');
  });

  it('behaves as a ShapedConsumer does over a consumer that is not a transport', () => {
    const { consumer, log: calls } = makeEnds();
    const plain = Object.assign(consumer, { loseConnection: () => calls.push('lose') });
    const over = new ShapedTransport(plain as unknown as HalfCloseableTransport, new Bucket());
    over.pauseProducing();
    over.write(bytes('a'));
    over.resumeProducing();
    over.stopProducing();
    expect(calls).to.deep.equal(['register pull', 'write a']);
    expect(over.stopped).to.equal(true);
  });
});
