import { setImmediate as turn } from 'node:timers/promises';

/** Longer than anything takes that comes at all, and less than a spec may take. */
const LONG = 9000;

/** Lets the event loop turn until `condition` holds; if it never does, the spec fails. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + LONG;
  while (!condition()) {
    if (performance.now() > deadline)
      throw new Error(`It never came about: ${condition.toString()}`);
    await turn();
  }
}
