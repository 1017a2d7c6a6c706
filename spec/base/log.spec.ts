import { expect } from 'chai';
import sinon from 'sinon';

import { log, type LogEvent } from '../../lib/base/log.js';

describe('log', () => {
  const error = new Error('Oops');
  let print: sinon.SinonStub;
  let undo: (() => void)[];

  const observe = (observer: (event: LogEvent) => void) => {
    const stop = log.addObserver(observer);
    undo.push(stop);
    return stop;
  };

  beforeEach(() => {
    print = sinon.stub(console, 'error');
    undo = [() => print.restore()];
  });
  afterEach(() => {
    for (const each of undo) each();
  });

  it('prints an error to stderr while nobody observes', () => {
    log.err(error, 'A producer failed');
    sinon.assert.calledOnceWithExactly(print, 'A producer failed:', error);
  });

  it('refuses an observer that is no function', () => {
    for (const wrong of [5, null, {}]) {
      expect(() => log.addObserver(wrong as never))
        .to.throw(TypeError)
        .with.property('code', 'ERR_INVALID_ARG_TYPE');
    }
    log.err(error);
    sinon.assert.calledOnceWithExactly(print, 'Unhandled error:', error);
  });

  it('tells every observer instead', () => {
    const observers = [sinon.spy(), sinon.spy()] as const;
    observers.forEach(observe);
    log.err(error, 'A producer failed');
    for (const observer of observers) {
      sinon.assert.calledOnceWithExactly(observer, { error, why: 'A producer failed' });
    }
    sinon.assert.notCalled(print);
  });

  it('tells an observer no more that was taken off, and prints again without any', () => {
    const [first, second] = [sinon.spy(), sinon.spy()];
    const stop = observe(first);
    observe(second);
    stop();
    stop();
    log.removeObserver(second);
    log.err(error, 'A producer failed');
    sinon.assert.notCalled(first);
    sinon.assert.notCalled(second);
    sinon.assert.calledOnce(print);
  });

  it('tells once an observer that was added twice', () => {
    const observer = sinon.spy();
    observe(observer);
    observe(observer);
    log.err(error, 'A producer failed');
    sinon.assert.calledOnce(observer);
  });

  it('prints what an observer throws, and the error, and tells the others', () => {
    const failure = new Error('Full');
    const other = sinon.spy();
    observe(() => {
      throw failure;
    });
    observe(other);
    log.err(error, 'A producer failed');
    expect(print.args).to.deep.equal([
      ['A log observer threw:', failure],
      ['A producer failed:', error],
    ]);
    sinon.assert.calledOnce(other);
  });

  it('lets an observer take itself off while it is told', () => {
    const told: string[] = [];
    const stop = observe(() => {
      told.push('first');
      stop();
    });
    observe(() => told.push('second'));
    log.err(error, 'A producer failed');
    log.err(error, 'A producer failed');
    expect(told).to.deep.equal(['first', 'second', 'second']);
  });
});
