import { expect } from 'chai';

import {
  InvalidArgTypeError,
  MethodNotImplementedError,
  OutOfRangeError,
} from '../../../lib/base/errors.js';
import { ConnectionLost } from '../../../lib/twisted/core/errors.js';
import { FileDescriptor } from '../../../lib/twisted/core/file-descriptor.js';
import {
  isConsumer,
  isPushProducer,
  type IReactorFDSet,
} from '../../../lib/twisted/core/interfaces.js';
import { fakeProducer, MemoryDescriptor } from '../../support/memory-descriptor.js';

const text = (value: string): Uint8Array => value as unknown as Uint8Array;

/** Has a `writeSomeData` that gives these in turn, and keeps what it was given. */
class ScriptedDescriptor extends MemoryDescriptor {
  readonly given: string[] = [];

  constructor(private readonly answers: (number | Error)[]) {
    super();
  }

  override writeSomeData(data: Buffer): number | Error {
    this.given.push(data.toString());
    return this.answers.shift() ?? 0;
  }
}

describe('FileDescriptor', () => {
  it('starts unconnected, with Twisted’s limits, waiting for producers', () => {
    class Plain extends FileDescriptor {}
    const reactor = new MemoryDescriptor().reactor;
    expect(new Plain(reactor)).to.include({
      connected: false,
      disconnected: false,
      disconnecting: false,
      producer: null,
      bufferSize: 65536,
      SEND_LIMIT: 131072,
      waitsForProducer: true,
      reactor,
    });
  });

  it('has its own log prefix, or else the name of its class', () => {
    class Named {
      logPrefix = (): string => 'its own';
    }
    class Asking extends MemoryDescriptor {
      readonly prefixes = [new Named(), new Map()].map((each) => this.getLogPrefix(each));
    }
    expect(new Asking().prefixes).to.deep.equal(['its own', 'Map']);
  });

  it('is a push producer and a consumer', () => {
    const descriptor = new MemoryDescriptor();
    expect(isPushProducer(descriptor)).to.equal(true);
    expect(isConsumer(descriptor)).to.equal(true);
  });

  it('refuses a value that cannot be a reactor', () => {
    class Plain extends FileDescriptor {}
    for (const wrong of [undefined, null, 'reactor', 5]) {
      expect(() => new Plain(wrong as unknown as IReactorFDSet))
        .to.throw(InvalidArgTypeError)
        .with.property('code', 'ERR_INVALID_ARG_TYPE');
    }
  });

  it('takes its limits from a subclass’s field or getter, or from the instance', () => {
    class Field extends MemoryDescriptor {
      override bufferSize = 3;
      override SEND_LIMIT = 4;
      override waitsForProducer = false;
    }
    class Getter extends MemoryDescriptor {}
    for (const [name, value] of Object.entries({
      bufferSize: 3,
      SEND_LIMIT: 4,
      waitsForProducer: false,
    })) {
      Object.defineProperty(Getter.prototype, name, { get: () => value });
    }
    const instance = Object.assign(new MemoryDescriptor(), {
      bufferSize: 3,
      SEND_LIMIT: 4,
      waitsForProducer: false,
    });
    for (const descriptor of [new Field(), new Getter(), instance]) {
      expect(descriptor.bufferSize).to.equal(3);
      expect(descriptor.SEND_LIMIT).to.equal(4);
      expect(descriptor.waitsForProducer).to.equal(false);
    }
  });

  describe('when bytes are written', () => {
    it('asks to write with each write, also when it has asked before', () => {
      const descriptor = new MemoryDescriptor();
      descriptor.say('1');
      descriptor.say('2');
      descriptor.writeSequence([Buffer.from('3'), Buffer.from('4')]);
      expect(descriptor.news()).to.deep.equal(['addWriter', 'addWriter', 'addWriter']);
    });

    it('gives them to writeSomeData as one, in order', () => {
      const descriptor = new MemoryDescriptor();
      descriptor.say('12');
      descriptor.writeSequence([new Uint8Array([51]), Buffer.from('4')]);
      descriptor.news();
      descriptor.run();
      expect(descriptor.news()).to.deep.equal(['send 1234', 'removeWriter']);
    });

    it('does nothing for no bytes, nor for an empty sequence', () => {
      const descriptor = new MemoryDescriptor();
      descriptor.say('');
      descriptor.writeSequence([]);
      expect(descriptor.news()).to.deep.equal([]);
    });

    it('asks to write for a sequence of empty pieces, as Twisted does', () => {
      const descriptor = new MemoryDescriptor();
      descriptor.writeSequence([Buffer.alloc(0)]);
      expect(descriptor.news()).to.deep.equal(['addWriter']);
    });

    it('takes any iterable as a sequence', () => {
      const descriptor = new MemoryDescriptor();
      descriptor.writeSequence(new Set([Buffer.from('1'), Buffer.from('2')]));
      descriptor.run();
      expect(descriptor.sent).to.equal('12');
    });

    it('does nothing while not connected', () => {
      const descriptor = Object.assign(new MemoryDescriptor(), { connected: false });
      descriptor.registerProducer(fakeProducer(descriptor), true);
      descriptor.say('x'.repeat(70000));
      descriptor.writeSequence([Buffer.alloc(70000)]);
      expect(descriptor.news()).to.deep.equal([]);
      descriptor.connected = true;
      descriptor.startWriting();
      descriptor.run();
      expect(descriptor.sent).to.equal('');
    });

    it('refuses a value that is not bytes, connected or not, and writes nothing', () => {
      for (const connected of [true, false]) {
        const descriptor = Object.assign(new MemoryDescriptor(), { connected });
        const wrong: (() => void)[] = [
          () => descriptor.write(text('text')),
          () => descriptor.write(text('')),
          () => descriptor.write(5 as unknown as Uint8Array),
          () => descriptor.write(null as unknown as Uint8Array),
          () => descriptor.writeSequence([Buffer.from('1'), text('text')]),
          () => descriptor.writeSequence('text' as unknown as Uint8Array[]),
          () => descriptor.writeSequence('' as unknown as Uint8Array[]),
          () => descriptor.writeSequence(Buffer.from('text') as unknown as Uint8Array[]),
          () => descriptor.writeSequence(undefined as unknown as Uint8Array[]),
        ];
        for (const write of wrong) {
          expect(write).to.throw(InvalidArgTypeError).with.property('code', 'ERR_INVALID_ARG_TYPE');
        }
        expect(descriptor.news()).to.deep.equal([]);
        descriptor.doWrite();
        expect(descriptor.sent).to.equal('');
      }
    });
  });

  describe('when doWrite is called', () => {
    it('calls writeSomeData once, even when there is nothing to send', () => {
      const descriptor = new ScriptedDescriptor([0, 1]);
      descriptor.doWrite();
      descriptor.say('ab');
      descriptor.doWrite();
      expect(descriptor.given).to.deep.equal(['', 'ab']);
    });

    it('goes on wanting to write when writeSomeData takes nothing', () => {
      const descriptor = new ScriptedDescriptor([0]);
      descriptor.say('ab');
      descriptor.news();
      expect(descriptor.doWrite()).to.equal(undefined);
      expect(descriptor.news()).to.deep.equal([]);
    });

    it('joins new writes to a backlog of less than SEND_LIMIT bytes, and to no larger one', () => {
      const descriptor = Object.assign(new ScriptedDescriptor([1, 1, 1]), { SEND_LIMIT: 4 });
      descriptor.say('12345');
      descriptor.doWrite();
      descriptor.say('67');
      descriptor.doWrite();
      descriptor.doWrite();
      expect(descriptor.given).to.deep.equal(['12345', '2345', '34567']);
    });

    it('sends the bytes that came while a whole block was sent, the next time', () => {
      const descriptor = Object.assign(new ScriptedDescriptor([5, 2]), { SEND_LIMIT: 1 });
      descriptor.say('12345');
      descriptor.writeSomeData = (data): number => {
        descriptor.given.push(data.toString());
        if (descriptor.given.length === 1) descriptor.say('67');
        return data.length;
      };
      descriptor.run();
      expect(descriptor.given).to.deep.equal(['12345', '67']);
    });

    it('returns the error that writeSomeData returns, and changes nothing', () => {
      const lost = new Error('EPIPE');
      const descriptor = new ScriptedDescriptor([lost, 2]);
      descriptor.registerProducer(fakeProducer(descriptor), false);
      descriptor.say('ab');
      descriptor.news();
      expect(descriptor.doWrite()).to.equal(lost);
      expect(descriptor.news()).to.deep.equal([]);
      expect(descriptor.connected).to.equal(true);
    });

    it('returns ConnectionLost for a negative number', () => {
      const descriptor = new ScriptedDescriptor([-1]);
      descriptor.say('ab');
      expect(descriptor.doWrite()).to.be.instanceOf(ConnectionLost);
    });

    it('throws the error that writeSomeData throws, and loses no byte', () => {
      const descriptor = new MemoryDescriptor();
      descriptor.say('ab');
      descriptor.writeSomeData = () => {
        throw new Error('EIO');
      };
      expect(() => descriptor.doWrite()).to.throw('EIO');
      Reflect.deleteProperty(descriptor, 'writeSomeData');
      descriptor.run();
      expect(descriptor.sent).to.equal('ab');
    });

    it('refuses a count that can’t be', () => {
      for (const wrong of [3, NaN, undefined as unknown as number]) {
        const descriptor = new MemoryDescriptor();
        descriptor.writeSomeData = () => wrong;
        descriptor.say('ab');
        expect(() => descriptor.doWrite())
          .to.throw(OutOfRangeError)
          .with.property('code', 'ERR_OUT_OF_RANGE');
      }
    });
  });

  it('says which class lacks writeSomeData or doRead', () => {
    class Lacking extends FileDescriptor {}
    const descriptor = new Lacking(new MemoryDescriptor().reactor);
    expect(() => descriptor.doRead()).to.throw(
      MethodNotImplementedError,
      'Lacking does not implement doRead()',
    );
    expect(() => descriptor.doWrite())
      .to.throw(MethodNotImplementedError, 'Lacking does not implement writeSomeData()')
      .with.property('code', 'ERR_METHOD_NOT_IMPLEMENTED');
  });

  it('asks the reactor by way of its own start and stop methods, so that they can be overridden', () => {
    class Inert extends MemoryDescriptor {
      override startWriting(): void {
        this.log.push('startWriting');
      }
      override stopWriting(): void {
        this.log.push('stopWriting');
      }
      override startReading(): void {
        this.log.push('startReading');
      }
      override stopReading(): void {
        this.log.push('stopReading');
      }
    }
    const descriptor = new Inert();
    descriptor.say('1');
    descriptor.doWrite();
    descriptor.resumeProducing();
    descriptor.pauseProducing();
    descriptor.loseWriteConnection();
    descriptor.loseConnection();
    descriptor.unregisterProducer();
    descriptor.connectionLost(new Error('gone'));
    expect(descriptor.news()).to.deep.equal([
      ...['startWriting', 'send 1', 'stopWriting'],
      ...['startReading', 'stopReading'],
      'startWriting',
      ...['stopReading', 'startWriting'],
      'startWriting',
      ...['connectionLost Error', 'stopReading', 'stopWriting'],
    ]);
  });

  it('tells the reactor that it is the one to be called, and no more', () => {
    class Plain extends FileDescriptor {}
    const told: unknown[] = [];
    const note = (call: string) => (descriptor: unknown) => void told.push(call, descriptor);
    const plain = new Plain({
      addReader: note('addReader'),
      removeReader: note('removeReader'),
      addWriter: note('addWriter'),
      removeWriter: note('removeWriter'),
    });
    for (const what of ['Reading', 'Writing'] as const) {
      plain[`start${what}`]();
      plain[`stop${what}`]();
    }
    expect(told).to.deep.equal(
      ['addReader', 'removeReader', 'addWriter', 'removeWriter'].flatMap((call) => [call, plain]),
    );
  });

  it('goes by isSendBufferFull and maybePauseProducer as a subclass overrides them', () => {
    class Custom extends MemoryDescriptor {
      full = true;
      protected override isSendBufferFull(): boolean {
        return this.full;
      }
    }
    class Never extends Custom {
      protected override maybePauseProducer(): void {}
    }
    for (const [descriptor, told] of [
      [new Custom(), ['pause', 'addWriter']],
      [Object.assign(new Custom(), { full: false }), ['addWriter']],
      [new Never(), ['addWriter']],
    ] as const) {
      descriptor.registerProducer(fakeProducer(descriptor), true);
      descriptor.say('1');
      expect(descriptor.news()).to.deep.equal(told);
    }
  });

  it('has no file number and no log prefix of its own', () => {
    const descriptor = new MemoryDescriptor();
    expect(descriptor.fileno()).to.equal(-1);
    expect(descriptor.logPrefix()).to.equal('-');
  });
});
