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

  const printed = () => print.args.map(([text]) => String(text).split('\n')[0]);

  it('prints an error to stderr, with its stack, while there is no observer', () => {
    log.err(error, 'A producer failed');
    expect(print.args).to.have.length(1);
    expect(print.args[0]).to.have.length(1);
    expect(printed()).to.deep.equal(['A producer failed: Error: Oops']);
    expect(print.args[0]?.[0]).to.match(/\n +at .*log\.spec/);
  });

  it('indents the text after a line end, so that no message passes for a line of its own', () => {
    const forged = '2026-11-28 root logged in';
    for (const end of ['\n', '\r\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029']) {
      print.resetHistory();
      const cause = new Error(`No user "x${end}${forged}"`);
      log.err(new Error(`Refused${end}${forged}`, { cause }), `Echo${end}${forged}`);
      const lines = String(print.args[0]?.[0]).split(/[\n\r\v\f\u0085\u2028\u2029]/);
      expect(lines.filter((line) => line.startsWith(forged))).to.deep.equal([]);
      expect(lines.filter((line) => line.includes(forged))).to.have.length(3);
      expect(lines.slice(1).every((line) => line.startsWith('    '))).to.equal(true);
    }
  });

  it('obeys nothing that a message tells the terminal', () => {
    log.err(new Error('\x1b[1A\x1b[2Kgone\x9b'));
    expect(printed()).to.deep.equal(['Unhandled error: Error: \\u{1b}[1A\\u{1b}[2Kgone\\u{9b}']);
  });

  it('shows by its number a character that turns the order of a text around, or that is not seen', () => {
    log.err(new Error('user \u202eecho\u2066 \u{e0041}\tand é, 你好, 👋'));
    expect(printed()).to.deep.equal([
      'Unhandled error: Error: user \\u{202e}echo\\u{2066} \\u{e0041}\tand é, 你好, 👋',
    ]);
  });

  it('prints any value that was thrown', () => {
    for (const thrown of ['Oops %s', null, undefined, 5, { code: 1 }]) log.err(thrown);
    expect(printed()).to.deep.equal([
      'Unhandled error: Oops %s',
      'Unhandled error: null',
      'Unhandled error: undefined',
      'Unhandled error: 5',
      'Unhandled error: { code: 1 }',
    ]);
  });

  it('needs no object to be called on, as the handler of a promise', async () => {
    const observer = sinon.spy();
    observe(observer);
    const { err } = log;
    await Promise.reject(error).catch(err);
    await Promise.reject(error).then(undefined, log.err);
    expect(observer.args).to.deep.equal([
      [{ error, why: 'Unhandled error' }],
      [{ error, why: 'Unhandled error' }],
    ]);
  });

  it('prints an error that an async observer rejects with, and the one that it was told', async () => {
    observe(() => Promise.reject(new Error('Full')) as unknown as undefined);
    log.err(error, 'A producer failed');
    await new Promise(setImmediate);
    expect(printed()).to.deep.equal([
      'A log observer threw: Error: Full',
      'A producer failed: Error: Oops',
    ]);
  });

  it('refuses an observer that is not a function', () => {
    for (const wrong of [5, null, {}]) {
      expect(() => log.addObserver(wrong as never))
        .to.throw(TypeError)
        .with.property('code', 'ERR_INVALID_ARG_TYPE');
    }
    log.err(error);
    expect(printed()).to.deep.equal(['Unhandled error: Error: Oops']);
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

  it('prints the error that an observer throws, and the logged error, and tells the others', () => {
    const failure = new Error('Full');
    const other = sinon.spy();
    observe(() => {
      throw failure;
    });
    observe(other);
    log.err(error, 'A producer failed');
    expect(printed()).to.deep.equal([
      'A log observer threw: Error: Full',
      'A producer failed: Error: Oops',
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

  it('tells an observer that is added by another one of the next error', () => {
    const told: string[] = [];
    observe(() => {
      told.push('first');
      if (told.length === 1) observe(() => told.push('added'));
    });
    log.err(error, 'A producer failed');
    expect(told).to.deep.equal(['first']);
    log.err(error, 'A producer failed');
    expect(told).to.deep.equal(['first', 'first', 'added']);
  });
});
