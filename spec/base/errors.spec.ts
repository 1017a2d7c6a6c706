import { expect } from 'chai';

import {
  InvalidArgTypeError,
  InvalidStateError,
  MethodNotImplementedError,
  OutOfRangeError,
} from '../../lib/base/errors.js';

describe('An error of misuse', () => {
  it('has the name of its class, also of a subclass', () => {
    class Own extends InvalidStateError {}
    const cause = new Error('why');
    expect(new Own('not now', { cause })).to.include({ name: 'Own', message: 'not now', cause });
    expect(new OutOfRangeError('it', 'above 0', -1)).to.include({ name: 'OutOfRangeError' });
  });

  for (const [what, value, words] of [
    ['a number', -0.5, '-0.5'],
    ['a short text', "it's", `"it's"`],
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
    ['a function', function pause() {}, 'function pause'],
    ['a function without a name', () => {}, 'function'],
    ['an object of a class', new Map(), 'an instance of Map'],
    ['a plain object', {}, 'an instance of Object'],
    ['an object of a class without a name', (function* () {})(), 'an instance of Object'],
    ['an object without a prototype', Object.create(null), 'an instance of Object'],
  ] as const) {
    it(`says what it received: ${what}`, () => {
      for (const Class of [InvalidArgTypeError, OutOfRangeError]) {
        const { message } = new Class('it', 'another', value);
        expect(message.endsWith(` must be another. Received ${words}`), message).to.equal(true);
      }
    });
  }

  it('shows only the beginning of a long text', () => {
    const { message } = new InvalidArgTypeError('data', 'bytes', 'secret '.repeat(1000));
    expect(message).to.have.length.below(120);
    expect(message).to.include('secret secret');
  });

  it('names the class that lacks a method, if the class has a name', () => {
    class Slow {}
    expect(new MethodNotImplementedError(new Slow(), 'write').message).to.equal(
      'Slow does not implement write()',
    );
    const Nameless = (() => class {})();
    expect(new MethodNotImplementedError(new Nameless(), 'write').message).to.equal(
      'The class does not implement write()',
    );
  });
});
