/** Push producers over TCP: ours, and every peer that does the same. */
import type { Contestant, Settings } from '../harness/workload.js';
import { startC, startNode, startTwisted } from './commands.js';
import { byHand, cLoop, ours, pipeline, rawNode, streamx, twisted } from './contestants.js';
import { limitOf, measureThroughput } from './throughput.js';

/** The messages to send, the number of connections, and how much a stream may buffer. */
export interface PushOptions {
  /** Bytes in a message. */
  readonly size: number;
  /** 1 if left out. */
  readonly connections?: number;
  /** The same for every contestant; each has its own default if left out. */
  readonly highWaterMark?: number;
}

/** Bytes: messages that are smaller are worth gathering. */
const SMALL = 4096;
/** Bytes: messages of which each takes much longer than the code that writes it. */
const LARGE = 1048576;
/** Microseconds: about what ours takes longer than raw Node from one message to the next. */
const LATER = 3;

/** Longer for many connections, so that each has its turn often enough to be compared. */
function forConnections(settings: Settings, connections: number): Settings {
  return connections < 1000 ? settings : { ...settings, seconds: settings.seconds * 3 };
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
  const node = (program: string, more?: object) => (settings: Settings) =>
    measureThroughput(
      (port) => startNode(`push/${program}`, { ...told(port, settings), ...more }),
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
  const later: Contestant = {
    name: `raw Node, ${LATER} µs later`,
    measure: node('later', { microseconds: LATER }),
  };
  if (connections > 1) return contestants; // The loop in C serves one connection.
  return [
    ...contestants,
    size < SMALL
      ? byHand(node('by-hand'))
      : { name: 'raw Node, in turns', measure: node('in-turns') },
    ...(size < LARGE ? [] : [later]),
    cLoop((settings) =>
      measureThroughput(
        (port) => startC('source', port, size, limitOf(settings).seconds),
        settings,
      ),
    ),
  ];
}
