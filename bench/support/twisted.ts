/** Real Twisted, where `apt-get install python3-twisted` puts it: with Debian's Python. */
import { spawnSync } from 'node:child_process';

export const PYTHON = '/usr/bin/python3';

let status: number | null | undefined;

/** Says why programs for Twisted cannot run; `undefined` if they can. */
export function absenceOfTwisted(): string | undefined {
  status ??= spawnSync(PYTHON, ['-c', 'import twisted']).status;
  return status === 0 ? undefined : 'Twisted is not installed (apt-get install python3-twisted)';
}
