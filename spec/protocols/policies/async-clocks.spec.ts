/** Clocks whose methods are async functions, and fail: the process must not end for that. */
import { expect } from 'chai';

import { type IDelayedCall, Protocol } from '../../../lib/index.js';
import { ThrottlingFactory, TimeoutFactory, TimeoutMixin } from '../../../lib/protocols/index.js';
import { Clock, StringTransport } from '../../../lib/testing/index.js';
import { failure } from '../../support/failure.js';
import { expectNothingLogged } from '../../support/logged.js';
import { settled } from '../../support/settled.js';
import { CLIENT, factoryOf } from './support.js';

const reject = (): Promise<never> => Promise.reject(failure);

/** Makes calls that can be neither moved nor cancelled. */
const fixed = (period: number, f: () => unknown): IDelayedCall =>
  Object.assign(new Clock().callLater(period, f), { reset: reject, cancel: reject });

/** Those whose clock is a method of their own, and how they use it, as often as `calls` says. */
const users = {
  'a TimeoutMixin': (callLater: typeof fixed) => {
    const protocol = Object.assign(new (TimeoutMixin(Protocol))(), { callLater });
    protocol.setTimeout(5);
    if (callLater !== fixed) return 1;
    protocol.resetTimeout();
    protocol.setTimeout(6);
    protocol.setTimeout(null);
    return 3;
  },
  'a TimeoutProtocol': (callLater: typeof fixed) => {
    const factory = Object.assign(new TimeoutFactory(factoryOf(), 5), { callLater });
    const protocol = factory.buildProtocol(CLIENT);
    if (callLater !== fixed) return 1;
    protocol?.makeConnection(new StringTransport());
    protocol?.dataReceived(Buffer.from('x'));
    protocol?.connectionLost(new Error('over'));
    return 2;
  },
  'a ThrottlingFactory': (callLater: typeof fixed) => {
    const factory = new ThrottlingFactory(factoryOf(), 1, 1, 1);
    Object.assign(factory, { callLater });
    const protocol = factory.buildProtocol(CLIENT);
    if (callLater !== fixed) return 2;
    protocol?.makeConnection(new StringTransport());
    protocol?.connectionLost(new Error('over'));
    return 2;
  },
};

describe('A clock that rejects', () => {
  const logged = expectNothingLogged();

  for (const [name, use] of Object.entries(users)) {
    it(`is logged, of ${name}: callLater`, async () => {
      const calls = use(reject as never);
      await settled();
      expect(logged.splice(0)).to.deep.equal(Array(calls).fill(failure));
    });

    it(`is logged, of ${name}: the methods of a call`, async () => {
      const calls = use(fixed);
      await settled();
      expect(logged.splice(0)).to.deep.equal(Array(calls).fill(failure));
    });
  }
});
