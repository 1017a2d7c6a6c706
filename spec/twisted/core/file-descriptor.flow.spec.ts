import { expect } from 'chai';

import { fakeProducer, MemoryDescriptor } from '../../support/memory-descriptor.js';

/** A descriptor that is full when it holds more than 3 bytes. */
function smallDescriptor(): MemoryDescriptor {
  return Object.assign(new MemoryDescriptor(), { bufferSize: 3 });
}

describe('FileDescriptor: flow control', () => {
  describe('of a push producer', () => {
    it('pauses it when more than bufferSize bytes are buffered, and not before', () => {
      const descriptor = smallDescriptor();
      descriptor.registerProducer(fakeProducer(descriptor), true);
      descriptor.say('123');
      expect(descriptor.news()).to.deep.equal(['addWriter']);
      descriptor.say('4');
      expect(descriptor.news()).to.deep.equal(['pause', 'addWriter']);
      expect(descriptor.producerPaused).to.equal(true);
    });

    it('resumes it when the buffer is empty, and not before', () => {
      const descriptor = smallDescriptor();
      descriptor.registerProducer(fakeProducer(descriptor), true);
      descriptor.say('1234');
      descriptor.news();
      descriptor.room = 3;
      descriptor.turn();
      expect(descriptor.news()).to.deep.equal(['send 123']);
      descriptor.room = 1;
      descriptor.turn();
      expect(descriptor.news()).to.deep.equal(['send 4', 'removeWriter', 'resume']);
    });

    it('resumes it only to balance a pause', () => {
      const descriptor = smallDescriptor();
      descriptor.registerProducer(fakeProducer(descriptor), true);
      descriptor.say('12');
      descriptor.run();
      descriptor.say('1234');
      descriptor.run();
      descriptor.startWriting();
      descriptor.run();
      const told = descriptor.news().filter((what) => what === 'resume' || what === 'pause');
      expect(told).to.deep.equal(['pause', 'resume']);
    });

    it('pauses it again with each write while full, and asks to write after the pause', () => {
      const descriptor = smallDescriptor();
      descriptor.registerProducer(fakeProducer(descriptor), true);
      descriptor.say('1234');
      descriptor.say('5');
      descriptor.writeSequence([Buffer.from('6')]);
      expect(descriptor.news()).to.deep.equal(Array(3).fill(['pause', 'addWriter']).flat());
    });

    it('pauses no producer when it is full after its producer has unregistered', () => {
      const consumer = new MemoryDescriptor();
      consumer.bufferSize = 3;
      consumer.registerProducer(fakeProducer(consumer), true);
      consumer.unregisterProducer();
      consumer.news();
      consumer.say('abcd');
      expect(consumer.news()).to.deep.equal(['addWriter']);
      expect(consumer.producerPaused).to.equal(false);
    });

    it('counts bytes that are sent but not yet compacted as buffered', () => {
      const descriptor = smallDescriptor();
      descriptor.registerProducer(fakeProducer(descriptor), true);
      descriptor.say('123');
      descriptor.room = 2;
      descriptor.turn();
      descriptor.news();
      descriptor.say('4');
      expect(descriptor.news()).to.deep.equal(['pause', 'addWriter']);
    });

    it('pauses and later resumes a producer that overfills the buffer from inside resumeProducing', () => {
      const descriptor = smallDescriptor();
      const producer = fakeProducer(descriptor, { resume: () => descriptor.say('spam') });
      descriptor.registerProducer(producer, true);
      descriptor.say('spam');
      descriptor.news();
      for (const round of [1, 2]) {
        descriptor.turn();
        const told = ['send spam', 'removeWriter', 'resume', 'pause', 'addWriter'];
        expect(descriptor.news(), `round ${round}`).to.deep.equal(told);
      }
    });

    it('owes a pause to the producer that was paused: another that registers is not resumed', () => {
      const descriptor = smallDescriptor();
      descriptor.registerProducer(fakeProducer(descriptor, {}, 'first'), true);
      descriptor.say('1234');
      descriptor.unregisterProducer();
      descriptor.registerProducer(fakeProducer(descriptor, {}, 'second'), true);
      expect(descriptor.producerPaused).to.equal(false);
      descriptor.news();
      descriptor.run();
      expect(descriptor.news()).to.deep.equal(['send 1234', 'removeWriter']);
    });

    it('does not pause a producer that registers when the buffer is full, until it writes', () => {
      const descriptor = smallDescriptor();
      descriptor.say('1234');
      descriptor.registerProducer(fakeProducer(descriptor), true);
      expect(descriptor.news()).to.deep.equal(['addWriter']);
      descriptor.say('');
      expect(descriptor.news()).to.deep.equal([]);
      descriptor.say('5');
      expect(descriptor.news()).to.deep.equal(['pause', 'addWriter']);
    });

    it('never resumes a producer that unregisters from inside pauseProducing', () => {
      const descriptor = smallDescriptor();
      const producer = fakeProducer(descriptor, { pause: () => descriptor.unregisterProducer() });
      descriptor.registerProducer(producer, true);
      descriptor.say('1234');
      descriptor.run();
      expect(descriptor.news()).to.deep.equal(['pause', 'addWriter', 'send 1234', 'removeWriter']);
    });
  });

  describe('of a pull producer', () => {
    it('asks it once when it registers, and once each time its data is sent', () => {
      const descriptor = smallDescriptor();
      const pieces = ['a', 'b', 'c'];
      const resume = (): void => {
        const piece = pieces.shift();
        if (piece === undefined) descriptor.unregisterProducer();
        else descriptor.say(piece);
      };
      descriptor.registerProducer(fakeProducer(descriptor, { resume }), false);
      expect(descriptor.news()).to.deep.equal(['resume', 'addWriter']);
      descriptor.run();
      expect(descriptor.news()).to.deep.equal([
        ...['send a', 'removeWriter', 'resume', 'addWriter'],
        ...['send b', 'removeWriter', 'resume', 'addWriter'],
        ...['send c', 'removeWriter', 'resume'],
      ]);
    });

    it('never pauses it', () => {
      const descriptor = smallDescriptor();
      descriptor.registerProducer(fakeProducer(descriptor), false);
      descriptor.say('1234');
      descriptor.writeSequence([Buffer.from('5')]);
      expect(descriptor.news()).to.deep.equal(['resume', 'addWriter', 'addWriter']);
      expect(descriptor.producerPaused).to.equal(false);
    });

    it('asks it again when doWrite finds the buffer empty, though it has yet to answer', () => {
      const descriptor = smallDescriptor();
      descriptor.registerProducer(fakeProducer(descriptor), false);
      descriptor.news();
      descriptor.doWrite();
      expect(descriptor.news()).to.deep.equal(['send', 'removeWriter', 'resume']);
    });
  });

  describe('when callbacks throw', () => {
    const boom = (): never => {
      throw new Error('boom');
    };

    it('lets an error of pauseProducing reach the writer, the bytes taken and to be sent', () => {
      for (const write of [
        (descriptor: MemoryDescriptor) => descriptor.say('1234'),
        (descriptor: MemoryDescriptor) => descriptor.writeSequence([Buffer.from('1234')]),
      ]) {
        const descriptor = smallDescriptor();
        descriptor.registerProducer(fakeProducer(descriptor, { pause: boom }), true);
        expect(() => write(descriptor)).to.throw('boom');
        descriptor.run();
        expect(descriptor.news()).to.deep.equal([
          ...['pause', 'addWriter'],
          ...['send 1234', 'removeWriter', 'resume'],
        ]);
      }
    });

    it('loses the connection with the error that resumeProducing throws from the event loop', () => {
      const descriptor = smallDescriptor();
      descriptor.registerProducer(fakeProducer(descriptor, { resume: boom }), true);
      descriptor.say('1234');
      descriptor.news();
      descriptor.run();
      expect(descriptor.news()).to.deep.equal([
        ...['send 1234', 'removeWriter', 'resume'],
        ...['connectionLost Error', 'stop', 'removeReader', 'removeWriter'],
      ]);
    });
  });

  it('has its state right before every callback', () => {
    const descriptor = smallDescriptor();
    const states: unknown[] = [];
    const look = (when: string) => (): void => {
      const { producer, producerPaused, connected, disconnected } = descriptor;
      states.push([when, { producer, producerPaused, connected, disconnected }]);
    };
    const producer = fakeProducer(descriptor, {
      pause: look('pause'),
      resume: look('resume'),
      stop: look('stop'),
    });
    descriptor.registerProducer(producer, true);
    descriptor.say('1234');
    descriptor.run();
    descriptor.connectionLost(new Error('gone'));
    const open = { connected: true, disconnected: false };
    expect(states).to.deep.equal([
      ['pause', { producer, producerPaused: true, ...open }],
      ['resume', { producer, producerPaused: false, ...open }],
      ['stop', { producer: null, producerPaused: false, connected: false, disconnected: true }],
    ]);
  });
});
