import { expect } from 'chai';

import { NetstringReceiver } from '../../lib/protocols/index.js';
import { StringTransport } from '../../lib/testing/index.js';
import { failure } from '../support/failure.js';

const bytes = (text: string): Buffer => Buffer.from(text);

describe('NetstringReceiver', () => {
  let receiver: NetstringReceiver;
  let transport: StringTransport;
  let log: string[];

  beforeEach(() => {
    log = [];
    transport = new StringTransport();
    receiver = new NetstringReceiver();
    receiver.stringReceived = (string) => log.push(string.toString());
    receiver.makeConnection(transport);
  });

  it('delivers strings however their bytes are cut', () => {
    const strings = ['', 'a', ',:', 'hello, world', '0:,', '9 digits.', 'x'.repeat(2500)];
    const all = bytes(strings.map((string) => `${string.length}:${string},`).join(''));
    for (const size of [1, 2, 3, 7, 1024, 2000, 9999]) {
      log = [];
      for (let at = 0; at < all.length; at += size)
        receiver.dataReceived(all.subarray(at, at + size));
      expect(log, `in pieces of ${size}`).to.deep.equal(strings);
    }
  });

  for (const [what, wrong] of [
    ['no length', ':abc,'],
    ['no length of an empty string', ':,'],
    ['a length that begins with 0', '01:a,'],
    ['a length that is none', 'a'],
    ['a line end behind the length', '3\n'],
    ['a negative length', '-1:'],
    ['a length over the maximum', '100000:'],
    ['a length over the maximum that has not ended', '100000'],
    ['a length without end', '9'.repeat(100)],
    ['no comma', '3:abcd'],
    ['more than the length says', '1:ab,'],
  ] as const) {
    it(`closes the connection for ${what}, and delivers nothing more`, () => {
      receiver.dataReceived(bytes(`2:ok,${wrong}`));
      expect(log).to.deep.equal(['ok']);
      expect(transport.disconnecting).to.equal(true);
      expect(receiver.brokenPeer).to.equal(true);
      transport.disconnecting = false;
      receiver.dataReceived(bytes('1:a,1:b,'));
      expect(log).to.deep.equal(['ok']);
      expect(transport.disconnecting).to.equal(false);
    });
  }

  it('has noted that the peer is broken when it closes the connection', () => {
    let noted: boolean | undefined;
    transport.loseConnection = () => void (noted = receiver.brokenPeer);
    receiver.dataReceived(bytes('x'));
    expect(noted).to.equal(true);
  });

  it('needs no transport to refuse bytes that are not a netstring', () => {
    const alone = new NetstringReceiver();
    alone.dataReceived(bytes('x'));
    expect(alone.brokenPeer).to.equal(true);
  });

  it('takes a string as long as MAX_LENGTH, at any MAX_LENGTH', () => {
    for (const [MAX_LENGTH, string] of [
      [0, ''],
      [1, 'a'],
      [12, 'x'.repeat(12)],
    ] as const) {
      log = [];
      receiver.MAX_LENGTH = MAX_LENGTH;
      receiver.dataReceived(bytes(`${string.length}:${string},`));
      expect(log).to.deep.equal([string]);
    }
    receiver.dataReceived(bytes('13:'));
    expect(receiver.brokenPeer).to.equal(true);
  });

  it('refuses a MAX_LENGTH that limits nothing', () => {
    receiver.MAX_LENGTH = NaN;
    expect(() => receiver.dataReceived(bytes('1:a,')))
      .to.throw()
      .with.property('code', 'ERR_OUT_OF_RANGE');
  });

  it('delivers from inside a callback the bytes that the callback gives it', () => {
    receiver.stringReceived = (string) => {
      log.push(`> ${string.toString()}`);
      if (string.toString() === 'a') receiver.dataReceived(bytes('1:c,'));
      log.push(`< ${string.toString()}`);
    };
    receiver.dataReceived(bytes('1:a,1:b,'));
    expect(log).to.deep.equal(['> a', '> b', '< b', '> c', '< c', '< a']);
  });

  it('begins again with another connection', () => {
    receiver.dataReceived(bytes('1:'));
    receiver.makeConnection(transport);
    receiver.dataReceived(bytes('1:a,x'));
    expect(log).to.deep.equal(['a']);
    receiver.makeConnection(transport);
    expect(receiver.brokenPeer).to.equal(false);
    transport.disconnecting = false;
    receiver.dataReceived(bytes('5'));
    receiver.makeConnection(transport);
    receiver.dataReceived(bytes('1:b,'));
    expect(log).to.deep.equal(['a', 'b']);
  });

  describe('for a subclass', () => {
    class Open extends NetstringReceiver {
      override stringReceived(string: Buffer): void {
        log.push(string.toString());
      }
      get expected(): number {
        return this.expectedPayloadSize;
      }
      get remaining(): Buffer {
        return this.remainingData;
      }
      set remaining(data: Buffer) {
        this.remainingData = data;
      }
    }

    it('has the bytes that are left, and goes on with others in their place', () => {
      const open = new Open();
      open.dataReceived(bytes('1:a,3:b'));
      expect(open.remaining.toString()).to.equal('b');
      open.remaining = bytes('cd');
      open.dataReceived(bytes('e,'));
      expect(log).to.deep.equal(['a', 'cde']);
      expect(() => (open.remaining = 'f' as never)).to.throw(TypeError);
    });

    it('takes a length of as many digits as a number can have', () => {
      const open = Object.assign(new Open(), { MAX_LENGTH: Infinity });
      open.dataReceived(bytes(`${Number.MAX_SAFE_INTEGER}:`));
      expect(open.expected).to.equal(Number.MAX_SAFE_INTEGER + 1);
    });

    it('does not keep a large chunk in memory for its last few bytes', () => {
      const open = new Open();
      const large = Buffer.concat([bytes('90000:'), Buffer.alloc(90_000), bytes(',5:a')]);
      open.dataReceived(large);
      expect(open.remaining.buffer.byteLength).to.be.below(1000);
    });

    it('lets through an error of its own, which is not the fault of the other end', () => {
      class Broken extends Open {
        protected override consumeLength(): boolean {
          throw failure;
        }
      }
      const broken = new Broken();
      expect(() => broken.dataReceived(bytes('1:a,'))).to.throw(failure.message);
      expect(broken.brokenPeer).to.equal(false);
    });
  });

  it('sends strings', () => {
    receiver.sendString(bytes('hello'));
    receiver.sendString(bytes(''));
    expect(transport.value().toString()).to.equal('5:hello,0:,');
    expect(() => receiver.sendString('a' as never)).to.throw(TypeError);
    expect(() => new NetstringReceiver().sendString(bytes('a')))
      .to.throw()
      .with.property('code', 'ERR_INVALID_STATE');
  });

  it('throws unless a method receives the strings', () => {
    expect(() => new NetstringReceiver().dataReceived(bytes('0:,')))
      .to.throw()
      .with.property('code', 'ERR_METHOD_NOT_IMPLEMENTED');
  });
});
