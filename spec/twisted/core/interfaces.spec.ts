import { expect } from 'chai';

import {
  isConsumer,
  isHalfCloseableProtocol,
  isHandshakeListener,
  isLoggingContext,
  isProtocol,
  isPullProducer,
  isPushProducer,
  isTransport,
} from '../../../lib/twisted/core/interfaces.js';

const nothing = () => {};

/** Each guard, and the methods for which it looks. */
const GUARDS: [(value: unknown) => boolean, string[]][] = [
  [isPushProducer, ['pauseProducing', 'resumeProducing', 'stopProducing']],
  [isPullProducer, ['resumeProducing', 'stopProducing']],
  [isConsumer, ['registerProducer', 'unregisterProducer', 'write']],
  [isProtocol, ['makeConnection', 'dataReceived', 'connectionLost']],
  [isTransport, ['write', 'writeSequence', 'loseConnection']],
  [isHalfCloseableProtocol, ['readConnectionLost', 'writeConnectionLost']],
  [isHandshakeListener, ['handshakeCompleted']],
  [isLoggingContext, ['logPrefix']],
];

const withMethods = (methods: string[]) =>
  Object.fromEntries(methods.map((method) => [method, nothing]));

for (const [guard, methods] of GUARDS) {
  describe(guard.name, () => {
    it('accepts a value that has all the methods, its own or those of its class', () => {
      expect(guard(withMethods(methods))).to.equal(true);
      expect(guard(Object.create(withMethods(methods)))).to.equal(true);
    });

    for (const missing of methods) {
      it(`refuses a value without ${missing}, or with another thing of that name`, () => {
        const others = withMethods(methods.filter((method) => method !== missing));
        expect(guard(others)).to.equal(false);
        expect(guard({ ...others, [missing]: true })).to.equal(false);
      });
    }

    it('says no to a value that is not an object', () => {
      for (const value of [null, undefined, 7, 'text', nothing]) {
        expect(guard(value)).to.equal(false);
      }
    });
  });
}

describe('isPullProducer', () => {
  it('says yes to a push producer, which can be pulled too', () => {
    const push = withMethods(['pauseProducing', 'resumeProducing', 'stopProducing']);
    expect(isPullProducer(push)).to.equal(true);
  });
});
