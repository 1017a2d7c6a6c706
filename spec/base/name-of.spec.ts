import { expect } from 'chai';

import { nameOf } from '../../lib/base/name-of.js';

describe('nameOf', () => {
  class Sensor {}
  class Named {
    get [Symbol.toStringTag](): string {
      return 'Public';
    }
  }

  it('tells the name of the class of an object, or the name that the object gives itself', () => {
    expect(nameOf(new Sensor())).to.equal('Sensor');
    expect(nameOf(new Named())).to.equal('Public');
  });

  it('goes by the class if the name that an object gives itself is no text, or empty', () => {
    for (const tag of ['', 5, null]) {
      const sensor = Object.assign(new Sensor(), { [Symbol.toStringTag]: tag });
      expect(nameOf(sensor)).to.equal('Sensor');
    }
  });

  it('is the same words for each object that has no class with a name', () => {
    const Nameless = (() => class {})();
    const odd = { constructor: { name: 5 } };
    const bare = Object.create(null) as object;
    for (const value of [{}, new Nameless(), odd, { constructor: undefined }, bare]) {
      expect(nameOf(value)).to.equal('an object');
    }
  });
});
