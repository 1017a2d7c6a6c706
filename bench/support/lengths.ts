/** Measures transfers of a given length, each on a connection of its own, from the connect to the close. */
import type { Measurement } from '../harness/workload.js';
import type { Child } from './child.js';
import { throughput } from './throughput.js';
import { type Sent, transfer } from './transfer.js';

export interface LengthOptions {
  readonly port: number;
  readonly highWaterMark?: number;
  /** Bytes in a message. */
  readonly size: number;
  /** Bytes in a transfer that counts, and the number of these transfers. */
  readonly bytes: number;
  readonly times: number;
  /** The same for the transfers that do not count, before those. */
  readonly warmUpBytes: number;
  readonly warmUpTimes: number;
}

/** The report of a program about its transfers. */
export interface LengthTold extends Sent {
  /** Of those that count. */
  readonly seconds: number;
}

export const MIB = 1024 * 1024;
/** About a second of transfers: V8 compiles late what opens and closes a connection. */
const WARM_UP = { warmUpBytes: MIB, warmUpTimes: 2000 };

/** Measures `times` transfers of `bytes` bytes. */
export async function measureLength(
  start: (options: LengthOptions) => Child,
  bytes: number,
  times: number,
): Promise<Measurement> {
  const { seconds } = await transfer<LengthTold>(
    (port) => start({ port, size: 65536, bytes, times, ...WARM_UP }),
    { connections: times + WARM_UP.warmUpTimes, warmUp: 0, rate: 0 },
  );
  return { [throughput.name]: (bytes * times) / seconds / 1e6 };
}
