/** Measures senders over TCP by how many bytes a second arrive. */
import type { Measurement, Metric, Settings } from '../harness/workload.js';
import type { Child } from './child.js';
import type { Limit } from './supply.js';
import { costOf, megabytesPerSecond, transfer } from './transfer.js';

export const throughput: Metric = { name: 'throughput', unit: 'MB/s' };

/** The sender's time on a processor: steadier than throughput where other programs run too. */
export const cost: Metric = { name: 'processor time', unit: 'ms/GB' };

/** How evenly connections are served. */
export const unevenness: Metric = { name: 'median connection ÷ slowest', unit: 'x' };

/** How long a sender sends, so that `seconds` are left after the warm-up. */
export function limitOf({ warmUp, seconds }: Settings): Limit & { readonly seconds: number } {
  return { seconds: warmUp + seconds };
}

/** Runs one sender. Measures its throughput, and how evenly it served its connections. */
export async function measureThroughput(
  start: (port: number) => Child,
  { warmUp }: Settings,
  connections = 1,
): Promise<Measurement> {
  const received = await transfer(start, { connections, warmUp, rate: 0 });
  return {
    [throughput.name]: megabytesPerSecond(received),
    [cost.name]: costOf(received.cpu, received.bytes),
    // A connection that got no byte counts as if it had got one: JSON has no infinity.
    [unevenness.name]: received.median / Math.max(received.slowest, 1),
  };
}
