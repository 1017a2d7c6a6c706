/** Finds out when the descriptors to which we write are lost after the child itself has exited. */
import { setImmediate } from '../../base/timers.js';
import type { ChildWriter } from './child-pipes.js';

/** Milliseconds between two checks. */
const INTERVAL = 250;

/**
 * Another process, which has inherited the descriptors, still reads our bytes; only a write can show
 * when it stops.
 */
export class WritersProbe {
  private timer: NodeJS.Timeout | undefined;

  /** @param writers - The writers that are not lost; a lost one is taken out. */
  constructor(private readonly writers: ReadonlyMap<number, ChildWriter>) {}

  /**
   * Begins to check. When that process exits, the pipes that we read are lost with it: they come
   * first, in the order in which they were lost. It may be called again.
   */
  begin(): void {
    setImmediate(() => this.check());
  }

  private check(): void {
    for (const writer of this.writers.values()) writer.probe();
    if (this.writers.size === 0) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.check();
    }, INTERVAL).unref();
  }
}
