/** Objects under a check whose methods are async functions, and fail. */
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import type { IConsumer } from '../../../lib/index.js';
import {
  checkConsumer,
  checkPullProducer,
  checkPushProducer,
  checkTransport,
  type RuleBrokenError,
} from '../../../lib/testing/index.js';
import { failure, fails } from '../../support/failure.js';
import { expectNothingLogged } from '../../support/logged.js';
import { rejection } from '../../support/rejection.js';
import { patience } from './expect-broken.js';
import {
  ModelConsumer,
  ModelPullProducer,
  ModelPushProducer,
  ModelTransport,
} from './model-classes.js';

/** Does what `method` of `object` does, and then rejects. */
function rejecting<T extends object>(object: T, method: string): T {
  const was = (object as Record<string, (...args: unknown[]) => unknown>)[method];
  return Object.assign(object, {
    [method](...args: unknown[]) {
      was?.apply(this, args);
      return Promise.reject(failure);
    },
  });
}

const checks: Record<string, [methods: string[], check: (method: string) => Promise<void>]> = {
  checkConsumer: [
    ['write', 'registerProducer', 'unregisterProducer'],
    (method) => checkConsumer(() => rejecting(new ModelConsumer(), method), patience),
  ],
  checkTransport: [
    ['write', 'writeSequence', 'registerProducer', 'loseConnection'],
    (method) => checkTransport(() => rejecting(new ModelTransport(), method), patience),
  ],
  checkPushProducer: [
    ['pauseProducing', 'resumeProducing', 'stopProducing'],
    (method) =>
      checkPushProducer((to: IConsumer) => rejecting(new ModelPushProducer(to), method), patience),
  ],
  checkPullProducer: [
    ['resumeProducing', 'stopProducing'],
    (method) =>
      checkPullProducer((to: IConsumer) => rejecting(new ModelPullProducer(to), method), patience),
  ],
};

describe('A check of an object', () => {
  const logged = expectNothingLogged();

  for (const [name, [methods, check]] of Object.entries(checks)) {
    for (const method of methods) {
      it(`rejects, with the cause, if its ${method} rejects (${name})`, async () => {
        const error = (await rejection(check(method))) as RuleBrokenError;
        expect(error).to.include({ code: 'ERR_RULE_BROKEN', cause: failure });
        expect(error.message).to.match(new RegExp(`${method}.. rejected with Error: Oops`));
        await turn();
        logged.splice(0); // Of calls after that one.
      });
    }
  }

  it('names the rule after which it could not be closed', async () => {
    const make = () => Object.assign(new ModelConsumer(), { abortConnection: fails });
    const error = (await rejection(checkConsumer(make, patience))) as RuleBrokenError;
    expect(error).to.include({ code: 'ERR_RULE_BROKEN', cause: failure });
  });

  it('names the rule that was broken, although it could not be closed either', async () => {
    const make = () => Object.assign(new ModelConsumer(), { check() {}, abortConnection: fails });
    const { rule } = (await rejection(
      checkConsumer(() => Object.assign(make(), { abortConnection: undefined }), patience),
    )) as RuleBrokenError;
    let made = 0;
    const late = () => Object.assign(make(), (made += 1) < 3 && { abortConnection: undefined });
    const error = (await rejection(checkConsumer(late, patience))) as RuleBrokenError;
    expect(error.rule).to.equal(rule);
    expect(logged.splice(0)).to.deep.equal([failure]);
  });

  it('logs what a method rejects with once the check is over', async () => {
    const late: (() => void)[] = [];
    const write = () => new Promise((_resolve, reject) => late.push(() => reject(failure)));
    class Late extends ModelConsumer {
      override write(data: Uint8Array) {
        super.write(data);
        return write() as never;
      }
    }
    await checkConsumer(() => new Late(), patience);
    for (const rejectNow of late) rejectNow();
    await turn();
    expect(logged.splice(0)).to.deep.equal(late.map(() => failure));
  });

  it('logs that it could not be closed, if that is told later', async () => {
    const make = () =>
      Object.assign(new ModelConsumer(), { abortConnection: () => Promise.reject(failure) });
    await checkConsumer(make, patience);
    await turn();
    expect(new Set(logged.splice(0))).to.deep.equal(new Set([failure]));
  });
});
