/** Starts a program; a child that the system does not start says so in one way. */
import type { ChildProcess, SpawnOptions } from 'node:child_process';

import { Duplex } from '#stream';

import { builtIn } from '../../base/built-in.js';
import { nextTick } from '../../base/timers.js';

/** Node's options, with the descriptors in the form that `stdioFor` gives. */
interface StartOptions extends SpawnOptions {
  readonly stdio: ('pipe' | 'ignore' | number)[];
  readonly cwd: string | undefined;
}

/** Codes of the errors that a path may cause: the program's, or the directory's. */
const OF_A_PATH = ['ENOENT', 'ENOTDIR', 'EACCES', 'ENAMETOOLONG', 'ELOOP'];

/**
 * Starts a program. Node [emits](https://nodejs.org/api/child_process.html#event-error) some of the
 * system's errors, and throws the others: `ENOTDIR`, `E2BIG`, `EPERM`. A child that this returns
 * emits them all, because in Twisted each of them is the end of a process.
 *
 * @throws Node's error: an argument is not valid.
 */
export function startChild(
  executable: string,
  args: readonly string[],
  options: StartOptions,
): ChildProcess {
  const child = startOrFail(executable, args, options);
  const { cwd } = options;
  child.on('error', (cause: NodeJS.ErrnoException) => {
    // Node's error names the program even if it is the directory that is to blame.
    if (cwd !== undefined && OF_A_PATH.includes(cause.code ?? '')) {
      cause.message += ` (or the directory ${cwd})`;
    }
  });
  return child;
}

function startOrFail(
  executable: string,
  args: readonly string[],
  options: StartOptions,
): ChildProcess {
  const { ChildProcess, spawn } = builtIn('node:child_process');
  try {
    return spawn(executable, args, options);
  } catch (thrown) {
    if (!isOfTheSystem(thrown)) throw thrown;
    thrown.message = `spawn ${executable} ${thrown.code}`; // As in the errors that Node emits.
    const pipes = options.stdio.map((kind) => (kind === 'pipe' ? new ClosedPipe(thrown) : null));
    const child = new ChildProcess();
    Object.defineProperty(child, 'stdio', { value: pipes }); // On Bun it cannot be assigned to.
    nextTick(() => child.emit('error', thrown));
    return child;
  }
}

/** Our end of a pipe to a child that is not there: it has ended, and takes no bytes. */
class ClosedPipe extends Duplex {
  constructor(private readonly cause: Error) {
    super();
  }

  override _read(): void {
    this.push(null);
  }

  override _write(_chunk: unknown, _encoding: unknown, callback: (error: Error) => void): void {
    callback(this.cause);
  }
}

function isOfTheSystem(thrown: unknown): thrown is Error & { code: string } {
  return (thrown as NodeJS.ErrnoException).syscall === 'spawn';
}
