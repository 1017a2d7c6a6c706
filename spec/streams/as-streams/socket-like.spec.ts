import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import sinon from 'sinon';

import { InvalidArgTypeError, OutOfRangeError, TransportDuplex } from '../../../lib/index.js';
import { StringTransport } from '../../../lib/testing/index.js';
import { HalfCloseableTransport } from '../../support/transports.js';

function connected(transport: StringTransport = new StringTransport()): TransportDuplex {
  const duplex = new TransportDuplex();
  duplex.makeConnection(transport);
  return duplex;
}

const none = { type: 'PIPE' } as const;

describe('TransportDuplex, where a socket is expected', () => {
  it('says where both ends are', () => {
    const addresses = (duplex: TransportDuplex) => [
      [duplex.remoteAddress, duplex.remotePort, duplex.remoteFamily],
      [duplex.localAddress, duplex.localPort, duplex.localFamily],
    ];
    const nowhere = [undefined, undefined, undefined];
    expect(addresses(new TransportDuplex())).to.deep.equal([nowhere, nowhere]);
    expect(addresses(connected())).to.deep.equal([
      ['192.168.1.1', 54321, 'IPv4'],
      ['10.0.0.1', 12345, 'IPv4'],
    ]);
    const pipes = connected(new StringTransport(none, none));
    expect(addresses(pipes)).to.deep.equal([nowhere, nowhere]);
    const silent = Object.assign(new StringTransport(), { getHost: undefined, getPeer: undefined });
    expect(addresses(connected(silent))).to.deep.equal([nowhere, nowhere]);
  });

  it('passes each call on to the transport, and does nothing where the transport lacks the method', () => {
    const asked: unknown[] = [];
    const transport = Object.assign(new StringTransport(), {
      setTcpNoDelay: (on: boolean) => asked.push(['noDelay', on]),
      setTcpKeepAlive: (on: boolean) => asked.push(['keepAlive', on]),
      ref: () => asked.push('ref'),
      unref: () => asked.push('unref'),
    });
    for (const duplex of [connected(transport), connected(), new TransportDuplex()]) {
      const same = duplex.setNoDelay().setNoDelay(false).setKeepAlive(true).setKeepAlive();
      expect(same.ref().unref()).to.equal(duplex);
    }
    expect(asked).to.deep.equal([
      ['noDelay', true],
      ['noDelay', false],
      ['keepAlive', true],
      ['keepAlive', false],
      'ref',
      'unref',
    ]);
  });

  it('is connecting until it has a transport, or is destroyed', () => {
    const duplex = new TransportDuplex();
    expect(duplex.connecting).to.equal(true);
    expect(duplex.destroy().connecting).to.equal(false);
    expect(connected().connecting).to.equal(false);
  });

  describe('setTimeout', () => {
    let clock: sinon.SinonFakeTimers;
    beforeEach(() => {
      clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    });
    afterEach(() => clock.restore());

    it('emits timeout when no data came or went for the whole time', () => {
      const duplex = connected();
      const timeouts = sinon.spy();
      duplex.on('timeout', timeouts);
      duplex.setTimeout(100);
      clock.tick(99);
      duplex.dataReceived(Buffer.from('x'));
      clock.tick(99);
      duplex.write('x');
      clock.tick(99);
      sinon.assert.notCalled(timeouts);
      clock.tick(1);
      sinon.assert.calledOnce(timeouts);
      expect(duplex.timeout).to.equal(100);
      expect(duplex.destroyed).to.equal(false);
    });

    it('replaces the time that was set before, or turns it off', () => {
      const duplex = connected();
      const timeouts = sinon.spy();
      duplex.on('timeout', timeouts);
      duplex.setTimeout(100);
      duplex.setTimeout(1000);
      clock.tick(999);
      sinon.assert.notCalled(timeouts);
      duplex.setTimeout(0);
      clock.tick(1000);
      sinon.assert.notCalled(timeouts);
    });

    it('calls its callback once, and no more after 0', () => {
      const duplex = connected();
      const callback = sinon.spy();
      duplex.setTimeout(100, callback).setTimeout(0, callback);
      clock.tick(1000);
      sinon.assert.notCalled(callback);
      duplex.setTimeout(100, callback);
      clock.tick(100);
      duplex.write('x');
      clock.tick(100);
      sinon.assert.calledOnce(callback);
    });

    it('waits as long as a timer of Node can if it is told to wait longer, where Node would not wait', () => {
      const duplex = connected();
      const timeouts = sinon.spy();
      duplex.on('timeout', timeouts);
      duplex.setTimeout(1e12);
      clock.tick(2 ** 31 - 2);
      sinon.assert.notCalled(timeouts);
      clock.tick(1);
      sinon.assert.calledOnce(timeouts);
    });

    it('is forgotten with the stream', () => {
      const duplex = connected();
      duplex.setTimeout(100);
      duplex.destroy();
      expect(clock.countTimers()).to.equal(0);
      duplex.setTimeout(100);
      expect(clock.countTimers()).to.equal(0);
    });

    it('refuses a value that is not a time, or no callback', () => {
      const duplex = connected();
      for (const wrong of ['1', null, undefined]) {
        expect(() => duplex.setTimeout(wrong as never)).to.throw(InvalidArgTypeError);
      }
      for (const wrong of [-1, NaN, Infinity]) {
        expect(() => duplex.setTimeout(wrong)).to.throw(OutOfRangeError);
      }
      expect(() => duplex.setTimeout(1, 'callback' as never)).to.throw(InvalidArgTypeError);
      expect(duplex.timeout).to.equal(undefined);
    });
  });

  it('is destroyed soon: when the written bytes have gone', async () => {
    const transport = new HalfCloseableTransport();
    const duplex = connected(transport);
    duplex.write('a');
    duplex.destroySoon();
    await turn();
    expect(duplex.destroyed).to.equal(false);
    duplex.writeConnectionLost();
    await once(duplex, 'close');
    expect(transport.log.slice(1)).to.deep.equal(['a', 'unregister', 'lose write', 'lose']);

    const finished = connected(new HalfCloseableTransport());
    finished.end();
    await turn();
    finished.writeConnectionLost();
    await once(finished, 'finish');
    finished.destroySoon();
    expect(finished.destroyed).to.equal(true);
  });

  it('that is destroyed already has not ended because it is to be destroyed soon', () => {
    const duplex = connected();
    duplex.destroy();
    duplex.destroySoon();
    expect(duplex.writableEnded).to.equal(false);
  });
});
