import { expect } from 'chai';

import { LineReceiver } from '../../lib/protocols/index.js';
import { StringTransport } from '../../lib/testing/index.js';

/** Writes down what it receives. */
class Recorder extends LineReceiver {
  readonly log: string[] = [];
  override lineReceived(line: Buffer): unknown {
    this.log.push(`line ${line.toString()}`);
    return undefined;
  }
  override rawDataReceived(data: Buffer): unknown {
    this.log.push(`raw ${data.toString()}`);
    return undefined;
  }
}

const bytes = (text: string): Buffer => Buffer.from(text);

function connect<R extends LineReceiver>(receiver: R): { receiver: R; transport: StringTransport } {
  const transport = new StringTransport();
  receiver.makeConnection(transport);
  return { receiver, transport };
}

describe('LineReceiver', () => {
  describe('its settings', () => {
    it('are Twisted’s unless they are set', () => {
      const receiver = new LineReceiver();
      expect(receiver.delimiter).to.deep.equal(bytes('\r\n'));
      expect(receiver).to.include({ MAX_LENGTH: 16384, lineMode: true, paused: false });
    });

    it('can be the fields of a subclass, on its prototype, or on an instance', () => {
      class Field extends Recorder {
        override delimiter = bytes('\n');
      }
      class Inherited extends Recorder {}
      Inherited.prototype.delimiter = bytes('\n');
      const instance = new Recorder();
      instance.delimiter = bytes('\n');
      for (const receiver of [new Field(), new Inherited(), instance]) {
        receiver.dataReceived(bytes('a\nb\n'));
        expect(receiver.log).to.deep.equal(['line a', 'line b']);
      }
    });

    it('apply to the next line when a callback changes them', () => {
      const { receiver } = connect(new Recorder());
      receiver.lineReceived = (line) => {
        receiver.log.push(line.toString());
        receiver.delimiter = bytes(line.toString());
      };
      receiver.dataReceived(bytes('--\r\na--b--'));
      expect(receiver.log).to.deep.equal(['--', 'a']);
    });

    it('are refused where they make no sense, before anything changes', () => {
      const { receiver } = connect(new Recorder());
      const refuse = (settings: object, code: string): void => {
        const before = { delimiter: receiver.delimiter, MAX_LENGTH: receiver.MAX_LENGTH };
        Object.assign(receiver, settings);
        expect(() => receiver.dataReceived(bytes('a\r\n')))
          .to.throw()
          .with.property('code', code);
        Object.assign(receiver, before);
      };
      refuse({ delimiter: bytes('') }, 'ERR_OUT_OF_RANGE');
      refuse({ delimiter: '\n' }, 'ERR_INVALID_ARG_TYPE');
      refuse({ MAX_LENGTH: NaN }, 'ERR_OUT_OF_RANGE');
      refuse({ MAX_LENGTH: -1 }, 'ERR_OUT_OF_RANGE');
      refuse({ MAX_LENGTH: '5' }, 'ERR_OUT_OF_RANGE');
      receiver.dataReceived(bytes('b\r\n'));
      expect(receiver.log).to.deep.equal(['line b']);
    });
  });

  describe('lines', () => {
    for (const delimiter of ['\n', '\r\n', 'aab', '\r\n.\r\n']) {
      it(`are the same however their bytes are cut, with the delimiter ${JSON.stringify(delimiter)}`, () => {
        const lines = ['', 'a', 'aa', 'hello', '\r', '\n\r', 'x'.repeat(3000), 'end'].filter(
          (line) => !`${line}${delimiter}`.slice(0, -1).includes(delimiter),
        );
        const all = bytes(lines.map((line) => line + delimiter).join(''));
        for (const size of [1, 2, 3, 5, 7, 1000, 4000]) {
          const receiver = new Recorder();
          receiver.delimiter = bytes(delimiter);
          for (let at = 0; at < all.length; at += size) {
            receiver.dataReceived(all.subarray(at, at + size));
          }
          expect(receiver.log, `in pieces of ${size}`).to.deep.equal(
            lines.map((line) => `line ${line}`),
          );
        }
      });
    }

    it('keep their bytes when more data comes', () => {
      const kept: Buffer[] = [];
      const receiver = new LineReceiver();
      receiver.lineReceived = (line) => kept.push(line);
      const text = Array.from({ length: 500 }, (_, i) => `line ${i}\r\n`).join('');
      for (const byte of bytes(text)) receiver.dataReceived(Buffer.from([byte]));
      expect(kept.map((line) => `${line.toString()}\r\n`).join('')).to.equal(text);
    });

    it('are views of the chunk that they come in, and of their own memory if they come in several', () => {
      const receiver = new LineReceiver();
      const kept: Buffer[] = [];
      receiver.lineReceived = (line) => kept.push(line);
      // Each in memory of its own: how large Node's pool is depends on its version.
      const ownBytes = (text: string) => Buffer.from(new Uint8Array(bytes(text)).buffer);
      const first = ownBytes('whole\r\ncut '.padEnd(5000, '.'));
      const second = ownBytes(' in two\r\nwhole\r\n'.padEnd(5000, '.'));
      receiver.dataReceived(first);
      receiver.dataReceived(second);
      expect(kept.map((line) => line.buffer === first.buffer)).to.deep.equal([true, false, false]);
      expect(kept.map((line) => line.buffer === second.buffer)).to.deep.equal([false, false, true]);
    });

    it('end a chunk when a callback returns an error, which is returned; the rest waits', () => {
      const { receiver } = connect(new Recorder());
      const why = new Error('why');
      receiver.lineReceived = (line) => {
        receiver.log.push(line.toString());
        return line.toString() === 'a' ? why : undefined;
      };
      expect(receiver.dataReceived(bytes('a\r\nb\r\n'))).to.equal(why);
      expect(receiver.log).to.deep.equal(['a']);
      expect(receiver.dataReceived(bytes(''))).to.equal(undefined);
      expect(receiver.log).to.deep.equal(['a', 'b']);
    });

    it('end a chunk when a callback returns a string, in Twisted’s older way, unless it is empty', () => {
      const { receiver } = connect(new Recorder());
      receiver.lineReceived = (line) => {
        receiver.log.push(line.toString());
        return line.toString() === 'a' ? '' : 'why';
      };
      expect(receiver.dataReceived(bytes('a\r\nb\r\nc\r\n'))).to.equal('why');
      expect(receiver.log).to.deep.equal(['a', 'b']);
    });

    it('throw unless a method receives them', () => {
      const error = { code: 'ERR_METHOD_NOT_IMPLEMENTED' };
      expect(() => new LineReceiver().dataReceived(bytes('a\r\n')))
        .to.throw()
        .that.includes(error);
      const raw = new LineReceiver();
      raw.setRawMode();
      expect(() => raw.dataReceived(bytes('a')))
        .to.throw()
        .that.includes(error);
    });
  });

  describe('a line that is too long', () => {
    it('closes the connection; the lines after it are not delivered', () => {
      const { receiver, transport } = connect(new Recorder());
      receiver.MAX_LENGTH = 3;
      receiver.dataReceived(bytes('abc\r\nabcd\r\nabc\r\n'));
      expect(receiver.log).to.deep.equal(['line abc']);
      expect(transport.disconnecting).to.equal(true);
    });

    it('is not delivered, and needs no transport to close', () => {
      const receiver = new Recorder();
      receiver.MAX_LENGTH = 3;
      expect(receiver.dataReceived(bytes('abcd\r\n'))).to.equal(undefined);
      expect(receiver.log).to.deep.equal([]);
    });

    it('closes the connection as soon as it can’t become a line any more', () => {
      const { receiver, transport } = connect(new Recorder());
      receiver.MAX_LENGTH = 3;
      receiver.dataReceived(bytes('abcd'));
      expect(transport.disconnecting).to.equal(false);
      receiver.dataReceived(bytes('e'));
      expect(transport.disconnecting).to.equal(true);
    });

    it('is given to lineLengthExceeded, with the bytes after it; dataReceived returns its result', () => {
      const { receiver } = connect(new Recorder());
      receiver.MAX_LENGTH = 3;
      const given: string[] = [];
      receiver.lineLengthExceeded = (line) => `why ${given.push(line.toString())}`;
      expect(receiver.dataReceived(bytes('ab\r\nabcd\r\nab\r\nc'))).to.equal('why 1');
      expect(given).to.deep.equal(['abcd\r\nab\r\nc']);
      receiver.dataReceived(bytes('d\r\n'));
      expect(receiver.log).to.deep.equal(['line ab', 'line d']);
    });

    it('that never ends is not kept', () => {
      const receiver = new Recorder();
      receiver.lineLengthExceeded = () => undefined;
      for (let i = 0; i < 1000; i += 1) receiver.dataReceived(Buffer.alloc(1000, 'a'));
      expect(receiver.clearLineBuffer().length).to.be.below(receiver.MAX_LENGTH + 2);
    });
  });

  describe('raw data', () => {
    it('is the data after the line for which setRawMode was called', () => {
      const { receiver } = connect(new Recorder());
      receiver.lineReceived = () => receiver.setRawMode();
      receiver.dataReceived(bytes('DATA\r\none\r\ntwo'));
      receiver.dataReceived(bytes(' three'));
      expect(receiver.log).to.deep.equal(['raw one\r\ntwo', 'raw  three']);
    });

    it('ends with setLineMode, which takes the bytes that are no longer raw', () => {
      const { receiver } = connect(new Recorder());
      receiver.setRawMode();
      receiver.rawDataReceived = (data) => {
        receiver.log.push(`raw ${data.subarray(0, 3).toString()}`);
        receiver.setLineMode(data.subarray(3));
      };
      receiver.dataReceived(bytes('abcd\r\ne\r\n'));
      expect(receiver.log).to.deep.equal(['raw abc', 'line d', 'line e']);
      expect(receiver.lineMode).to.equal(true);
    });

    it('ends with setLineMode, which takes a single byte as well', () => {
      const { receiver } = connect(new Recorder());
      receiver.setRawMode();
      receiver.setLineMode(bytes('a'));
      receiver.dataReceived(bytes('b\r\n'));
      expect(receiver.log).to.deep.equal(['line ab']);
    });

    it('may alternate with lines without end in one chunk', () => {
      class Flipping extends LineReceiver {
        override delimiter = bytes('\n');
        count = 0;
        override lineReceived(): void {
          this.count += 1;
          this.setRawMode();
        }
        override rawDataReceived(data: Buffer): void {
          this.setLineMode(data.subarray(1));
        }
      }
      const flipping = new Flipping();
      flipping.dataReceived(bytes('x\nx'.repeat(100_000)));
      expect(flipping.count).to.equal(100_000);
    });

    it('after which loseConnection was called is followed by no line', () => {
      const { receiver, transport } = connect(new Recorder());
      receiver.setRawMode();
      receiver.rawDataReceived = (data) => {
        transport.loseConnection();
        receiver.setLineMode(data);
      };
      receiver.dataReceived(bytes('a\r\nb\r\n'));
      expect(receiver.log).to.deep.equal([]);
    });

    it('that a callback has ended with an error waits for more, although lines begin', () => {
      const { receiver } = connect(new Recorder());
      receiver.lineReceived = (line) => {
        receiver.log.push(line.toString());
        return receiver.log.length === 1 ? new Error('why') : undefined;
      };
      receiver.dataReceived(bytes('a\r\nb\r\n'));
      receiver.setLineMode();
      expect(receiver.log).to.deep.equal(['a']);
      receiver.dataReceived(bytes('c\r\n'));
      expect(receiver.log).to.deep.equal(['a', 'b', 'c']);
    });

    it('refuses to be put back as text, and stays raw', () => {
      const receiver = new Recorder();
      receiver.setRawMode();
      expect(() => receiver.setLineMode('a\r\n' as never)).to.throw(TypeError);
      expect(receiver.lineMode).to.equal(false);
    });
  });

  describe('clearLineBuffer', () => {
    it('takes the rest of the chunk', () => {
      const receiver = new Recorder();
      let rest = '';
      receiver.lineReceived = () => (rest += receiver.clearLineBuffer().toString());
      receiver.dataReceived(bytes('a\r\nb\r\nc'));
      receiver.dataReceived(bytes('d\r\n'));
      expect(rest).to.equal('b\r\nc');
    });

    it('takes in raw mode the bytes that a pause has buffered, and otherwise nothing', () => {
      const receiver = new Recorder();
      receiver.setRawMode();
      let inside = 'nothing yet';
      receiver.rawDataReceived = () => {
        inside = receiver.clearLineBuffer().toString();
        receiver.pauseProducing();
      };
      receiver.dataReceived(bytes('first'));
      expect(inside).to.equal('');
      receiver.dataReceived(bytes('kept '));
      receiver.dataReceived(bytes('too'));
      expect(receiver.clearLineBuffer().toString()).to.equal('kept too');
      expect(receiver.clearLineBuffer().toString()).to.equal('');
    });

    it('takes from inside rawDataReceived only the bytes that were put back or came meanwhile', () => {
      const receiver = new Recorder();
      receiver.setRawMode();
      let taken = '';
      receiver.rawDataReceived = (data) => {
        receiver.setLineMode(data.subarray(1));
        receiver.dataReceived(bytes('more\r\n'));
        taken = receiver.clearLineBuffer().toString();
      };
      receiver.dataReceived(bytes('abc\r\n'));
      expect(taken).to.equal('bc\r\nmore\r\n');
      expect(receiver.log).to.deep.equal([]);
    });
  });

  describe('sendLine', () => {
    it('writes the line and its delimiter, in one write', () => {
      const { receiver, transport } = connect(new Recorder());
      receiver.sendLine(new Uint8Array([97, 98]));
      expect(transport.value().toString()).to.equal('ab\r\n');
    });

    it('refuses a value that is not bytes, and a write before there is a transport', () => {
      const { receiver, transport } = connect(new Recorder());
      expect(() => receiver.sendLine('a' as never)).to.throw(TypeError);
      receiver.delimiter = bytes('');
      expect(() => receiver.sendLine(bytes('a'))).to.throw(RangeError);
      expect(transport.value().length).to.equal(0);
      expect(() => new Recorder().sendLine(bytes('a')))
        .to.throw()
        .with.property('code', 'ERR_INVALID_STATE');
    });
  });

  it('delivers the bytes that a callback gives it after the bytes that came before them', () => {
    const receiver = new Recorder();
    receiver.lineReceived = (line) => {
      receiver.log.push(line.toString());
      if (line.toString() === 'a')
        expect(receiver.dataReceived(bytes('c\r\n'))).to.equal(undefined);
    };
    receiver.dataReceived(bytes('a\r\nb\r\n'));
    expect(receiver.log).to.deep.equal(['a', 'b', 'c']);
  });
});
