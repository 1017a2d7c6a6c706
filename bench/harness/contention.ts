/**
 * Finds out how much of the machine other programs used while we measured. A benchmark on a busy machine is
 * still fair, because contestants alternate, but it is noisier: the report says so.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

interface Ticks {
  readonly all: number;
  readonly idle: number;
  readonly ours: number;
}

/** Clock ticks since boot, or `null` where there is no `/proc`. */
function ticks(): Ticks | null {
  try {
    const [, ...cpu] = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').split(/\s+/);
    const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] =
      cpu.map(Number);
    // The fields begin after the program's name, which is in parentheses and may hold spaces.
    const self = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const all = user + nice + system + idle + iowait + irq + softirq + steal;
    // utime, stime, and those of children that have ended.
    const ours = [11, 12, 13, 14].reduce((sum, field) => sum + Number(self[field]), 0);
    return { all, idle: idle + iowait, ours };
  } catch {
    return null;
  }
}

/**
 * Starts watching.
 *
 * @returns a function that says how many processors other programs kept busy since, on average; `null` where
 *   the system does not say.
 */
export function watchContention(): () => number | null {
  const before = ticks();
  return () => {
    const after = ticks();
    if (before === null || after === null || after.all === before.all) return null;
    const all = after.all - before.all;
    const others = all - (after.idle - before.idle) - (after.ours - before.ours);
    return Math.max(0, (others / all) * availableParallelism());
  };
}
