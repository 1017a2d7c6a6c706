import { getEventListeners } from 'node:events';

import { expect } from 'chai';

import {
  addAbortListener,
  assertSignal,
  assertSignalOption,
  eitherSignal,
  onAbort,
  removeAbortListener,
} from '../../lib/base/abort-signal.js';
import { failure, fails } from '../support/failure.js';
import { expectNothingLogged } from '../support/logged.js';

describe('A signal', () => {
  const logged = expectNothingLogged();
  const listenersOf = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

  it('has one listener, however many listen, and none when all have left', () => {
    const { signal } = new AbortController();
    const callbacks = Array.from({ length: 20 }, () => () => {});
    for (const callback of callbacks) addAbortListener(signal, callback);
    expect(listenersOf(signal)).to.equal(1);
    for (const callback of callbacks.slice(1)) removeAbortListener(signal, callback);
    expect(listenersOf(signal)).to.equal(1);
    for (const callback of callbacks) removeAbortListener(signal, callback);
    expect(listenersOf(signal)).to.equal(0);
    addAbortListener(signal, fails);
    expect(listenersOf(signal), 'again').to.equal(1);
  });

  it('calls each that listens once, in order, except one that left or came meanwhile', () => {
    const controller = new AbortController();
    const { signal } = controller;
    const told: string[] = [];
    const second = () => told.push('second');
    addAbortListener(signal, () => {
      told.push('first');
      removeAbortListener(signal, second);
      addAbortListener(signal, () => told.push('late'));
    });
    addAbortListener(signal, second);
    addAbortListener(signal, () => told.push('third'));
    controller.abort();
    expect(told).to.deep.equal(['first', 'third']);
    addAbortListener(signal, () => told.push('too late'));
    signal.dispatchEvent(new Event('abort'));
    expect(told).to.deep.equal(['first', 'third']);
    expect(listenersOf(signal)).to.equal(0);
  });

  it('of a library that calls its listeners again calls none again', () => {
    const listeners: (() => void)[] = [];
    const foreign = {
      aborted: false,
      addEventListener: (_: string, listener: () => void) => void listeners.push(listener),
    } as unknown as AbortSignal;
    const told: string[] = [];
    addAbortListener(foreign, () => told.push('first'));
    for (let times = 0; times < 2; times++) for (const each of listeners) each.call(foreign);
    expect(told).to.deep.equal(['first']);
  });

  it('calls the others although one throws, which is logged', () => {
    const controller = new AbortController();
    const told: string[] = [];
    addAbortListener(controller.signal, fails);
    addAbortListener(controller.signal, () => told.push('other'));
    controller.abort();
    expect(told).to.deep.equal(['other']);
    expect(logged.splice(0)).to.deep.equal([failure]);
  });

  it('is left when the work is over, however that ended', async () => {
    const { signal } = new AbortController();
    const over = [Promise.resolve(), Promise.reject(failure)];
    for (const promise of over) onAbort(signal, fails, promise);
    expect(listenersOf(signal)).to.equal(1);
    await Promise.allSettled(over);
    await new Promise(setImmediate);
    expect(listenersOf(signal)).to.equal(0);
  });

  it('that has aborted already aborts the work at once', () => {
    const told: string[] = [];
    onAbort(AbortSignal.abort(), () => told.push('aborted'), Promise.resolve());
    expect(told).to.deep.equal(['aborted']);
    onAbort(new AbortController().signal, fails, Promise.resolve());
  });

  it('of any library will do, and nothing else', () => {
    const foreign = { aborted: false, addEventListener() {} };
    for (const signal of [undefined, new AbortController().signal, foreign]) {
      expect(() => assertSignal(signal)).not.to.throw();
    }
    const halves = [{ aborted: false }, { addEventListener() {} }];
    for (const value of [null, 1, 'abort', {}, ...halves, new AbortController()]) {
      expect(() => assertSignal(value))
        .to.throw(TypeError, 'options.signal')
        .with.property('code', 'ERR_INVALID_ARG_TYPE');
    }
    expect(() => assertSignal(null, 'signal')).to.throw(TypeError, '"signal"');
  });

  it('may be the only option: a misspelt one, and a value that is not a signal, are refused', () => {
    for (const options of [{}, { signal: undefined }, { signal: AbortSignal.abort() }]) {
      expect(() => assertSignalOption(options)).not.to.throw();
    }
    for (const options of [null, 1, { singal: AbortSignal.abort() }, { signal: 'abort' }]) {
      expect(() => assertSignalOption(options)).to.throw(TypeError, 'options');
    }
  });

  it('of two aborts with the first that does, and one that is missing is not waited for', () => {
    const [one, other] = [new AbortController(), new AbortController()];
    const either = eitherSignal(one.signal, other.signal);
    expect(either?.aborted).to.equal(false);
    other.abort(failure);
    expect(either).to.include({ aborted: true, reason: failure });
    expect(eitherSignal(one.signal, undefined)).to.equal(one.signal);
    expect(eitherSignal(undefined, other.signal)).to.equal(other.signal);
    expect(eitherSignal(undefined, undefined)).to.equal(undefined);
  });

  it('need not be given', () => {
    assertSignal(undefined);
    addAbortListener(undefined, fails);
    removeAbortListener(undefined, fails);
  });
});
