/**
 * The lock beside a Unix socket, which tells whether the process that made the socket still runs.
 */
import { isError } from '../../base/as-error.js';
import { InvalidStateError } from '../../base/errors.js';
import { fs } from '../../base/built-in.js';
import { CannotListenError } from './errors.js';

/**
 * The lock of the one server of a Unix socket: a symbolic link beside the socket, PATH.lock, that
 * points to the number of the server's process. Twisted's servers and clients use the same lock.
 *
 * @see Twisted: `twisted.python.lockfile.FilesystemLock`
 */
export class SocketLock {
  private held = true;

  private constructor(private readonly link: string) {}

  /**
   * Takes the lock of the socket at `path`. If a process that has ended left a lock, its socket is
   * removed as well.
   *
   * @throws CannotListenError: a running process has the lock.
   * @throws Node's error: the link can't be made.
   */
  static acquire(path: string): SocketLock {
    const link = linkOf(path);
    for (;;) {
      try {
        fs().symlinkSync(String(process.pid), link);
        return new SocketLock(link);
      } catch (thrown) {
        if (!hasCode(thrown, 'EEXIST')) throw thrown;
      }
      if (isLocked(path)) {
        throw new CannotListenError(`Couldn't listen: another process holds the lock '${link}'`);
      }
      removeIfThere(link);
      if (fs().lstatSync(path, { throwIfNoEntry: false })?.isSocket()) removeIfThere(path);
    }
  }

  /**
   * Gives the lock up. Called again, or if the link is gone, does nothing.
   *
   * @throws InvalidStateError: another process has taken the lock meanwhile, and keeps it.
   * @throws Node's error: the link can't be read or removed.
   */
  release(): void {
    if (!this.held) return;
    this.held = false;
    const owner = ownerOf(this.link);
    if (owner !== undefined && owner !== String(process.pid)) {
      throw new InvalidStateError(`The lock '${this.link}' is that of process ${owner}`);
    }
    removeIfThere(this.link);
  }
}

/**
 * Whether a running process has the lock of the socket at `path`.
 *
 * @throws Node's error: the link exists and can't be read.
 * @see Twisted: `twisted.python.lockfile.isLocked`
 */
export function isLocked(path: string): boolean {
  try {
    process.kill(Number(fs().readlinkSync(linkOf(path))), 0);
    return true;
  } catch (thrown) {
    if (hasCode(thrown, 'EPERM')) return true; // It runs, and belongs to another user.
    if (hasCode(thrown, 'ESRCH') || hasCode(thrown, 'ENOENT')) return false;
    throw thrown;
  }
}

function linkOf(path: string): string {
  return `${path}.lock`;
}

function ownerOf(link: string): string | undefined {
  try {
    return fs().readlinkSync(link);
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT')) return undefined;
    throw thrown;
  }
}

function removeIfThere(path: string): void {
  try {
    fs().unlinkSync(path);
  } catch (thrown) {
    if (!hasCode(thrown, 'ENOENT')) throw thrown;
  }
}

function hasCode(thrown: unknown, code: string): boolean {
  return isError(thrown) && 'code' in thrown && thrown.code === code;
}
