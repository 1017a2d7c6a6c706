/** Measures how long a byte takes to an echo server and back. */
import type { Measurement, Metric, Settings } from '../harness/workload.js';
import { absenceOfC } from './c.js';
import { type Child, withChildren } from './child.js';
import { startC, startNode } from './commands.js';

export interface PingOptions {
  readonly port: number;
  readonly warmUp: number;
  readonly seconds: number;
}

export const roundTripTimes: Metric[] = [
  { name: 'p50', unit: 'µs' },
  { name: 'p99', unit: 'µs' },
];

function startPing({ port, warmUp, seconds }: PingOptions): Child {
  return absenceOfC() === undefined
    ? startC('ping', port, warmUp, seconds)
    : startNode('ping', { port, warmUp, seconds });
}

/** Measures the round trips to `echo`. */
export async function measureRoundTrips(echo: Child, settings: Settings): Promise<Measurement> {
  const children = [echo];
  return withChildren(children, async () => {
    const { port } = await echo.said<{ port: number }>();
    const ping = startPing({ port, warmUp: settings.warmUp, seconds: settings.seconds });
    children.push(ping);
    const { p50, p99 } = await ping.said<{ p50: number; p99: number }>();
    await ping.ended();
    await echo.ended();
    return { p50, p99 };
  });
}
