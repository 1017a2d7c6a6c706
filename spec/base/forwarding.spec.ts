import { expect } from 'chai';

import { forwardToTransport } from '../../lib/base/forwarding.js';

/** A transport whose method needs the object itself. */
class Transport {
  #secret = 'kept';
  colour = 'red';
  readonly name = 'of the transport';
  tell(): string {
    return this.#secret;
  }
}

class Base {
  readonly inherited = 'of the base';
  greet(): string {
    return 'base';
  }
  get kind(): string {
    return `kind of ${this.inherited}`;
  }
}

class InFront extends Base {
  static {
    forwardToTransport(this);
  }
  readonly name = 'its own';
  readonly transport: Transport | null;

  constructor(transport: Transport | null) {
    super();
    this.transport = transport;
  }
  override greet(): string {
    return `own, after ${super.greet()}`;
  }
}

describe('An object in front of a transport', () => {
  const make = (transport: Transport | null = new Transport()) => {
    const inFront = new InFront(transport);
    return { inFront, transport, any: inFront as unknown as Transport & Record<string, unknown> };
  };

  it('has the members of the transport, as they are at the time, with methods that are called on it', () => {
    const { transport, any } = make();
    expect(any.colour).to.equal('red');
    transport!.colour = 'blue';
    expect(any.colour).to.equal('blue');
    const tell = any['tell' as string] as () => string;
    expect(tell()).to.equal('kept');
    expect(any['nothing']).to.equal(undefined);
  });

  it('has its own members instead, and those of its classes', () => {
    const { inFront } = make();
    expect(inFront).to.include({ name: 'its own', inherited: 'of the base' });
    expect(inFront.greet()).to.equal('own, after base');
    expect(inFront.kind).to.equal('kind of of the base');
    expect(inFront).to.be.instanceOf(InFront).and.instanceOf(Base);
    expect(Object.prototype.toString.call(inFront)).to.equal('[object Object]');
  });

  it('has the members that its base is given later', () => {
    Object.assign(Base.prototype, { later: 'given' });
    try {
      expect(make().any['later']).to.equal('given');
    } finally {
      Reflect.deleteProperty(Base.prototype, 'later');
    }
  });

  it('has no symbols of the transport, and nothing of it while there is none', () => {
    const { transport, any } = make();
    const symbol = Symbol('of the transport');
    Object.assign(transport as object, { [symbol]: 1 });
    expect(Reflect.get(any, symbol)).to.equal(undefined);
    expect(make(null).any.colour).to.equal(undefined);
    expect(Reflect.get(InFront.prototype, 'colour')).to.equal(undefined);
  });
});
