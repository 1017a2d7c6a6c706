/** Programs that move bytes within themselves, compared by how many they move. */
import type { Contestant, Measurement, Metric, Settings, Workload } from '../harness/workload.js';
import { withChildren } from './child.js';
import { startNode } from './commands.js';
import { byHand, ours, pipe, pipeline, streamx } from './contestants.js';
import type { Metered } from './meter.js';
import { limitOf } from './throughput.js';
import { assertArrived, megabytesPerSecond } from './transfer.js';

/** Most of what is moved is only handed on, so bytes would say little. */
export const chunkRate: Metric = { name: 'chunks', unit: 'millions a second' };

/** Less noisy than the rate where others use the machine too. */
export const chunkCost: Metric = { name: 'processor time', unit: 'ns a chunk' };

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
    return {
      [chunkRate.name]: megabytesPerSecond(metered) / size,
      [chunkCost.name]: (metered.cpu * 1e9) / (metered.measuredBytes / size),
    };
  });
}

/** One of our stream classes, with messages of `size` bytes, and the same written by hand. */
export function adapterAndHand(program: string, size: number): [Contestant, Contestant] {
  return [
    ours((settings) => measureInMemory(program, size, settings)),
    byHand(measureByHand(program, size, 'node:stream')),
  ];
}

/** The adapter's work by hand, on the classes of `library`. */
export function measureByHand(
  program: string,
  size: number,
  library: 'node:stream' | 'readable-stream',
): Contestant['measure'] {
  return (settings) => measureInMemory(program, size, settings, { byHandOn: library });
}

/** A stream into another: ours as a producer and a consumer. */
export function memoryToMemory(takes: 'at once' | 'on the next tick'): Workload {
  const move = (program: string) => (settings: Settings) =>
    measureInMemory(`memory/${program}`, 16384, settings, { takes });
  return {
    title: `ReadableProducer into WritableConsumer, which takes 16 KiB chunks ${takes}`,
    metrics: [chunkRate, chunkCost],
    contestants: [
      ours(move('twisted-streams')),
      pipe(move('pipe')),
      pipeline(move('pipeline')),
      streamx(move('streamx')),
      byHand(move('by-hand')),
    ],
    goals: [{ metric: chunkRate.name, peer: 'pipe', atLeast: 0.9 }],
  };
}
