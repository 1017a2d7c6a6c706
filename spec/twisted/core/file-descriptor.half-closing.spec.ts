import { expect } from 'chai';

import { fakeProducer } from '../../support/memory-descriptor.js';
import { Descriptor, TCPDescriptor } from '../../support/full-descriptor.js';

describe('FileDescriptor: closing', () => {
  describe('by loseWriteConnection', () => {
    it('ends the write half once everything is sent, and only that', () => {
      const descriptor = new Descriptor();
      descriptor.say('12');
      descriptor.loseWriteConnection();
      descriptor.run();
      expect(descriptor.news()).to.deep.equal([
        ...['addWriter', 'addWriter'],
        ...['send 12', 'removeWriter', 'closeWriteConnection'],
      ]);
      expect(descriptor).to.include({ connected: true, disconnecting: false });
    });

    it('starts writing always', () => {
      const descriptor = new Descriptor();
      descriptor.connected = false;
      descriptor.loseWriteConnection();
      descriptor.loseWriteConnection();
      expect(descriptor.news()).to.deep.equal(['addWriter', 'addWriter']);
    });

    it('waits for the producer, push or pull, and goes on when it unregisters', () => {
      for (const streaming of [true, false]) {
        const descriptor = new Descriptor();
        descriptor.registerProducer(fakeProducer(descriptor), streaming);
        descriptor.loseWriteConnection();
        descriptor.turn();
        descriptor.say('12');
        descriptor.turn();
        expect(descriptor.news()).to.not.include('closeWriteConnection');
        descriptor.unregisterProducer();
        expect(descriptor.news()).to.deep.equal(['addWriter']);
        descriptor.run();
        expect(descriptor.news()).to.deep.equal(['send', 'removeWriter', 'closeWriteConnection']);
      }
    });

    it('with waitsForProducer false does as Twisted: no wait, and unregistering starts nothing', () => {
      const descriptor = new TCPDescriptor();
      descriptor.registerProducer(fakeProducer(descriptor), true);
      descriptor.loseWriteConnection();
      descriptor.unregisterProducer();
      expect(descriptor.news()).to.deep.equal(['addWriter']);
      descriptor.registerProducer(fakeProducer(descriptor), true);
      descriptor.run();
      expect(descriptor.news()).to.deep.equal(['send', 'removeWriter', 'closeWriteConnection']);
    });

    it('starts nothing when a producer unregisters once the write half, or all, has ended', () => {
      const half = new Descriptor();
      half.loseWriteConnection();
      half.run();
      const all = new Descriptor();
      all.loseWriteConnection();
      all.connectionLost(new Error('gone'));
      for (const descriptor of [half, all]) {
        descriptor.news();
        descriptor.unregisterProducer();
        expect(descriptor.news()).to.deep.equal([]);
      }
    });

    it('writes nothing after the write half has ended', () => {
      const descriptor = new Descriptor();
      descriptor.loseWriteConnection();
      descriptor.run();
      descriptor.news();
      descriptor.say('late');
      descriptor.writeSequence([Buffer.from('later')]);
      expect(descriptor.news()).to.deep.equal([]);
    });

    it('lets a loseConnection after it close at once and stop the producer that is registered', () => {
      const descriptor = new Descriptor();
      descriptor.loseWriteConnection();
      descriptor.run();
      descriptor.registerProducer(fakeProducer(descriptor), true);
      descriptor.news();
      descriptor.loseConnection();
      expect(descriptor.news()).to.deep.equal([
        ...['removeReader', 'removeWriter', 'connectionLost ConnectionDone', 'stop'],
        ...['removeReader', 'removeWriter'],
      ]);
    });

    it('lets closeWriteConnection lose the connection: the write half has ended by then', () => {
      const seen: boolean[] = [];
      class Closing extends Descriptor {
        protected override closeWriteConnection(): Error | undefined {
          this.loseConnection();
          seen.push(this.disconnected);
          return undefined;
        }
      }
      const descriptor = new Closing();
      descriptor.loseWriteConnection();
      descriptor.run();
      expect(seen).to.deep.equal([true]);
      expect(descriptor.news().filter((what) => what.startsWith('conn'))).to.have.lengthOf(1);
    });

    it('takes the connection down with the error that closeWriteConnection returns', () => {
      class Failing extends Descriptor {
        protected override closeWriteConnection(): Error | undefined {
          return new RangeError('no shutdown');
        }
      }
      const descriptor = new Failing();
      descriptor.loseWriteConnection();
      descriptor.run();
      expect(descriptor.news()).to.include('connectionLost RangeError');
    });

    it('closes only, where loseConnection was called too', () => {
      const descriptor = new Descriptor();
      descriptor.loseWriteConnection();
      descriptor.loseConnection();
      descriptor.run();
      expect(descriptor.news()).to.not.include('closeWriteConnection');
      expect(descriptor.disconnected).to.equal(true);
    });
  });
});
