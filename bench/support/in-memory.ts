/** Programs that move bytes within themselves, compared by how many they move. */
import type { Contestant, Measurement, Settings } from '../harness/workload.js';
import { withChildren } from './child.js';
import { startNode } from './commands.js';
import { byHand, ours } from './contestants.js';
import type { Metered } from './meter.js';
import { limitOf, throughput } from './throughput.js';
import { assertArrived, megabytesPerSecond } from './transfer.js';

/** Runs `bench/programs/PROGRAM.ts` with messages of `size` bytes. */
export async function measureInMemory(
  program: string,
  size: number,
  { warmUp, seconds }: Settings,
  more: object = {},
): Promise<Measurement> {
  const limit = limitOf({ warmUp, seconds, full: false });
  const child = startNode(program, { ...more, ...limit, size, warmUp });
  return withChildren([child], async () => {
    const metered = await child.said<Metered>();
    await child.ended();
    assertArrived(metered, metered);
    return { [throughput.name]: megabytesPerSecond(metered) };
  });
}

/** One of our stream classes, with messages of `size` bytes, and the same written by hand. */
export function adapterAndHand(program: string, size: number): [Contestant, Contestant] {
  return [
    ours((settings) => measureInMemory(program, size, settings, { byHand: false })),
    byHand((settings) => measureInMemory(program, size, settings, { byHand: true })),
  ];
}
