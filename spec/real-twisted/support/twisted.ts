/**
 * Real Twisted, as the oracle: runs a Python program beside the specs and asks it what happens.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Debian's Python, which is where `apt-get install python3-twisted` puts Twisted. */
export const PYTHON = '/usr/bin/python3';

const probe = spawnSync(PYTHON, ['-c', 'import twisted; print(twisted.__version__)']);

/** The version of Twisted on this machine; `null` if there is none, or none is to be asked. */
const twistedVersion =
  probe.status === 0 && process.env['WITHOUT_TWISTED'] === undefined
    ? probe.stdout.toString().trim()
    : null;

/** `describe`, or loudly skipped where Twisted is absent. */
export function describeWithTwisted(title: string, specs: (this: Mocha.Suite) => void): void {
  if (twistedVersion !== null) {
    describe(title, specs);
  } else {
    describe.skip(`${title} (SKIPPED: needs real Twisted, apt-get install python3-twisted)`, specs);
  }
}

/**
 * Gives each of `scenarios`, as one line of JSON, to `spec/real-twisted/oracle/NAME.py`.
 *
 * @returns its answers, one line of JSON each, parsed.
 */
export function askTwisted<Answer>(name: string, scenarios: readonly unknown[]): Answer[] {
  const script = fileURLToPath(new URL(`../oracle/${name}.py`, import.meta.url));
  const input = scenarios.map((scenario) => JSON.stringify(scenario)).join('\n');
  const { status, stdout, stderr } = spawnSync(PYTHON, [script], {
    input,
    maxBuffer: 1 << 30,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${name}.py failed: ${stderr}`);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);
}
