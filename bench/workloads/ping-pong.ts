/** The time of a round trip. */
import type { Table } from '../harness/workload.js';
import { startC, startNode, startTwisted } from '../support/commands.js';
import { cLoop, ours, pipe, rawNode, twisted } from '../support/contestants.js';
import { measureRoundTrips, roundTripTimes } from '../support/round-trip.js';

export const pingPong: Table = {
  'ping-pong': {
    title: 'one byte there and back, TCP',
    metrics: roundTripTimes,
    contestants: [
      ours((settings) => measureRoundTrips(startNode('echo/twisted-streams', {}), settings)),
      rawNode((settings) => measureRoundTrips(startNode('echo/raw-node', {}), settings)),
      pipe((settings) => measureRoundTrips(startNode('echo/pipe', {}), settings)),
      twisted((settings) => measureRoundTrips(startTwisted('echo', {}), settings)),
      cLoop((settings) => measureRoundTrips(startC('echo'), settings)),
    ],
    goals: roundTripTimes.map(({ name }) => ({ metric: name, peer: 'raw Node', atMost: 1.03 })),
  },
};
