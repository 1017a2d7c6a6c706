/** Measures programs that move bytes within themselves, by how many chunks they move. */
import type { Measurement, Metric, Settings } from '../harness/workload.js';
import { withChildren } from './child.js';
import { startNode } from './commands.js';
import type { Metered } from './meter.js';
import { limitOf } from './throughput.js';
import { assertArrived, megabytesPerSecond } from './transfer.js';

/** Chunks, not bytes: most chunks are only handed on, whatever their size. */
export const chunkRate: Metric = { name: 'chunks', unit: 'millions a second' };

/** Steadier than the rate where other programs use the machine too. */
export const chunkCost: Metric = { name: 'processor time', unit: 'ns a chunk' };

/** Runs `bench/programs/PROGRAM.ts` with messages of `size` bytes. */
export async function measureInMemory(
  program: string,
  size: number,
  settings: Settings,
  more: object = {},
): Promise<Measurement> {
  const { warmUp } = settings;
  const child = startNode(program, { ...more, ...limitOf(settings), size, warmUp });
  return withChildren([child], async () => {
    const metered = await child.said<Metered>();
    await child.ended();
    assertArrived(metered, metered);
    return {
      [chunkRate.name]: megabytesPerSecond(metered) / size,
      [chunkCost.name]: (metered.cpu * 1e9) / (metered.measuredBytes / size),
    };
  });
}
