import { expect } from 'chai';

import { LineOnlyReceiver } from '../../lib/protocols/index.js';
import { StringTransport } from '../../lib/testing/index.js';

const bytes = (text: string): Buffer => Buffer.from(text);

describe('LineOnlyReceiver', () => {
  let receiver: LineOnlyReceiver;
  let transport: StringTransport;
  let log: string[];

  beforeEach(() => {
    log = [];
    transport = new StringTransport();
    receiver = new LineOnlyReceiver();
    receiver.lineReceived = (line) => log.push(line.toString());
    receiver.makeConnection(transport);
  });

  it('delivers lines however their bytes are cut', () => {
    for (const byte of bytes('a\r\n\r\nbc\r\nd')) receiver.dataReceived(Buffer.from([byte]));
    expect(log).to.deep.equal(['a', '', 'bc']);
  });

  it('delivers an empty line that comes alone and has a delimiter of one byte', () => {
    receiver.delimiter = bytes('\n');
    receiver.dataReceived(bytes('\n'));
    expect(log).to.deep.equal(['']);
  });

  it('takes a line of MAX_LENGTH bytes, and waits for the end of one', () => {
    receiver.MAX_LENGTH = 3;
    receiver.dataReceived(bytes('abc\r\ndef'));
    expect(log).to.deep.equal(['abc']);
    expect(transport.disconnecting).to.equal(false);
    receiver.dataReceived(bytes('\r\n'));
    expect(log).to.deep.equal(['abc', 'def']);
  });

  it('closes the connection for a line that is too long, whether it has ended or not', () => {
    for (const line of ['abcd\r\nab\r\n', 'abcd']) {
      transport.disconnecting = false;
      const fresh = new LineOnlyReceiver();
      fresh.MAX_LENGTH = 3;
      fresh.makeConnection(transport);
      fresh.dataReceived(bytes(line));
      expect(transport.disconnecting).to.equal(true);
    }
  });

  it('needs no transport to close for a line that is too long', () => {
    const alone = Object.assign(new LineOnlyReceiver(), { MAX_LENGTH: 3 });
    expect(alone.dataReceived(bytes('abcd\r\n'))).to.equal(undefined);
  });

  it('goes on after a line that was too long if lineLengthExceeded allows it, and returns its result', () => {
    receiver.MAX_LENGTH = 3;
    receiver.lineLengthExceeded = (line) => `why: ${line.toString()}`;
    expect(receiver.dataReceived(bytes('a\r\nabcd\r\nb\r\nc'))).to.equal('why: abcd');
    expect(receiver.dataReceived(bytes('\r\n'))).to.equal(undefined);
    expect(log).to.deep.equal(['a', 'b', 'c']);
  });

  it('says that the unfinished line is too long, also after a line that was', () => {
    receiver.MAX_LENGTH = 3;
    receiver.lineLengthExceeded = (line) => log.push(`long: ${line.toString()}`);
    receiver.dataReceived(bytes('1234\r\n5678'));
    expect(log).to.deep.equal(['long: 1234', 'long: 5678']);
  });

  it('says again with each chunk that a line is too long which has not ended, and keeps it', () => {
    receiver.MAX_LENGTH = 3;
    const given: string[] = [];
    receiver.lineLengthExceeded = (line) => given.push(line.toString());
    for (const piece of ['abcd', 'e', 'f\r\ng\r\n']) receiver.dataReceived(bytes(piece));
    expect(given).to.deep.equal(['abcd', 'abcde', 'abcdef']);
    expect(log).to.deep.equal(['g']);
  });

  it('says after loseConnection that the unfinished line is too long, unless it drops a line', () => {
    const exceeded = (...chunks: string[]): string[] => {
      const heard: string[] = [];
      const closing = Object.assign(new LineOnlyReceiver(), { MAX_LENGTH: 3 });
      closing.lineReceived = () => closing.transport?.loseConnection();
      closing.lineLengthExceeded = (line) => {
        heard.push(line.toString());
        closing.transport?.loseConnection();
      };
      closing.makeConnection(new StringTransport());
      for (const chunk of chunks) closing.dataReceived(bytes(chunk));
      return heard;
    };
    expect(exceeded('1\r\n2345', '6')).to.deep.equal(['2345', '23456']);
    expect(exceeded('1\r\n2', '345')).to.deep.equal(['2345']);
    expect(exceeded('1\r\n234', '\r\n5678', '9')).to.deep.equal(['56789']);
    expect(exceeded('1\r\n2\r\n34567')).to.deep.equal([]);
    expect(exceeded('1234\r\n5678')).to.deep.equal(['1234']);
  });

  it('delivers in order the bytes that a callback gives it', () => {
    receiver.lineReceived = (line) => {
      log.push(line.toString());
      if (line.toString() === 'a') receiver.dataReceived(bytes('d\r\n'));
    };
    receiver.dataReceived(bytes('a\r\nb\r\nc'));
    expect(log).to.deep.equal(['a', 'b', 'cd']);
  });

  it('goes by a delimiter that a callback sets from the next line on', () => {
    receiver.lineReceived = (line) => {
      log.push(line.toString());
      receiver.delimiter = bytes(';');
    };
    receiver.dataReceived(bytes('a\r\nb;c\r\n'));
    expect(log).to.deep.equal(['a', 'b']);
  });

  it('refuses an empty delimiter that a callback sets, and keeps the rest', () => {
    receiver.lineReceived = (line) => {
      log.push(line.toString());
      receiver.delimiter = bytes('');
    };
    expect(() => receiver.dataReceived(bytes('a\r\nb\r\n')))
      .to.throw()
      .with.property('code', 'ERR_OUT_OF_RANGE');
    receiver.delimiter = bytes('\r\n');
    receiver.dataReceived(bytes(''));
    expect(log).to.deep.equal(['a', 'b']);
  });

  it('refuses an empty delimiter and a MAX_LENGTH that limits nothing, before anything changes', () => {
    receiver.delimiter = bytes('');
    expect(() => receiver.dataReceived(bytes('a\r\n')))
      .to.throw()
      .with.property('code', 'ERR_OUT_OF_RANGE');
    expect(() => receiver.sendLine(bytes('a')))
      .to.throw()
      .with.property('code', 'ERR_OUT_OF_RANGE');
    expect(transport.value().length).to.equal(0);
    receiver.delimiter = bytes('\r\n');
    receiver.MAX_LENGTH = NaN;
    expect(() => receiver.dataReceived(bytes('a\r\n')))
      .to.throw()
      .with.property('code', 'ERR_OUT_OF_RANGE');
    receiver.MAX_LENGTH = 10;
    receiver.dataReceived(bytes('b\r\n'));
    expect(log).to.deep.equal(['b']);
  });

  it('sends lines', () => {
    receiver.sendLine(bytes('a'));
    expect(transport.value().toString()).to.equal('a\r\n');
    expect(() => receiver.sendLine('b' as never)).to.throw(TypeError);
    expect(() => new LineOnlyReceiver().sendLine(bytes('a')))
      .to.throw()
      .with.property('code', 'ERR_INVALID_STATE');
  });

  it('throws unless a method receives the lines', () => {
    expect(() => new LineOnlyReceiver().dataReceived(bytes('a\r\n')))
      .to.throw()
      .with.property('code', 'ERR_METHOD_NOT_IMPLEMENTED');
  });
});
