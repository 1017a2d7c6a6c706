import { assertBoolean, assertNumber } from '../../base/arguments.js';
import { InvalidArgTypeError } from '../../base/errors.js';
import { fs } from '../../base/built-in.js';
import { type IProtocolFactory, logRejectionOf } from '../../twisted/core/index.js';
import { PortFactory } from './port-factory.js';
import type { SocketLock } from './socket-lock.js';

/** Options for the socket's file in the file system. */
export interface UnixSocketOptions {
  /** The permissions of the socket, as `chmod` takes them; unless given, the umask decides. */
  mode?: number | undefined;
  /**
   * Whether to make a lock, `PATH.lock`, while listening. Then another server is refused, and the
   * socket of a server that has died is removed. `false` unless given.
   */
  lockfile?: boolean | undefined;
}

/**
 * @throws InvalidArgTypeError: an option is of the wrong kind, or there is no `path`.
 * @throws OutOfRangeError: `mode` is not from 0 to 0o7777.
 */
export function assertUnixOptions({
  mode,
  lockfile,
  path,
}: UnixSocketOptions & { path?: string | undefined }): void {
  if (mode !== undefined) {
    const isMode = (given: number) => Number.isInteger(given) && given >= 0 && given <= 0o7777;
    assertNumber(mode, 'options.mode', 'permissions, from 0 to 0o7777', isMode);
  }
  assertBoolean(lockfile, 'options.lockfile');
  if (path === undefined && (mode !== undefined || lockfile !== undefined)) {
    throw new InvalidArgTypeError('options.path', 'a path, for `mode` and `lockfile`', path);
  }
}

/** That of a server on a Unix socket: sees to its permissions and its lock. */
export class UnixFactory extends PortFactory {
  constructor(
    factory: IProtocolFactory,
    private readonly path: string,
    private readonly mode: number | undefined,
    private readonly lock: SocketLock | null,
  ) {
    super(factory);
  }

  override doStart(): void {
    // A socket in Linux's abstract namespace is not a file: its name begins with a zero byte.
    if (this.mode !== undefined && !this.path.startsWith('\0'))
      fs().chmodSync(this.path, this.mode);
    return super.doStart();
  }

  override doStop(): void {
    try {
      this.lock?.release();
    } finally {
      logRejectionOf(this.factory, super.doStop(), 'doStop');
    }
  }
}
