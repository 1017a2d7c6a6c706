import { expect } from 'chai';

import {
  ConnectionDone,
  ProducerAlreadyRegisteredError,
} from '../../../lib/twisted/core/errors.js';
import type { MemoryDescriptor } from '../../support/memory-descriptor.js';
import { fakeProducer } from '../../support/memory-descriptor.js';
import { Descriptor, TCPDescriptor } from '../../support/full-descriptor.js';

const CLOSED = ['connectionLost ConnectionDone', 'removeReader', 'removeWriter'];

describe('FileDescriptor: closing', () => {
  describe('by loseConnection', () => {
    it('reads no more, sends all that was written, and closes once', () => {
      const descriptor = new Descriptor();
      descriptor.say('12');
      descriptor.say('34');
      descriptor.news();
      descriptor.loseConnection();
      descriptor.loseConnection();
      expect(descriptor.news()).to.deep.equal(['removeReader', 'addWriter']);
      expect(descriptor).to.include({ disconnecting: true, connected: true, disconnected: false });
      descriptor.room = 1;
      descriptor.turn();
      descriptor.room = Infinity;
      descriptor.run();
      expect(descriptor.news()).to.deep.equal(['send 1', 'send 234', 'removeWriter', ...CLOSED]);
      expect(descriptor).to.include({ connected: false, disconnected: true });
    });

    it('sends also the bytes that are written after it, until the close', () => {
      const descriptor = new Descriptor();
      descriptor.say('before');
      descriptor.loseConnection();
      descriptor.say(' and after');
      descriptor.run();
      descriptor.say('too late');
      descriptor.run();
      expect(descriptor.sent).to.equal('before and after');
    });

    it('does nothing to a descriptor that is not connected', () => {
      for (const state of [{ connected: false }, { connected: false, disconnected: true }]) {
        const descriptor = Object.assign(new Descriptor(), state);
        descriptor.loseConnection();
        expect(descriptor.news()).to.deep.equal([]);
        expect(descriptor.disconnecting).to.equal(false);
      }
    });

    it('has set disconnecting before it calls the reactor', () => {
      const descriptor = new Descriptor();
      const seen: boolean[] = [];
      descriptor.stopReading = () => seen.push(descriptor.disconnecting);
      descriptor.loseConnection();
      expect(seen).to.deep.equal([true]);
    });

    it('asks a pull producer on until it unregisters, with either setting of waitsForProducer', () => {
      for (const descriptor of [new Descriptor(), new TCPDescriptor()]) {
        let left = 2;
        const resume = (): void => {
          if (left > 0) descriptor.say(String(left));
          else descriptor.unregisterProducer();
          left -= 1;
        };
        descriptor.registerProducer(fakeProducer(descriptor, { resume }), false);
        descriptor.loseConnection();
        descriptor.run();
        expect(descriptor.news().filter((what) => !/Writer|Reader/.test(what))).to.deep.equal([
          ...['resume', 'send 2', 'resume', 'send 1', 'resume'],
          ...['send', 'connectionLost ConnectionDone'],
        ]);
      }
    });

    it('resumes a paused push producer and waits for it, with either setting', () => {
      for (const descriptor of [new Descriptor(), new TCPDescriptor()]) {
        const resume = (): void => {
          descriptor.say('5');
          descriptor.unregisterProducer();
        };
        descriptor.registerProducer(fakeProducer(descriptor, { resume }), true);
        descriptor.say('1234');
        descriptor.loseConnection();
        descriptor.run();
        expect(descriptor).to.include({ sent: '12345', disconnected: true });
        expect(descriptor.news()).to.not.include('stop');
      }
    });

    it('waits for a push producer that is not paused', () => {
      const descriptor = new Descriptor();
      descriptor.registerProducer(fakeProducer(descriptor), true);
      descriptor.say('12');
      descriptor.loseConnection();
      descriptor.run();
      expect(descriptor.connected).to.equal(true);
      descriptor.say('34');
      descriptor.say('5');
      descriptor.run();
      descriptor.unregisterProducer();
      expect(descriptor.connected).to.equal(true);
      descriptor.run();
      expect(descriptor).to.include({ sent: '12345', disconnected: true });
      expect(descriptor.news()).to.not.include('stop');
    });

    it('with waitsForProducer false does not wait for it, and stops it, as Twisted’s TCP does', () => {
      const descriptor = new TCPDescriptor();
      descriptor.registerProducer(fakeProducer(descriptor), true);
      descriptor.say('12');
      descriptor.loseConnection();
      descriptor.news();
      descriptor.run();
      expect(descriptor.news()).to.deep.equal([
        ...['send 12', 'removeWriter', 'connectionLost ConnectionDone', 'stop'],
        ...['removeReader', 'removeWriter'],
      ]);
    });

    it('waits also for a producer that registers after it', () => {
      const descriptor = new Descriptor();
      descriptor.loseConnection();
      descriptor.registerProducer(fakeProducer(descriptor), true);
      descriptor.run();
      expect(descriptor.connected).to.equal(true);
      descriptor.unregisterProducer();
      descriptor.run();
      expect(descriptor.disconnected).to.equal(true);
    });

    it('starts writing once when the producer unregisters, although the buffer is empty', () => {
      const descriptor = new Descriptor();
      descriptor.registerProducer(fakeProducer(descriptor), true);
      descriptor.loseConnection();
      descriptor.run();
      descriptor.news();
      descriptor.unregisterProducer();
      expect(descriptor.news()).to.deep.equal(['addWriter']);
      descriptor.run();
      expect(descriptor.news()).to.deep.equal(['send', 'removeWriter', ...CLOSED]);
    });

    it('can come from inside any callback of the producer', () => {
      for (const when of ['pause', 'resume'] as const) {
        const descriptor = new Descriptor();
        const lose = (): void => {
          descriptor.unregisterProducer();
          descriptor.loseConnection();
        };
        descriptor.registerProducer(fakeProducer(descriptor, { [when]: lose }), true);
        descriptor.say('1234');
        descriptor.run();
        expect(descriptor, when).to.include({ sent: '1234', disconnected: true });
      }
    });

    it('lets postLoseConnection choose the value that doWrite returns', () => {
      class Lingering extends Descriptor {
        protected override postLoseConnection(): Error | undefined {
          this.log.push('postLoseConnection');
          return undefined;
        }
      }
      const descriptor = new Lingering();
      descriptor.loseConnection();
      descriptor.news();
      expect(descriptor.doWrite()).to.equal(undefined);
      expect(descriptor.news()).to.deep.equal(['send', 'removeWriter', 'postLoseConnection']);
      expect(descriptor.connected).to.equal(true);
    });

    it('returns ConnectionDone from doWrite unless postLoseConnection is overridden', () => {
      const descriptor = new Descriptor();
      descriptor.loseConnection();
      expect(descriptor.doWrite()).to.be.instanceOf(ConnectionDone);
    });
  });

  describe('with a producer that is itself a transport', () => {
    const transport = (descriptor: MemoryDescriptor, disconnected: boolean) => ({
      ...fakeProducer(descriptor),
      loseConnection() {},
      disconnected,
    });

    it('does not wait for a transport that is already disconnected: it can’t unregister', () => {
      for (const streaming of [true, false]) {
        const descriptor = new Descriptor();
        const producer = transport(descriptor, false);
        descriptor.registerProducer(producer, streaming);
        producer.disconnected = true;
        descriptor.loseConnection();
        descriptor.run();
        expect(descriptor.disconnected).to.equal(true);
      }
    });

    it('ends the write half without waiting for a transport that is already disconnected', () => {
      const descriptor = new Descriptor();
      descriptor.registerProducer(transport(descriptor, true), true);
      descriptor.loseWriteConnection();
      descriptor.run();
      expect(descriptor.news()).to.include('closeWriteConnection');
    });

    it('does not resume a lost transport while a close is requested; the close happens', () => {
      for (const descriptor of [new Descriptor(), new TCPDescriptor()]) {
        descriptor.registerProducer(transport(descriptor, true), true);
        descriptor.say('1234');
        descriptor.loseConnection();
        descriptor.run();
        const told = descriptor.news().filter((what) => /^(pause|resume|stop|conn)/.test(what));
        expect(told).to.deep.equal(['pause', 'connectionLost ConnectionDone', 'stop']);
      }
    });

    it('resumes a lost transport while no close is requested, as Twisted does', () => {
      const descriptor = new Descriptor();
      descriptor.registerProducer(transport(descriptor, true), true);
      descriptor.say('1234');
      descriptor.run();
      expect(descriptor.news()).to.include('resume');
    });

    it('waits for a transport that still stands', () => {
      const descriptor = new Descriptor();
      descriptor.registerProducer(transport(descriptor, false), true);
      descriptor.loseConnection();
      descriptor.run();
      expect(descriptor.connected).to.equal(true);
      descriptor.unregisterProducer();
      descriptor.run();
      expect(descriptor.connected).to.equal(false);
    });

    it('waits for none that waits to close until we unregister from it', () => {
      const descriptor = new Descriptor();
      const other = { ...transport(descriptor, false), disconnecting: true, producer: descriptor };
      descriptor.registerProducer(other, true);
      descriptor.loseConnection();
      descriptor.run();
      expect(descriptor.connected).to.equal(false);
    });
  });

  describe('by losing the connection', () => {
    it('stops the producer once, forgotten by then, and asks the reactor for nothing more', () => {
      const descriptor = new Descriptor();
      const seen: unknown[] = [];
      const stop = (): number => seen.push(descriptor.producer);
      descriptor.registerProducer(fakeProducer(descriptor, { stop }), true);
      descriptor.connectionLost(new Error('gone'));
      descriptor.connectionLost(new Error('gone again'));
      expect(seen).to.deep.equal([null]);
      expect(descriptor.news()).to.deep.equal([
        ...['connectionLost Error', 'stop', 'removeReader', 'removeWriter'],
        ...['connectionLost Error', 'removeReader', 'removeWriter'],
      ]);
      expect(descriptor).to.include({ connected: false, disconnected: true, producer: null });
    });

    it('finishes its work although stopProducing throws, and throws that', () => {
      const descriptor = new Descriptor();
      const stop = (): never => {
        throw new Error('will not stop');
      };
      descriptor.registerProducer(fakeProducer(descriptor, { stop }), true);
      expect(() => descriptor.connectionLost(new Error('gone'))).to.throw('will not stop');
      expect(descriptor.news().slice(1)).to.deep.equal(['stop', 'removeReader', 'removeWriter']);
      expect(descriptor.producer).to.equal(null);
    });

    it('works with a producer that calls any method from inside stopProducing', () => {
      const descriptor = new Descriptor();
      const second = fakeProducer(descriptor, {}, 'second');
      const stop = (): void => {
        descriptor.say('late');
        descriptor.unregisterProducer();
        descriptor.loseConnection();
        descriptor.stopConsuming();
        descriptor.registerProducer(second, true);
      };
      descriptor.registerProducer(fakeProducer(descriptor, { stop }), true);
      descriptor.connectionLost(new Error('gone'));
      expect(descriptor.news()).to.deep.equal([
        ...['connectionLost Error', 'stop', 'second stop', 'removeReader', 'removeWriter'],
      ]);
      expect(descriptor.producer).to.equal(null);
    });

    it('loses it when either half is lost, unless a subclass can go on', () => {
      for (const half of ['readConnectionLost', 'writeConnectionLost'] as const) {
        const descriptor = new Descriptor();
        descriptor[half](new RangeError('half gone'));
        expect(descriptor.news()[0]).to.equal('connectionLost RangeError');
      }
    });

    it('stops a producer that registers afterwards, at once', () => {
      const descriptor = new Descriptor();
      descriptor.connectionLost(new Error('gone'));
      descriptor.news();
      descriptor.registerProducer(fakeProducer(descriptor), false);
      expect(descriptor.news()).to.deep.equal(['stop']);
      expect(descriptor.producer).to.equal(null);
    });
  });

  it('refuses a second producer and changes nothing', () => {
    const descriptor = new Descriptor();
    const first = fakeProducer(descriptor);
    descriptor.registerProducer(first, true);
    descriptor.say('1234');
    descriptor.news();
    expect(() => descriptor.registerProducer(fakeProducer(descriptor), false)).to.throw(
      ProducerAlreadyRegisteredError,
    );
    expect(descriptor.news()).to.deep.equal([]);
    expect(descriptor).to.include({
      producer: first,
      producerPaused: true,
      streamingProducer: true,
    });
  });

  it('stops consuming by forgetting the producer and closing', () => {
    const descriptor = new Descriptor();
    descriptor.registerProducer(fakeProducer(descriptor), true);
    descriptor.say('12');
    descriptor.news();
    descriptor.stopConsuming();
    descriptor.run();
    expect(descriptor.news()).to.deep.equal([
      ...['removeReader', 'addWriter'],
      ...['send 12', 'removeWriter', ...CLOSED],
    ]);
  });
});
