/** Senders over TCP that are compared by how many bytes a second arrive. */
import type { Contestant, Measurement, Metric, Settings } from '../harness/workload.js';
import type { Limit } from './supply.js';
import type { Child } from './child.js';
import { startC, startNode, startTwisted } from './commands.js';
import { cLoop, ours, pipe, pipeline, rawNode, streamx, twisted } from './contestants.js';
import { patternedFile } from './patterned-file.js';
import { costOf, megabytesPerSecond, transfer } from './transfer.js';

export const throughput: Metric = { name: 'throughput', unit: 'MB/s' };

/** What it takes of a processor: less noisy than the clock where others use the machine too. */
export const cost: Metric = { name: 'processor time', unit: 'ms/GB' };

/** How evenly connections are served. */
export const unevenness: Metric = { name: 'median connection ÷ slowest', unit: 'x' };

/** What one message is, how many connections send it, and how much a stream may hold. */
export interface PushOptions {
  readonly size: number;
  /** 1 if left out. */
  readonly connections?: number;
  /** The same for every contestant; its own if left out. */
  readonly highWaterMark?: number;
}

/** How long a sender has to send for `settings` to be kept. */
export function limitOf({ warmUp, seconds }: Settings): Limit & { readonly seconds: number } {
  return { seconds: warmUp + seconds };
}

/** Longer for many connections, so that each has its turn often enough to be compared. */
function forConnections(settings: Settings, connections: number): Settings {
  return connections < 1000 ? settings : { ...settings, seconds: settings.seconds * 3 };
}

/** Runs one sender, and says its throughput and how evenly it served its connections. */
export async function measureThroughput(
  start: (port: number) => Child,
  { warmUp }: Settings,
  connections = 1,
): Promise<Measurement> {
  const received = await transfer(start, { connections, warmUp, rate: 0 });
  return {
    [throughput.name]: megabytesPerSecond(received),
    [cost.name]: costOf(received.cpu, received.bytes),
    // A connection that had nothing counts as if it had a byte: infinity can't be printed as JSON.
    [unevenness.name]: received.median / Math.max(received.slowest, 1),
  };
}

/** A push producer on each connection, and every peer that does the same. */
export function pushers(options: PushOptions): [Contestant, ...Contestant[]] {
  const { connections = 1, size } = options;
  const told = (port: number, settings: Settings) => ({
    ...options,
    port,
    connections,
    limit: limitOf(forConnections(settings, connections)),
  });
  const node = (program: string) => (settings: Settings) =>
    measureThroughput(
      (port) => startNode(`push/${program}`, told(port, settings)),
      settings,
      connections,
    );
  const contestants: [Contestant, ...Contestant[]] = [
    ours(node('twisted-streams')),
    rawNode(node('raw-node')),
    pipeline(node('pipeline')),
    streamx(node('streamx')),
    twisted((settings) =>
      measureThroughput(
        (port) => startTwisted('push', told(port, settings)),
        settings,
        connections,
      ),
    ),
  ];
  if (connections > 1) return contestants; // A loop in C has one.
  return [
    ...contestants,
    cLoop((settings) =>
      measureThroughput(
        (port) => startC('source', port, size, limitOf(settings).seconds),
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
