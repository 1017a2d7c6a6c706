/** Real Twisted, where `apt-get install python3-twisted` puts it: with Debian's Python. */
import { spawnSync } from 'node:child_process';

export const PYTHON = '/usr/bin/python3';

const probe = spawnSync(PYTHON, ['-c', 'import twisted; print(twisted.__version__)'], {
  encoding: 'utf8',
});

/** The version of Twisted on this machine, or `null`. */
export const twistedVersion = probe.status === 0 ? probe.stdout.trim() : null;
