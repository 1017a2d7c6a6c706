import { expect } from 'chai';

import { InvalidArgTypeError, OutOfRangeError } from '../../lib/base/errors.js';
import {
  assertBoolean,
  assertFunction,
  assertKnownOptions,
  assertMethod,
  assertNotNull,
  assertNumber,
  assertOptions,
  assertWholeNumber,
  itemsOf,
} from '../../lib/base/arguments.js';

const NAMES = ['highWaterMark', 'waitsForProducer', 'signal', 'end', 'host', 'port', 'backlog'];

describe('assertKnownOptions', () => {
  for (const [given, meant] of [
    ['highWatermark', 'highWaterMark'],
    ['HIGHWATERMARK', 'highWaterMark'],
    ['highWaterMarc', 'highWaterMark'],
    ['higWaterMakr', 'highWaterMark'],
    ['waitForProducer', 'waitsForProducer'],
    ['waitsForProducers', 'waitsForProducer'],
    ['singal', 'signal'],
    ['End', 'end'],
    ['prot', 'port'],
    ['signals', 'signal'],
    ['bakclgo', 'backlog'],
  ] as const) {
    it(`names ${meant} where ${given} was given`, () => {
      expect(() => assertKnownOptions({ [given]: 1 }, NAMES))
        .to.throw(InvalidArgTypeError, `"options.${given}" argument must be spelt "${meant}"`)
        .with.property('code', 'ERR_INVALID_ARG_TYPE');
    });
  }

  it('refuses a misspelt option that is undefined', () => {
    expect(() => assertKnownOptions({ highWatermark: undefined }, NAMES)).to.throw('highWaterMark');
  });

  it('names the argument that it was told', () => {
    expect(() => assertKnownOptions({ Port: 1 }, NAMES, 'options.tls')).to.throw(
      'options.tls.Port',
    );
  });

  it('takes each option that is known, and those that resemble none', () => {
    const others = ['objectMode', 'emitClose', 'and', 'send', 'hwm', 'path', 'timeout'];
    // Two slips are too many for a name of six letters, and one for a name of three.
    others.push('gisnal', 'sinlga', 'ned', 'toph', 'oart', 'aprt', 'abrt');
    const options = Object.fromEntries([...NAMES, ...others].map((name) => [name, 1]));
    expect(() => assertKnownOptions(options, NAMES)).not.to.throw();
  });

  it('looks at no inherited property', () => {
    expect(() =>
      assertKnownOptions(Object.create({ highWatermark: 1 }) as object, NAMES),
    ).not.to.throw();
  });
});

describe('A check of an argument', () => {
  const refuses = (check: (value: unknown) => void, refused: unknown[], taken: unknown[]): void => {
    for (const value of taken) expect(() => check(value)).not.to.throw();
    for (const value of refused) {
      expect(() => check(value))
        .to.throw(InvalidArgTypeError, '"it"')
        .with.property('code', 'ERR_INVALID_ARG_TYPE');
    }
  };

  it('takes options that are an object', () => {
    refuses((value) => assertOptions(value, 'it'), [null, undefined, 1, () => {}], [{}, []]);
  });

  it('takes a boolean, which may be left out', () => {
    refuses((value) => assertBoolean(value, 'it'), [null, 0, 'true'], [true, false, undefined]);
  });

  it('takes a number in range, and refuses another value and another number with the same words', () => {
    const isEven = (given: number) => given % 2 === 0;
    const check = (value: unknown) => assertNumber(value, 'it', 'an even number', isEven);
    refuses(check, [null, undefined, '2', 2n], [2, -4, 0]);
    for (const value of [3, NaN, Infinity]) {
      expect(() => check(value))
        .to.throw(OutOfRangeError, '"it" must be an even number')
        .with.property('code', 'ERR_OUT_OF_RANGE');
    }
  });

  it('takes a whole number that is large enough', () => {
    const check = (value: unknown) => assertWholeNumber(value, 'it', 1);
    refuses(check, [null, '1'], [1, 2 ** 40]);
    for (const value of [0, -1, 1.5, NaN, Infinity, 2 ** 53]) {
      expect(() => check(value)).to.throw(OutOfRangeError, 'a whole number of at least 1');
    }
  });

  it('takes a function', () => {
    refuses((value) => assertFunction(value, 'it'), [null, {}], [() => {}, class {}]);
  });

  it('takes any value but null', () => {
    refuses((value) => assertNotNull(value, 'it'), [null], [undefined, 0, '', false, {}]);
  });

  it('takes an object with the method that is needed', () => {
    const check = (value: unknown): void => assertMethod(value, 'it', 'write');
    refuses(check, [null, undefined, {}, { write: 1 }], [{ write() {} }]);
  });

  it('takes a sequence, and gives its items', () => {
    const check = (value: unknown): void => void itemsOf(value, 'it', 'a sequence');
    refuses(check, [null, undefined, 'text', 1, {}], [[], new Set()]);
    expect(itemsOf(new Set([1, 2]), 'it', 'a sequence')).to.deep.equal([1, 2]);
  });
});
