import { expect } from 'chai';

import { type ProtocolState, StatefulProtocol } from '../../lib/protocols/index.js';
import { StringTransport } from '../../lib/testing/index.js';

const bytes = (text: string): Buffer => Buffer.from(text);

/** Strings after one digit that says how long they are. */
/* eslint-disable @typescript-eslint/unbound-method -- a state is called with its protocol as `this` */
class Strings extends StatefulProtocol {
  readonly log: string[] = [];
  override getInitialState(): ProtocolState {
    return [this.length, 1];
  }
  length(data: Buffer): ProtocolState {
    return [this.string, Number(data.toString())];
  }
  string(data: Buffer): ProtocolState {
    this.log.push(data.toString());
    return [this.length, 1];
  }
}

/** In one state, and stays there. */
class Staying extends StatefulProtocol {
  constructor(
    private readonly receive: (data: Buffer) => unknown,
    private readonly count = 1,
  ) {
    super();
  }
  override getInitialState(): ProtocolState {
    return [this.receive, this.count];
  }
}

describe('StatefulProtocol', () => {
  it('calls each state with as many bytes as it waits for, however they come', () => {
    for (const size of [1, 2, 3, 100]) {
      const protocol = new Strings();
      const all = bytes('3abc05hello1x');
      for (let at = 0; at < all.length; at += size) {
        protocol.dataReceived(all.subarray(at, at + size));
      }
      expect(protocol.log).to.deep.equal(['abc', '', 'hello', 'x']);
    }
  });

  it('asks for the initial state once the connection is made', () => {
    const asked: string[] = [];
    class Asked extends Strings {
      override connectionMade(): void {
        asked.push('made');
      }
      override getInitialState(): ProtocolState {
        asked.push('state');
        return super.getInitialState();
      }
    }
    const protocol = new Asked();
    protocol.makeConnection(new StringTransport());
    expect(asked).to.deep.equal(['made', 'state']);
    protocol.dataReceived(bytes('1a'));
    expect(asked).to.deep.equal(['made', 'state']);
  });

  it('can be fed from inside connectionMade', () => {
    class Fed extends Strings {
      override connectionMade(): void {
        this.dataReceived(bytes('1a2b'));
      }
    }
    const protocol = new Fed();
    protocol.makeConnection(new StringTransport());
    protocol.dataReceived(bytes('c'));
    expect(protocol.log).to.deep.equal(['a', 'bc']);
  });

  it('begins again with another connection, without the bytes of the last one', () => {
    const protocol = new Strings();
    for (const text of ['3ab', '2de']) {
      protocol.makeConnection(new StringTransport());
      protocol.dataReceived(bytes(text));
    }
    expect(protocol.log).to.deep.equal(['de']);
  });

  it('stays in its state when that returns nothing', () => {
    const heard: string[] = [];
    const protocol = new Staying((data) => void heard.push(data.toString()), 2);
    protocol.dataReceived(bytes('abcde'));
    expect(heard).to.deep.equal(['ab', 'cd']);
  });

  it('does not stay for ever in a state that waits for nothing', () => {
    const protocol = new Staying(() => undefined, 0);
    expect(() => protocol.dataReceived(bytes('a')))
      .to.throw()
      .with.property('code', 'ERR_INVALID_STATE');
  });

  it('refuses a value that is not a state', () => {
    const isRefused = { code: 'ERR_INVALID_ARG_TYPE' };
    for (const wrong of [5, 'state', [() => undefined], [() => undefined, -1], [5, 5], {}]) {
      const protocol = new Staying(() => wrong);
      expect(() => protocol.dataReceived(bytes('a')))
        .to.throw()
        .that.includes(isRefused);
      class Wrong extends StatefulProtocol {
        override getInitialState = () => wrong as never;
      }
      expect(() => new Wrong().dataReceived(bytes('a')))
        .to.throw()
        .that.includes(isRefused);
    }
  });

  it('stays in its state when that returns a value that is not a state', () => {
    const heard: string[] = [];
    const protocol = new Staying((data) => {
      heard.push(data.toString());
      return heard.length === 1 ? 'state' : undefined;
    });
    expect(() => protocol.dataReceived(bytes('ab'))).to.throw(TypeError);
    protocol.dataReceived(bytes('c'));
    expect(heard.join('')).to.equal('abc');
  });

  it('delivers nothing twice after a state threw', () => {
    const heard: string[] = [];
    const protocol = new Staying((data) => {
      heard.push(data.toString());
      if (heard.length === 1) throw new Error('Oops');
    });
    expect(() => protocol.dataReceived(bytes('abc'))).to.throw('Oops');
    protocol.dataReceived(bytes('d'));
    expect(heard.join('')).to.equal('abcd');
  });

  it('throws unless it has an initial state', () => {
    expect(() => new StatefulProtocol().dataReceived(bytes('')))
      .to.throw()
      .with.property('code', 'ERR_METHOD_NOT_IMPLEMENTED');
  });
});
