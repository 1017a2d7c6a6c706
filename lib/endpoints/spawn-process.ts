import type { StdioOptions } from 'node:child_process';

import { InvalidArgTypeError } from '../twisted/errors.js';
import type { IProcessProtocol } from './process-protocol.js';
import { ProcessTransport, type ChildFDs } from './process-transport.js';

/** Options of {@link spawnProcess}. */
export interface SpawnOptions {
  /** The child's environment; ours unless given. */
  env?: NodeJS.ProcessEnv | undefined;
  /** The child's working directory; ours unless given. Twisted calls it `path`. */
  cwd?: string | undefined;
  /** The user that the child runs as. */
  uid?: number | undefined;
  /** The group that the child runs as. */
  gid?: number | undefined;
  /** What the child's descriptors are. `{ 0: 'w', 1: 'r', 2: 'r' }` unless given. */
  childFDs?: ChildFDs | undefined;
  /** Kills the process when it aborts. */
  signal?: AbortSignal | undefined;
}

const STANDARD: ChildFDs = { 0: 'w', 1: 'r', 2: 'r' };

/**
 * Starts a program, and connects `protocol` to it before this returns. One that can't be started
 * ends at once: the reason that `processEnded` is given has the `cause`.
 *
 * @param protocol - Hears of the process.
 * @param executable - The program: a path, or a name that is looked up in `PATH`.
 * @param args - Its arguments, without its own name. (Twisted's begin with that.)
 * @param options - See {@link SpawnOptions}.
 * @returns the process.
 * @throws InvalidArgTypeError: an argument is of the wrong kind; nothing was started.
 * @see Twisted: `reactor.spawnProcess`
 */
export function spawnProcess(
  protocol: IProcessProtocol,
  executable: string,
  args: readonly string[] = [],
  { childFDs = STANDARD, env, cwd, uid, gid, signal }: SpawnOptions = {},
): ProcessTransport {
  assertProcessProtocol(protocol);
  const { spawn } = process.getBuiltinModule('node:child_process');
  const child = spawn(executable, args, {
    stdio: stdioFor(childFDs),
    ...(env && { env }),
    ...(cwd !== undefined && { cwd }),
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
  });
  const transport = new ProcessTransport(child, protocol, childFDs);
  const kill = () => child.kill('SIGKILL');
  signal?.addEventListener('abort', kill);
  child.once('exit', () => signal?.removeEventListener('abort', kill));
  if (signal?.aborted) kill();
  return transport;
}

/** @throws InvalidArgTypeError: a descriptor is neither `'r'`, `'w'` nor a number. */
function stdioFor(childFDs: ChildFDs): StdioOptions {
  const highest = Math.max(-1, ...Object.keys(childFDs).map(Number));
  return Array.from({ length: highest + 1 }, (_, childFD) => {
    const kind: unknown = childFDs[childFD];
    if (kind === undefined) return 'ignore';
    if (kind === 'r' || kind === 'w') return 'pipe';
    if (typeof kind === 'number') return kind;
    throw new InvalidArgTypeError(`childFDs[${childFD}]`, "'r', 'w' or a descriptor", kind);
  });
}

function assertProcessProtocol(protocol: unknown): asserts protocol is IProcessProtocol {
  const methods = ['makeConnection', 'childDataReceived', 'childConnectionLost', 'processEnded'];
  const has = (protocol ?? {}) as Record<string, unknown>;
  if (!methods.every((method) => typeof has[method] === 'function')) {
    throw new InvalidArgTypeError('protocol', 'a ProcessProtocol', protocol);
  }
}
