import { addAbortListener, assertSignal, removeAbortListener } from '../../base/abort-signal.js';
import { InvalidArgTypeError } from '../../base/errors.js';
import { assertKnownOptions, assertOptions } from '../../base/arguments.js';
import { stdioFor, type ChildFDs } from './child-fds.js';
import type { IProcessProtocol } from './process-interfaces.js';
import { ProcessTransport } from './process-transport.js';
import { startChild } from './start-child.js';

/** Options of {@link spawnProcess}. */
export interface SpawnOptions {
  /** The child's environment; ours unless given. (In Twisted it is empty then: `{}`.) */
  env?: NodeJS.ProcessEnv | undefined;
  /** The child's working directory; ours unless given. Twisted calls it `path`. */
  cwd?: string | undefined;
  /** The user that the child runs as. */
  uid?: number | undefined;
  /** The group that the child runs as. */
  gid?: number | undefined;
  /** The child's descriptors; `{ 0: 'w', 1: 'r', 2: 'r' }` unless given. */
  childFDs?: ChildFDs | undefined;
  /** Kills the process, with `SIGKILL`, when it aborts. */
  signal?: AbortSignal | undefined;
}

const STANDARD: ChildFDs = { 0: 'w', 1: 'r', 2: 'r' };

const OPTIONS = ['env', 'cwd', 'uid', 'gid', 'childFDs', 'signal'];

const CALLBACKS = [
  'makeConnection',
  'childDataReceived',
  'childConnectionLost',
  'processExited',
  'processEnded',
];

/**
 * Starts a program, and connects `protocol` to it before this returns. A program that the system
 * does not start ends at once: the reason that `processEnded` gets has the `cause`.
 *
 * @param protocol - The protocol that is told of the process.
 * @param executable - The program: a path, or a name that is looked up in `PATH`.
 * @param args - Its arguments, without its own name. (In Twisted they begin with the name.)
 * @param options - See {@link SpawnOptions}.
 * @returns the process.
 * @throws InvalidArgTypeError, OutOfRangeError: an argument is not valid; nothing was started.
 * @throws the error that `node:child_process` throws for an argument that is not valid, for example
 *   for a null byte in it; or the reason of the signal. Nothing was started.
 * @see Twisted: `reactor.spawnProcess`
 */
export function spawnProcess(
  protocol: IProcessProtocol,
  executable: string,
  args: readonly string[] = [],
  options: SpawnOptions = {},
): ProcessTransport {
  assertProcessProtocol(protocol);
  assertCommand(executable, args);
  assertSpawnOptions(options);
  const { childFDs = STANDARD, env, cwd, uid, gid, signal } = options;
  const stdio = stdioFor(childFDs);
  signal?.throwIfAborted();
  const child = startChild(executable, args, {
    stdio,
    env,
    cwd,
    uid: withoutMinusZero(uid),
    gid: withoutMinusZero(gid),
  });
  if (signal !== undefined && child.pid !== undefined) {
    const kill = () => child.kill('SIGKILL');
    addAbortListener(signal, kill);
    child.once('exit', () => removeAbortListener(signal, kill));
  }
  return new ProcessTransport(child, protocol, childFDs);
}

/** Node takes `-0` for an integer, and then aborts our process: a native assertion fails. */
function withoutMinusZero(id: number | undefined): number | undefined {
  return id === 0 ? 0 : id;
}

function assertProcessProtocol(protocol: unknown): asserts protocol is IProcessProtocol {
  const has = (protocol ?? {}) as Record<string, unknown>;
  if (!CALLBACKS.every((method) => typeof has[method] === 'function')) {
    throw new InvalidArgTypeError('protocol', 'a ProcessProtocol, made with new', protocol);
  }
}

function assertCommand(executable: unknown, args: unknown): void {
  if (typeof executable !== 'string' || executable === '') {
    throw new InvalidArgTypeError('executable', 'a path or a name', executable);
  }
  if (!Array.isArray(args) || !args.every((arg) => typeof arg === 'string')) {
    throw new InvalidArgTypeError('args', 'an array of strings', args);
  }
}

function assertSpawnOptions(options: unknown): void {
  assertOptions(options);
  assertKnownOptions(options, OPTIONS);
  const { env, cwd, signal, path, usePTY } = options as Record<string, unknown>;
  // If Twisted's arguments were ignored, the program would start in another folder, without a
  // terminal, or with our environment.
  if (Object.keys(options).some((name) => /^[A-Z_][A-Z\d_]*$/.test(name))) {
    const expected = 'an object of options, with the environment as its `env`';
    throw new InvalidArgTypeError('options', expected, options);
  }
  if (path !== undefined) throw new InvalidArgTypeError('options.path', 'spelt "cwd"', path);
  if (usePTY) {
    const expected = 'left out: a package such as node-pty has terminals';
    throw new InvalidArgTypeError('options.usePTY', expected, usePTY);
  }
  if (env !== undefined) assertOptions(env, 'options.env');
  if (cwd !== undefined && typeof cwd !== 'string') {
    throw new InvalidArgTypeError('options.cwd', 'a path', cwd);
  }
  assertSignal(signal);
}
