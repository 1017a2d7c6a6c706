/** Waits until the event loop has come around. `setImmediate` of `node:timers/promises` waits for one turn. */
import { setImmediate as turn } from 'node:timers/promises';

/** Lets all that is on its way arrive, on a busy machine too. */
export async function turns(): Promise<void> {
  for (let count = 0; count < 20; count += 1) await turn();
}

/** Lets Node's queue of next ticks run. */
export function nextTick(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
