import { logRejection } from '../../base/rejection.js';
import {
  type IAddress,
  type IProtocol,
  type IProtocolFactory,
  logPrefixOf,
} from '../../twisted/core/index.js';
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
 * Takes the place of the factory of a server on a Unix socket, to be told when the socket exists
 * and when it is gone.
 */
export class UnixFactory implements IProtocolFactory {
  constructor(
    private readonly factory: IProtocolFactory,
    private readonly path: string,
    private readonly mode: number | undefined,
    private readonly lock: SocketLock | null,
  ) {}

  doStart(): void {
    // A socket in Linux's abstract namespace is not a file: its name begins with a zero byte.
    if (this.mode !== undefined && !this.path.startsWith('\0'))
      process.getBuiltinModule('node:fs').chmodSync(this.path, this.mode);
    return this.factory.doStart();
  }

  doStop(): void {
    try {
      this.lock?.release();
    } finally {
      logRejection(this.factory.doStop(), `${this.logPrefix()}: doStop rejected`);
    }
  }

  buildProtocol(address: IAddress): IProtocol | null {
    return this.factory.buildProtocol(address);
  }

  logPrefix(): string {
    return logPrefixOf(this.factory);
  }
}
