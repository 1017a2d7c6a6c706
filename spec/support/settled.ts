import { setImmediate as turn } from 'node:timers/promises';

/** Lets everything happen that can. */
export async function settled(): Promise<void> {
  for (let count = 0; count < 20; count += 1) await turn();
}
