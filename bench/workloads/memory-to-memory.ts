/** A stream into another: ours as a producer and a consumer. */
import { type Settings, tabulate } from '../harness/workload.js';
import { atLeast, byHand, ours, pipe, pipeline, streamx } from '../support/contestants.js';
import { chunkCost, chunkRate, measureInMemory } from '../support/in-memory.js';

/** Bytes in a chunk. */
const SIZE = 16384;

/** When the stream takes a chunk. */
const ROWS = { 'memory-to-memory': 'at once', 'memory-to-memory-async': 'on the next tick' };

export const memoryToMemory = tabulate(ROWS, (takes) => {
  const move = (program: string) => (settings: Settings) =>
    measureInMemory(`memory/${program}`, SIZE, settings, { takes });
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
    goals: atLeast(chunkRate, { pipe: 0.9 }),
  };
});
