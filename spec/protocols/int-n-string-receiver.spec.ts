import { expect } from 'chai';

import {
  Int16StringReceiver,
  Int32StringReceiver,
  Int8StringReceiver,
  IntNStringReceiver,
} from '../../lib/protocols/index.js';
import { StringTransport } from '../../lib/testing/index.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

function connect<R extends IntNStringReceiver>(receiver: R) {
  const transport = new StringTransport();
  const log: string[] = [];
  receiver.stringReceived = (string) => log.push(string.toString());
  receiver.makeConnection(transport);
  return { receiver, transport, log };
}

const withFormat = (structFormat: string, prefixLength: number) =>
  Object.assign(new IntNStringReceiver(), { structFormat, prefixLength });

describe('IntNStringReceiver', () => {
  for (const [name, make, prefix] of [
    ['Int8StringReceiver', () => new Int8StringReceiver(), '\x03'],
    ['Int16StringReceiver', () => new Int16StringReceiver(), '\0\x03'],
    ['Int32StringReceiver', () => new Int32StringReceiver(), '\0\0\0\x03'],
    ['of the format >I', () => withFormat('>I', 4), '\0\0\0\x03'],
    ['of the format <H', () => withFormat('<H', 2), '\x03\0'],
    ['of the format <I', () => withFormat('<I', 4), '\x03\0\0\0'],
    ['of the format !Q', () => withFormat('!Q', 8), '\0\0\0\0\0\0\0\x03'],
    ['of the format <Q', () => withFormat('<Q', 8), '\x03\0\0\0\0\0\0\0'],
  ] as const) {
    it(`${name}: sends and receives strings after their length`, () => {
      const { receiver, transport, log } = connect(make());
      receiver.sendString(bytes('abc'));
      expect(transport.value()).to.deep.equal(bytes(`${prefix}abc`));
      for (const byte of bytes(`${prefix}abc${prefix}def${prefix}g`)) {
        receiver.dataReceived(Buffer.from([byte]));
      }
      expect(log).to.deep.equal(['abc', 'def']);
      expect(receiver.recvd).to.deep.equal(bytes(`${prefix}g`));
    });

    it(`${name}: receives strings of several lengths in one chunk`, () => {
      const { receiver, transport, log } = connect(make());
      for (const string of ['abc', '', 'de']) receiver.sendString(bytes(string));
      receiver.dataReceived(transport.value());
      expect(log).to.deep.equal(['abc', '', 'de']);
    });
  }

  it('refuses formats that there are not, and lengths that they have not, before anything changes', () => {
    for (const [format, size] of [
      ['', 0],
      ['!X', 4],
      ['I', 4],
      ['!I', 2],
    ] as const) {
      const receiver = withFormat(format, size);
      for (const use of [
        () => receiver.dataReceived(bytes('\0')),
        () => receiver.sendString(bytes('')),
      ]) {
        expect(use).to.throw().with.property('code', 'ERR_OUT_OF_RANGE');
      }
      expect(receiver.recvd.length).to.equal(0);
    }
  });

  it('can’t send a string that is longer than its prefix can say, and writes nothing of it', () => {
    for (const [receiver, most] of [
      [new Int8StringReceiver(), 255],
      [new Int16StringReceiver(), 65535],
    ] as const) {
      const { transport } = connect(receiver);
      expect(() => receiver.sendString(Buffer.alloc(most + 1)))
        .to.throw(RangeError)
        .with.property('code', 'ERR_STRING_TOO_LONG');
      expect(transport.value().length).to.equal(0);
      receiver.sendString(Buffer.alloc(most));
      expect(transport.value().length).to.equal(most + receiver.prefixLength);
    }
  });

  it('refuses to send a value that is not bytes, and to send before there is a transport', () => {
    expect(() => new Int8StringReceiver().sendString('a' as never)).to.throw(TypeError);
    expect(() => new Int8StringReceiver().sendString(bytes('a')))
      .to.throw()
      .with.property('code', 'ERR_INVALID_STATE');
  });

  it('takes a string of MAX_LENGTH bytes', () => {
    const { receiver, transport, log } = connect(new Int8StringReceiver());
    receiver.MAX_LENGTH = 2;
    receiver.dataReceived(bytes('\x02ab'));
    expect(log).to.deep.equal(['ab']);
    expect(transport.disconnecting).to.equal(false);
  });

  describe('a length over MAX_LENGTH', () => {
    it('closes the connection before the string has come', () => {
      const { receiver, transport, log } = connect(new Int32StringReceiver());
      receiver.dataReceived(bytes('\0\0\0\x01a\x7f\xff\xff\xff'));
      expect(transport.disconnecting).to.equal(true);
      expect(log).to.deep.equal(['a']);
    });

    it('needs no transport to close, and a MAX_LENGTH that limits nothing is refused', () => {
      const receiver = Object.assign(new Int8StringReceiver(), { MAX_LENGTH: 2 });
      expect(receiver.dataReceived(bytes('\x03abc'))).to.equal(undefined);
      receiver.MAX_LENGTH = NaN;
      expect(() => receiver.dataReceived(bytes('')))
        .to.throw()
        .with.property('code', 'ERR_OUT_OF_RANGE');
    });

    it('is given to lengthLimitExceeded; recvd begins with it', () => {
      const { receiver } = connect(new Int8StringReceiver());
      receiver.MAX_LENGTH = 2;
      const told: unknown[] = [];
      receiver.lengthLimitExceeded = (length) => {
        told.push(length, receiver.recvd.toString());
        return 'why';
      };
      expect(receiver.dataReceived(bytes('\x01a\x03bcd'))).to.equal('why');
      expect(told).to.deep.equal([3, '\x03bcd']);
    });

    it('does not deliver again the strings that came before it', () => {
      const { receiver, log } = connect(new Int8StringReceiver());
      receiver.MAX_LENGTH = 2;
      receiver.lengthLimitExceeded = () => {
        receiver.recvd = receiver.recvd.subarray(4);
      };
      receiver.dataReceived(bytes('\x01a\x03bcd\x01e'));
      receiver.dataReceived(bytes('\x01f'));
      expect(log).to.deep.equal(['a', 'e', 'f']);
    });
  });

  describe('recvd', () => {
    it('has the bytes that are left, and can be replaced from inside a callback', () => {
      const { receiver, log } = connect(new Int8StringReceiver());
      receiver.stringReceived = (string) => {
        log.push(`${string.toString()}, then ${JSON.stringify(receiver.recvd.toString())}`);
        if (string.toString() === 'a') receiver.recvd = bytes('\x01c');
      };
      receiver.dataReceived(bytes('\x01a\x01b'));
      expect(log).to.deep.equal(['a, then "\\u0001b"', 'c, then ""']);
    });

    it('can be replaced between two chunks', () => {
      const { receiver, log } = connect(new Int8StringReceiver());
      receiver.dataReceived(bytes('\x05ab'));
      receiver.recvd = bytes('\x02c');
      receiver.dataReceived(bytes('d'));
      expect(log).to.deep.equal(['cd']);
    });

    it('does not keep a large chunk in memory for its last few bytes', () => {
      const { receiver, log } = connect(new Int32StringReceiver());
      const string = Buffer.alloc(90_000, 'a');
      receiver.dataReceived(Buffer.concat([Buffer.from([0, 1, 0x5f, 0x90]), string, bytes('\0')]));
      expect(log).to.deep.equal([string.toString()]);
      expect(receiver.recvd.buffer.byteLength).to.be.below(1000);
    });

    it('refuses a value that is not bytes', () => {
      const receiver = new Int8StringReceiver();
      receiver.dataReceived(bytes('\x05ab'));
      expect(() => Object.assign(receiver, { recvd: '' })).to.throw(TypeError);
      expect(receiver.recvd.length).to.equal(3);
    });
  });

  it('delivers each string once, though it is fed or resumed from inside a callback', () => {
    const { receiver, log } = connect(new Int8StringReceiver());
    receiver.stringReceived = (string) => {
      log.push(string.toString());
      receiver.pauseProducing();
      receiver.resumeProducing();
      if (string.toString() === 'a') receiver.dataReceived(bytes('\x01c'));
    };
    receiver.dataReceived(bytes('\x01a\x01b'));
    expect(log).to.deep.equal(['a', 'b', 'c']);
  });

  it('goes by a format that a callback sets from the next string on', () => {
    const { receiver, log } = connect(new Int8StringReceiver());
    receiver.stringReceived = (string) => {
      log.push(string.toString());
      Object.assign(receiver, { structFormat: '!H', prefixLength: 2 });
    };
    receiver.dataReceived(bytes('\x01a\0\x01b'));
    expect(log).to.deep.equal(['a', 'b']);
  });

  it('throws unless a method receives the strings', () => {
    expect(() => new Int8StringReceiver().dataReceived(bytes('\0')))
      .to.throw()
      .with.property('code', 'ERR_METHOD_NOT_IMPLEMENTED');
  });
});
