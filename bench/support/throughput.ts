/** Senders over TCP that are compared by how many bytes a second arrive. */
import type { Contestant, Measurement, Metric, Settings } from '../harness/workload.js';
import type { Limit } from './supply.js';
import type { Child } from './child.js';
import { startC, startNode, startTwisted } from './commands.js';
import { cLoop, ours, pipe, pipeline, rawNode, streamx, twisted } from './contestants.js';
import { patternedFile } from './patterned-file.js';
import { megabytesPerSecond, transfer } from './transfer.js';

export const throughput: Metric = { name: 'throughput', unit: 'MB/s' };

/** What one message is, and how much a stream may hold. */
export interface PushOptions {
  readonly size: number;
  /** The same for every contestant; its own if left out. */
  readonly highWaterMark?: number;
}

/** How long a sender has to send for `settings` to be kept. */
export function limitOf({ warmUp, seconds }: Settings): Limit & { readonly seconds: number } {
  return { seconds: warmUp + seconds };
}

/** Runs one sender, on one connection, and says its throughput. */
export async function measureThroughput(
  start: (port: number) => Child,
  { warmUp }: Settings,
): Promise<Measurement> {
  const received = await transfer(start, { connections: 1, warmUp, rate: 0 });
  return { throughput: megabytesPerSecond(received) };
}

/** A push producer on one connection, and every peer that does the same. */
export function pushers(options: PushOptions): [Contestant, ...Contestant[]] {
  const told = (port: number, settings: Settings) => ({
    ...options,
    port,
    connections: 1,
    limit: limitOf(settings),
  });
  const node = (program: string) => (settings: Settings) =>
    measureThroughput((port) => startNode(program, told(port, settings)), settings);
  return [
    ours(node('push/twisted-streams')),
    rawNode(node('push/raw-node')),
    pipeline(node('push/pipeline')),
    streamx(node('push/streamx')),
    twisted((settings) =>
      measureThroughput((port) => startTwisted('push', told(port, settings)), settings),
    ),
    cLoop((settings) =>
      measureThroughput(
        (port) => startC('source', port, options.size, limitOf(settings).seconds),
        settings,
      ),
    ),
  ];
}

/** Ours of `bench/programs/file/`, sending a file in chunks of `size` bytes, and every peer. */
export function fileSenders(program: string, size: number): [Contestant, ...Contestant[]] {
  const told = (port: number, settings: Settings) => ({
    port,
    connections: 1,
    path: patternedFile(),
    size,
    ...limitOf(settings),
  });
  const node = (name: string) => (settings: Settings) =>
    measureThroughput((port) => startNode(`file/${name}`, told(port, settings)), settings);
  return [
    ours(node(program)),
    pipe(node('pipe')),
    pipeline(node('pipeline')),
    twisted((settings) =>
      measureThroughput((port) => startTwisted('file', told(port, settings)), settings),
    ),
    cLoop((settings) => {
      const { seconds } = limitOf(settings);
      return measureThroughput(
        (port) => startC('file', port, size, seconds, patternedFile()),
        settings,
      );
    }),
  ];
}
