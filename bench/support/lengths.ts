/** Transfers of a given length, each on a connection of its own, from its beginning to its close. */
import type { Contestant, Measurement } from '../harness/workload.js';
import { startNode, startTwisted } from './commands.js';
import { ours, rawNode, twisted } from './contestants.js';
import type { Point } from './curves.js';
import { throughput } from './throughput.js';
import { type Sent, transfer } from './transfer.js';
import type { Child } from './child.js';

export interface LengthOptions {
  readonly port: number;
  readonly highWaterMark?: number;
  /** Bytes in a message. */
  readonly size: number;
  /** Bytes in a transfer that counts, and how many of them. */
  readonly bytes: number;
  readonly times: number;
  /** The same for what doesn't count, before that. */
  readonly warmUpBytes: number;
  readonly warmUpTimes: number;
}

/** What a program says of its transfers. */
export interface LengthTold extends Sent {
  /** Of those that count. */
  readonly seconds: number;
}

const MIB = 1024 * 1024;
/** About a second of them: what a connection takes to open and close is compiled late. */
const WARM_UP = { warmUpBytes: MIB, warmUpTimes: 2000 };

async function measureLength(
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

/** `times` transfers of `mebibytes` MiB. */
export function lengthPoint(label: string, mebibytes: number, times: number): Point {
  const measure = (start: (options: LengthOptions) => Child): Contestant['measure'] => {
    return () => measureLength(start, mebibytes * MIB, times);
  };
  const contestants = [
    ours(measure((options) => startNode('length/twisted-streams', options))),
    rawNode(measure((options) => startNode('length/raw-node', options))),
    twisted(measure((options) => startTwisted('length', options))),
  ];
  return { label, contestants };
}
