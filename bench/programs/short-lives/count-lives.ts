/** Shared by the servers that take many short connections. */
import { readOptions, say } from '../options.js';

/** The options of such a server. */
interface ManyOptions {
  /** Connections that do not count: V8 compiles the code during these. */
  readonly warmUp: number;
  /** Connections that count, after those. */
  readonly connections: number;
}

/**
 * Returns a function to call after each connection has closed. After the last, it says how many
 * microseconds of a processor each took, and calls `done`.
 */
export function countLives(done: () => void): () => void {
  const { warmUp, connections } = readOptions<ManyOptions>();
  let closed = 0;
  let before = process.cpuUsage();
  return () => {
    closed += 1;
    if (closed === warmUp) before = process.cpuUsage();
    if (closed < warmUp + connections) return;
    const { user, system } = process.cpuUsage(before);
    say({ cpu: (user + system) / connections });
    done();
  };
}
