// Runs the specs for Stryker on the mocha of this project. Stryker's own runner for mocha sets no
// time limit on a spec, so that each stall would cost a process; and it finds no mocha from 12.0.1 on.
// https://stryker-mutator.io/docs/stryker-js/guides/create-a-plugin
import { globSync } from 'node:fs';

import Mocha from 'mocha';

import '../../spec/support/no-unhandled-rejections.mjs';

/**
 * Milliseconds that a spec may take while a mutant runs; without one it may take longer. No spec sets the
 * first of these itself, so that `limitsOf` knows by it which specs set none.
 */
const [LIMIT, LONGER] = [2001, 20_000];

/** Stryker's numbers for how a spec ended. */
const [PASSED, FAILED, SKIPPED] = [0, 1, 2];

// An error that a mutant throws when its specs are over must not end the process.
process.on('uncaughtException', () => {});

/**
 * The variables that Stryker and the mutated code share: which mutant is active, which spec runs, which
 * mutants it reaches, and how often a mutant was hit, which tells a loop that never ends.
 */
const shared = (globalThis.__stryker__ ??= {});

class MochaRunner {
  static inject = ['options'];

  /** Whether a mutant has run here already. */
  used = false;
  /** Whether a mutant has left something behind by which specs fail without it. */
  spoilt = false;

  constructor({ mochaRunner }) {
    this.mocha = new Mocha({ reporter: class {}, timeout: LIMIT });
    this.mocha.cleanReferencesAfterRun(false); // The same specs run again, for the next mutant.
    this.mocha.suite.beforeEach(function () {
      shared.currentTestId = this.currentTest.fullTitle();
    });
    const { specs, exclude } = mochaRunner;
    for (const file of globSync(specs, { exclude }).sort()) this.mocha.addFile(file);
  }

  /** A module loads once in a process, so a mutant of what runs then needs a new one. */
  capabilities() {
    return { reloadEnvironment: false };
  }

  async dryRun() {
    const tests = await this.run({ limit: LONGER });
    return { status: 'complete', tests, mutantCoverage: shared.mutantCoverage };
  }

  /** Where this throws, Stryker runs the mutant again in a new process. */
  async mutantRun({ activeMutant: { id }, testFilter, hitLimit, mutantActivation }) {
    if (this.spoilt) throw new Error('Spoilt by the mutant before');
    const isFirst = !this.used;
    this.used = true;
    const tests = await this.run({
      mutant: id,
      isStatic: mutantActivation === 'static',
      titles: testFilter,
      hitLimit,
      limit: LIMIT,
    });
    const loops = shared.hitCount > hitLimit;
    const failed = tests.find(({ status }) => status === FAILED);
    if (failed === undefined && !loops) return { status: 'survived', nrOfTests: tests.length };
    // A connection or a timer that the mutant has left behind may fail the specs of the next one too.
    const last = (failed ?? tests.at(-1))?.id;
    const without =
      mutantActivation === 'static' ? [] : await this.run({ titles: [last], limit: LONGER });
    this.spoilt = without.some(({ status }) => status === FAILED);
    if (this.spoilt && !isFirst) throw new Error('Spoilt, by this mutant or by one before');
    if (loops) return { status: 'timeout', reason: 'It loops' };
    const { id: killer, failureMessage } = failed;
    return { status: 'killed', killedBy: [killer], failureMessage, nrOfTests: tests.length };
  }

  /** Runs the specs with `titles`, or all, with `mutant`, or none. */
  async run({ mutant, isStatic, titles, hitLimit, limit }) {
    if (!this.isLoaded) {
      shared.activeMutant = isStatic ? mutant : undefined;
      await this.mocha.loadFilesAsync();
      this.isLoaded = true;
      this.ownLimits = limitsOf(this.mocha.suite);
      for (const [each] of this.ownLimits) endOnce(each);
    }
    const { mocha, ownLimits } = this;
    mocha.grep(titles === undefined ? /^/ : new RegExp(`^(?:${titles.map(escaped).join('|')})$`));
    for (const [each, own] of ownLimits) {
      // A new limit would start the timer of a spec that has ended long ago, too, and let it fail.
      each.clearTimeout();
      each.timer = undefined;
      each.timeout(own ?? limit);
    }
    setBail(mocha.suite, mutant !== undefined);
    shared.hitLimit = hitLimit;
    shared.hitCount = hitLimit === undefined ? undefined : 0;
    shared.activeMutant = mutant;
    const tests = [];
    await new Promise((resolve) => {
      const runner = mocha.run(resolve);
      const add = (runnable, status, more) => {
        const { currentTest: test = runnable } = runnable.type === 'hook' ? runnable.ctx : {};
        const id = test.fullTitle();
        const timeSpentMs = test.duration ?? 0;
        tests.push({ id, name: id, fileName: test.file, timeSpentMs, status, ...more });
      };
      runner.on('pass', (test) => add(test, PASSED));
      runner.on('pending', (test) => add(test, SKIPPED));
      runner.on('fail', (test, error) => {
        add(test, FAILED, { failureMessage: String(error?.stack ?? error) });
      });
    });
    return tests;
  }

  /** The process ends with it. */
  dispose() {}
}

function setBail(suite, bail) {
  suite.bail(bail);
  for (const inner of suite.suites) setBail(inner, bail);
}

/** Each spec, with the limit that it sets itself; `undefined` if it sets none. */
function limitsOf(suite) {
  const own = (each) => (each.timeout() === LIMIT ? undefined : each.timeout());
  const tests = suite.tests.map((test) => [test, own(test)]);
  return [...tests, ...suite.suites.flatMap(limitsOf)];
}

/**
 * A spec that stalled under a mutant may end in the turn of a later one. It is not a failure of the
 * spec that runs then: mocha's only `'error'` of a spec says that it has ended twice.
 */
function endOnce(spec) {
  const { emit } = spec;
  spec.emit = (event, ...rest) => event !== 'error' && emit.call(spec, event, ...rest);
}

const escaped = (text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

export const strykerPlugins = [
  { kind: 'TestRunner', name: 'our-mocha', injectableClass: MochaRunner },
];
