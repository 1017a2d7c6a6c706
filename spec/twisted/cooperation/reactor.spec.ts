import { spawnSync } from 'node:child_process';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import sinon from 'sinon';

import { InvalidArgTypeError, OutOfRangeError } from '../../../lib/base/errors.js';
import { log } from '../../../lib/base/log.js';
import { reactor } from '../../../lib/twisted/cooperation/reactor.js';

const MODULE = new URL('../../../lib/twisted/cooperation/reactor.ts', import.meta.url).href;

/** Runs a program that has `reactor`, and gives what it prints. */
function run(program: string): { lines: string[]; code: number | null } {
  const source = `import { reactor } from ${JSON.stringify(MODULE)};\n${program}`;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx/esm', '--input-type=module', '--eval', source],
    { encoding: 'utf8', timeout: 60_000 },
  );
  expect(stderr).to.equal('');
  return { lines: stdout.split('\n').slice(0, -1), code: status };
}

describe('reactor', () => {
  afterEach(() => {
    for (const call of reactor.getDelayedCalls()) call.cancel();
    sinon.restore();
  });

  /** Resolves once a call `delay` seconds from now was made. */
  const passed = (delay: number) =>
    new Promise<void>((resolve) => reactor.callLater(delay, resolve));

  it('tells the time in seconds since 1970', () => {
    expect(reactor.seconds()).to.be.closeTo(Date.now() / 1000, 60);
  });

  it('has methods that another object can have as its own', async () => {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- that it is lent is the point
    const protocol = { callLater: reactor.callLater, seconds: reactor.seconds };
    const before = protocol.seconds();
    await new Promise<void>((resolve) => protocol.callLater(0, resolve));
    expect(protocol.seconds()).to.be.at.least(before);
  });

  it('makes a call with its arguments, later, and never early by its own clock', async () => {
    const f = sinon.spy((..._: unknown[]) => {});
    const due: number[] = [];
    const calls = [0, 0.0004, 0.003, 0.0101].map((delay, i) => {
      const make = (...args: unknown[]) => f(...args, reactor.seconds() >= (due[i] ?? Infinity));
      return reactor.callLater(delay, make, delay, 'a');
    });
    due.push(...calls.map((call) => call.getTime()));
    sinon.assert.notCalled(f);
    expect(calls.every((call) => call.active())).to.equal(true);
    await passed(0.02);
    expect(f.args).to.deep.equal([
      [0, 'a', true],
      [0.0004, 'a', true],
      [0.003, 'a', true],
      [0.0101, 'a', true],
    ]);
    expect(calls.some((call) => call.active())).to.equal(false);
  });

  it('makes calls in the order in which they are due, however close', async () => {
    const made: number[] = [];
    const delays = [0.0039, 0.0031, 0.0035, 0.001, 0.0017, 0.0011, 0];
    const calls = delays.map((delay, i) => reactor.callLater(delay, () => made.push(i)));
    await passed(0.01);
    const times = made.map((i) => calls[i]?.getTime());
    expect(times).to.deep.equal([...times].sort((a = 0, b = 0) => a - b));
    expect(times).to.have.length(7);
  });

  it('makes calls that are due together in the order in which they were asked for', async () => {
    const made: string[] = [];
    const [a, b, c] = ['a', 'b', 'c'].map((name) => reactor.callLater(5, () => made.push(name)));
    const delay = (b?.getTime() ?? 0) - reactor.seconds() - 0.001;
    for (const call of [c, b, a]) call?.delay(-delay);
    await passed(0.02);
    expect(made.join('')).to.equal('abc');
  });

  it('lets promises go on between two calls that are due together', async () => {
    const made: string[] = [];
    const note = async (name: string) => {
      made.push(name);
      await Promise.resolve();
      await Promise.resolve();
      made.push(`${name} went on`);
    };
    reactor.callLater(0, note, 'a');
    reactor.callLater(0, note, 'b');
    await passed(0.001);
    expect(made).to.deep.equal(['a', 'a went on', 'b', 'b went on']);
  });

  it('makes a call with a delay of 0 that another call adds in a later turn, so that other calls come between', async () => {
    let turns = 0;
    let immediates = 0;
    const again = () => {
      turns += 1;
      setImmediate(() => (immediates += 1));
      if (turns < 50) reactor.callLater(0, again);
    };
    reactor.callLater(0, again);
    await passed(0.05);
    while (turns < 50) await passed(0.005);
    expect(immediates).to.be.at.least(49);
  });

  it('makes no call that was cancelled, also by a call that was due with it', async () => {
    const made: string[] = [];
    const victim = { cancel: () => {} };
    reactor.callLater(0, () => {
      made.push('first');
      victim.cancel();
      later.reset(60);
    });
    const call = reactor.callLater(0, () => made.push('victim'));
    victim.cancel = () => call.cancel();
    const later = reactor.callLater(0.001, () => made.push('late'));
    reactor.callLater(0.001, () => made.push('never')).cancel();
    const until = reactor.seconds() + 0.002;
    while (reactor.seconds() < until); // All are due at once.
    await passed(0.004);
    expect(made).to.deep.equal(['first']);
    expect(later.active()).to.equal(true);
    later.reset(0.001);
    await passed(0.02);
    expect(made).to.deep.equal(['first', 'late']);
  });

  it('moves a call, to later and to sooner', async () => {
    const made: string[] = [];
    reactor.callLater(100, () => made.push('sooner')).reset(0.001);
    reactor.callLater(0, () => made.push('later')).reset(0.01);
    reactor.callLater(0, () => made.push('far')).delay(100);
    reactor.callLater(100, () => made.push('near')).delay(-100);
    await passed(0.02);
    expect(made).to.deep.equal(['near', 'sooner', 'later']);
  });

  it('makes a call that was moved to sooner, although no other is due then', async () => {
    await new Promise<void>((resolve) => reactor.callLater(1000, resolve).reset(0.001));
  });

  it('makes a call in time that was moved before the one that was due first', async () => {
    reactor.callLater(1000, () => {});
    await new Promise<void>((resolve) => reactor.callLater(2000, resolve).reset(0.001));
  });

  it('makes a call that is due later than one before it, which was cancelled', async () => {
    reactor.callLater(0.001, () => {}).cancel();
    await new Promise<void>((resolve) => reactor.callLater(0.002, resolve));
  });

  it('makes a call that another call, due at the same time, has delayed, although no other is due then', async () => {
    await new Promise<void>((resolve) => {
      reactor.callLater(0, () => late.delay(0.002));
      const late = reactor.callLater(0, resolve);
    });
  });

  it('makes a call with a delay of 0 once the event loop has turned', async () => {
    for (let times = 0; times < 20; times++) {
      const made = sinon.spy();
      reactor.callLater(0, made);
      for (let turns = 0; turns < 3; turns++) await turn();
      sinon.assert.calledOnce(made);
    }
  });

  describe('with calls that wait', () => {
    /** How many timers and immediates keep the event loop busy. */
    const waits = () => {
      const busy = process.getActiveResourcesInfo();
      return ['Timeout', 'Immediate'].map((kind) => busy.filter((each) => each === kind).length);
    };

    it('has one timer for all, and none once the last was cancelled', () => {
      const [timers = 0, immediates = 0] = waits();
      const calls = [300, 200, 400].map((delay) => reactor.callLater(delay, () => {}));
      expect(waits()).to.deep.equal([timers + 1, immediates]);
      calls[2]?.reset(100);
      expect(waits()).to.deep.equal([timers + 1, immediates]);
      for (const call of calls) call.cancel();
      expect(waits()).to.deep.equal([timers, immediates]);
      reactor.callLater(0, () => {}).cancel();
      expect(waits()).to.deep.equal([timers, immediates]);
    });

    it('does nothing until one is due', async () => {
      const seconds = sinon.spy(reactor, 'seconds');
      reactor.callLater(1000, () => {});
      const before = seconds.callCount;
      await new Promise((resolve) => setTimeout(resolve, 10));
      expect(seconds.callCount).to.equal(before);
    });
  });

  it('knows the calls that are still to be made', async () => {
    const calls = [3, 1, 2].map((delay) => reactor.callLater(delay, () => {}));
    expect(reactor.getDelayedCalls()).to.have.members(calls);
    calls[1]?.cancel();
    const seen: unknown[] = [];
    const call = reactor.callLater(0, () => {
      seen.push(...reactor.getDelayedCalls());
    });
    await passed(0.001);
    expect(seen).to.include.members([calls[0], calls[2]]);
    expect(seen).not.to.include(call);
  });

  it('reports an error that a call throws or rejects with, and goes on', async () => {
    const reported: unknown[] = [];
    const stop = log.addObserver(({ error, why }) =>
      reported.push([(error as Error).message, why]),
    );
    const made = sinon.spy();
    reactor.callLater(0, () => {
      throw new Error('thrown');
    });
    reactor.callLater(0, () => Promise.reject(new Error('rejected')));
    reactor.callLater(0, made);
    await passed(0.001);
    stop();
    sinon.assert.calledOnce(made);
    expect(reported).to.deep.equal([
      ['thrown', 'A delayed call failed'],
      ['rejected', 'A delayed call failed'],
    ]);
  });

  it('refuses a bad delay, and a value that it could not call, and makes no call', () => {
    for (const delay of [-1, -0.001, NaN]) {
      expect(() => reactor.callLater(delay, () => {})).to.throw(OutOfRangeError);
    }
    expect(() => reactor.callLater('1' as never, () => {})).to.throw(InvalidArgTypeError);
    expect(() => reactor.callLater(1, null as never)).to.throw(InvalidArgTypeError);
    expect(() => reactor.callLater(1, () => {}).reset(NaN)).to.throw(OutOfRangeError);
    expect(reactor.getDelayedCalls()).to.have.length(1);
  });

  it('waits for a time further off than a timer of Node can be set to', async () => {
    const made = sinon.spy();
    const warned = sinon.spy(); // Node warns of a longer timer, which fires a thousand times a second.
    process.on('warning', warned);
    const call = reactor.callLater(2 ** 31 / 1000 + 1, made);
    reactor.callLater(Infinity, made);
    await passed(0.01);
    process.removeListener('warning', warned);
    sinon.assert.notCalled(made);
    sinon.assert.notCalled(warned);
    expect(call.active()).to.equal(true);
  });

  it('goes on in a program whose timers a test has faked', async () => {
    const fake = sinon.useFakeTimers();
    try {
      await passed(0.002);
    } finally {
      fake.restore();
    }
  });

  it('keeps the process alive while a call waits, and no longer', () => {
    const { lines, code } = run(`
      const far = reactor.callLater(1000, () => console.log('never'));
      const put = reactor.callLater(1000, () => console.log('never'));
      reactor.callLater(Infinity, () => console.log('never'));
      reactor.callLater(0.05, () => { console.log('made'); far.cancel(); put.cancel(); });
    `);
    expect({ lines, code }).to.deep.equal({ lines: ['made'], code: 0 });
  });
});
