import { setFlagsFromString } from 'node:v8';

import { expect } from 'chai';

import { assertBuilder, assertNotExtended, build } from '../../lib/base/build.js';
import { InvalidArgTypeError, InvalidStateError } from '../../lib/base/errors.js';

class Thing {
  constructor(readonly name: string) {}
}

describe('build', () => {
  it('makes by a class, a function, an arrow function or a method, with the arguments given', () => {
    function ordinary(name: string): Thing {
      return new Thing(name);
    }
    const { method } = { method: (name: string) => new Thing(name) };
    for (const builder of [Thing, ordinary, (name: string) => new Thing(name), method]) {
      expect(build(builder, ['Ann'])).to.deep.equal(new Thing('Ann'));
    }
  });

  it('makes by a method of its owner, as `self.protocol()` does in Python', () => {
    const owner: { name: string; method?: () => Thing } = {
      name: 'Ann',
      method() {
        return new Thing(this.name);
      },
    };
    expect(build(owner.method!, [], owner)).to.deep.equal(new Thing('Ann'));
  });

  it('makes objects of one shape by a class, so that V8 uses them fast', () => {
    setFlagsFromString('--allow-natives-syntax');
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- V8's syntax is none of TypeScript's.
    const haveSameShape = new Function('one', 'other', 'return %HaveSameMap(one, other)') as (
      one: object,
      other: object,
    ) => boolean;
    setFlagsFromString('--no-allow-natives-syntax');
    class Derived extends Thing {}
    const [first, second, third] = ['a', 'b', 'c'].map((name) => build(Derived, [name]));
    expect(haveSameShape(first!, second!)).to.equal(true);
    expect(haveSameShape(second!, third!)).to.equal(true);
    expect(haveSameShape(third!, new Thing('d'))).to.equal(false);
  });

  it('runs the function it was given once, and passes on an error that it throws', () => {
    let calls = 0;
    const failing = function (): Thing {
      calls += 1;
      throw new Error('no');
    };
    expect(() => build(failing, [])).to.throw('no');
    expect(calls).to.equal(1);
  });

  it('takes nothing that makes nothing', () => {
    expect(() => assertBuilder(Thing, 'factory')).not.to.throw();
    expect(() => assertBuilder({}, 'factory')).to.throw(InvalidArgTypeError, 'factory');
  });
});

describe('assertNotExtended', () => {
  it('refuses a function that was extended itself, and lets a call through', () => {
    expect(() => assertNotExtended(undefined, 'Mixin')).not.to.throw();
    expect(() => assertNotExtended(Thing, 'Mixin')).to.throw(InvalidStateError, 'Mixin(Base)');
  });
});
