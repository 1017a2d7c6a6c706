/** Runs Twisted's own tests on our classes: see ../README.md. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { PYTHON } from '../support/twisted.js';

/** Tests of Twisted that belong together, and what they are about. */
export interface OwnTests {
  name: string;
  /** How many of them pass, so that none goes missing unseen. */
  passing: number;
  /** Those that can't pass and are left out, each with the reason. */
  except?: Record<string, string>;
}

/** Milliseconds for all tests of one run: several times as many as they take on two quiet processors. */
const TIMEOUT = 200_000;

/** Runs them all at once. @returns what came of each: 'passes', 'skipped: why' or a traceback. */
function run(tests: readonly OwnTests[], ...options: string[]): [name: string, outcome: string][] {
  const program = fileURLToPath(new URL('run.py', import.meta.url));
  const names = tests.flatMap(({ name, except = {} }) => [
    name,
    ...Object.keys(except).map((test) => `-${name}.${test}`),
  ]);
  const { stdout, stderr } = spawnSync(PYTHON, [program, ...options, ...names], {
    encoding: 'utf8',
    timeout: TIMEOUT,
  });
  const [last] = stdout.trim().split('\n').slice(-1);
  if (!last) throw new Error(`Twisted's tests did not end: ${stderr}`);
  return Object.entries(JSON.parse(last) as Record<string, string>);
}

/** A spec for each of `tests`; `options` are those of run.py. */
export function specify(tests: readonly OwnTests[], ...options: string[]): void {
  let outcomes: [name: string, outcome: string][];

  before(function () {
    this.timeout(TIMEOUT);
    outcomes = run(tests, ...options);
  });

  for (const { name, passing, except = {} } of tests) {
    const leftOut = Object.keys(except).map((test) => `, but not ${test}`);
    it(`passes ${name}${leftOut.join('')}`, () => {
      const own = outcomes.filter(([test]) => test.startsWith(`${name}.`));
      const others = own.filter(([, outcome]) => outcome !== 'passes');
      expect(others, others.join('\n')).to.deep.equal([]);
      expect(own).to.have.lengthOf(passing);
    });
  }
}
