import { runInNewContext } from 'node:vm';

import { expect } from 'chai';

import { InvalidArgTypeError } from '../../../lib/base/errors.js';
import { asBuffer, assertBytes, checkedBuffer, piecesOf } from '../../../lib/base/bytes.js';
import {
  alreadyRegistered,
  assertConsumer,
  assertProducer,
  assertProtocol,
  assertResumable,
  assertTransport,
} from '../../../lib/twisted/core/validate.js';

const nothing = () => {};
const bytesOfAnotherRealm = runInNewContext('new Uint8Array([1, 2])') as Uint8Array;
const noBytes = [null, undefined, 7, 'text', [1], new Uint16Array(1), new ArrayBuffer(1), {}];

describe('assertBytes', () => {
  it('takes a Buffer or Uint8Array, of another realm too', () => {
    for (const data of [Buffer.from('a'), new Uint8Array(), bytesOfAnotherRealm]) assertBytes(data);
  });

  it('refuses everything else, by the name it was given', () => {
    for (const data of noBytes) {
      expect(() => assertBytes(data)).to.throw(InvalidArgTypeError, '"data"');
      expect(() => assertBytes(data, 'chunk')).to.throw(InvalidArgTypeError, '"chunk"');
    }
  });
});

describe('piecesOf', () => {
  it('gives the pieces of any sequence', () => {
    const pieces = [Buffer.from('a'), bytesOfAnotherRealm];
    expect(piecesOf(pieces)).to.deep.equal(pieces);
    expect(piecesOf(new Set(pieces))).to.deep.equal(pieces);
    expect(piecesOf([])).to.deep.equal([]);
  });

  it('refuses a value that is not a sequence, or has a piece that is not bytes', () => {
    for (const data of [null, undefined, 7, 'text', {}, Buffer.from('a')]) {
      expect(() => piecesOf(data)).to.throw(InvalidArgTypeError);
    }
    for (const data of noBytes) {
      expect(() => piecesOf([Buffer.from('a'), data])).to.throw(InvalidArgTypeError);
    }
  });
});

describe('assertProducer', () => {
  const pull = { resumeProducing: nothing, stopProducing: nothing };
  const push = { ...pull, pauseProducing: nothing };

  it('takes a push producer as one, and any producer as a pull producer', () => {
    assertProducer(push, true);
    assertProducer(push, false);
    assertProducer(pull, false);
  });

  it('refuses a pull producer as a push producer, and names the methods that it lacks', () => {
    expect(() => assertProducer(pull, true)).to.throw(InvalidArgTypeError, 'pauseProducing');
  });

  it('refuses a call that leaves out which of the two it is', () => {
    for (const assert of [assertProducer, assertResumable]) {
      expect(() => assert(push, undefined)).to.throw(InvalidArgTypeError, '"streaming"');
      for (const streaming of [true, false, 0, null]) assert(push, streaming);
    }
  });

  it('refuses a value that is not a producer', () => {
    for (const producer of [null, undefined, 7, {}, nothing, { resumeProducing: nothing }]) {
      expect(() => assertProducer(producer, true)).to.throw(InvalidArgTypeError);
      expect(() => assertProducer(producer, false)).to.throw(InvalidArgTypeError);
    }
  });
});

describe('assertResumable', () => {
  it('asks of a producer only that it can be resumed', () => {
    assertResumable({ resumeProducing: nothing }, true);
    for (const producer of [null, {}, { stopProducing: nothing }]) {
      expect(() => assertResumable(producer, true)).to.throw(InvalidArgTypeError, '"producer"');
    }
  });
});

for (const [assert, methods] of [
  [assertConsumer, ['registerProducer', 'unregisterProducer', 'write']],
  [assertTransport, ['write', 'writeSequence', 'loseConnection']],
  [assertProtocol, ['makeConnection', 'dataReceived', 'connectionLost']],
] as const) {
  describe(assert.name, () => {
    it('takes a value that has the methods, and tells of any other which methods it lacks', () => {
      const check: (value: unknown) => void = assert;
      check(Object.fromEntries(methods.map((method) => [method, nothing])));
      for (const missing of methods) {
        const others = methods.filter((method) => method !== missing);
        const value = Object.fromEntries(others.map((method) => [method, nothing]));
        expect(() => check(value)).to.throw(InvalidArgTypeError, missing);
      }
      expect(() => check(null)).to.throw(InvalidArgTypeError);
    });
  });
}

describe('A refusal', () => {
  const told = (check: () => void): string => {
    try {
      check();
    } catch (thrown) {
      return (thrown as Error).message;
    }
    return expect.fail('It was not refused');
  };
  const methods = '(registerProducer, unregisterProducer, write)';

  it('names the argument, what it must be, and the method that it lacks', () => {
    const almost = { registerProducer: nothing, write: nothing };
    const why = `a consumer ${methods}, and this has no unregisterProducer. Received`;
    expect(told(() => assertConsumer(almost))).to.include(why);
    expect(told(() => assertProducer({}, true))).to.match(/"producer".* a push producer \(/);
  });

  it('names no method of a value that has none', () => {
    expect(told(() => assertConsumer({ end: nothing }))).to.include(
      `a consumer ${methods}. Received`,
    );
  });

  it('of a function names no method, whichever it has', () => {
    const callable = Object.assign(() => {}, { resumeProducing: nothing, stopProducing: nothing });
    expect(() => assertProducer(callable, false)).to.throw(
      InvalidArgTypeError,
      /\(resumeProducing, stopProducing\), made with new\. Received function/,
    );
  });

  it('of a class, as Twisted takes in places, says that `new` makes an object of it', () => {
    class Chat {
      makeConnection() {}
      dataReceived() {}
      connectionLost() {}
    }
    const why =
      'a protocol (makeConnection, dataReceived, connectionLost), made with new. Received';
    expect(told(() => assertProtocol(Chat))).to.include(why);
  });

  it('names the adapters where the value is a stream', () => {
    const why = `a consumer ${methods}: an adapter makes one of a stream. Received`;
    expect(told(() => assertConsumer({ pipe: nothing, write: nothing }))).to.include(why);
  });

  it('of a second producer names both, where they have names', () => {
    class Sensor {}
    const why = /^Cannot register producer Sensor, because a producer was never unregistered\.$/;
    expect(alreadyRegistered(new Sensor(), {}).message).to.match(why);
  });
});

describe('asBuffer', () => {
  it('gives a Buffer as it is', () => {
    const buffer = Buffer.from('a');
    expect(asBuffer(buffer)).to.equal(buffer);
  });

  it('gives other bytes as a Buffer of the same memory, and of no more of it', () => {
    const bytes = new Uint8Array([0, 1, 2, 3]).subarray(1, 3);
    const buffer = asBuffer(bytes);
    bytes[0] = 7;
    expect([...buffer]).to.deep.equal([7, 2]);
  });
});

describe('checkedBuffer', () => {
  it('is a Buffer over the same memory, of bytes of any kind', () => {
    const buffer = Buffer.from('ab');
    expect(checkedBuffer(buffer)).to.equal(buffer);
    for (const data of [new Uint8Array([1, 2]), bytesOfAnotherRealm]) {
      expect(checkedBuffer(data).buffer).to.equal(data.buffer);
      expect([...checkedBuffer(data)]).to.deep.equal([1, 2]);
    }
  });

  it('refuses everything else', () => {
    for (const data of noBytes) {
      expect(() => checkedBuffer(data)).to.throw(InvalidArgTypeError, '"data"');
    }
  });
});
