import { expect } from 'chai';

import { InvalidArgTypeError } from '../../lib/base/errors.js';
import { assertKnownOptions } from '../../lib/base/arguments.js';

const NAMES = ['highWaterMark', 'waitsForProducer', 'signal', 'end', 'host', 'port'];

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
    const options = Object.fromEntries([...NAMES, ...others].map((name) => [name, 1]));
    expect(() => assertKnownOptions(options, NAMES)).not.to.throw();
  });

  it('looks at no inherited property', () => {
    expect(() =>
      assertKnownOptions(Object.create({ highWatermark: 1 }) as object, NAMES),
    ).not.to.throw();
  });
});
