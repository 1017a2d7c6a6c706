import {
  type IAddress,
  type IProtocol,
  type IProtocolFactory,
  logPrefixOf,
} from '../../twisted/core/index.js';
import type { SocketLock } from './socket-lock.js';

/** How a Unix socket is left in the file system. */
export interface UnixSocketOptions {
  /** The permissions of the socket, as `chmod` takes them; what the umask leaves unless given. */
  mode?: number | undefined;
  /**
   * Whether to hold a lock, `PATH.lock`, while listening. Then another server is refused, and a
   * socket that was left by a server that has died is removed. `false` unless given.
   */
  lockfile?: boolean | undefined;
}

/**
 * Stands for the factory of a server on a Unix socket: is told when the socket is there, and when
 * it is gone.
 */
export class UnixFactory implements IProtocolFactory {
  constructor(
    private readonly factory: IProtocolFactory,
    private readonly path: string,
    private readonly mode: number | undefined,
    private readonly lock: SocketLock | null,
  ) {}

  doStart(): void {
    // A socket in Linux's abstract namespace is no file: its name begins with a zero byte.
    if (this.mode !== undefined && !this.path.startsWith('\0'))
      process.getBuiltinModule('node:fs').chmodSync(this.path, this.mode);
    return this.factory.doStart();
  }

  doStop(): void {
    try {
      this.lock?.release();
    } finally {
      return this.factory.doStop();
    }
  }

  buildProtocol(address: IAddress): IProtocol | null {
    return this.factory.buildProtocol(address);
  }

  logPrefix(): string {
    return logPrefixOf(this.factory);
  }
}
