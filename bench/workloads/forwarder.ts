/** Port forwarders: a source sends to a forwarder, which is measured, and which sends to a reader. */
import { type Contestant, type Measurement, type Settings, tabulate } from '../harness/workload.js';
import { absenceOfC } from '../support/c.js';
import { type Child, withChildren } from '../support/child.js';
import { startC, startNode, startTwisted } from '../support/commands.js';
import { atLeast, byHand, cLoop, ours, pipe, pipeline, twisted } from '../support/contestants.js';
import { type Received, startReader } from '../support/reader.js';
import { cost, limitOf, throughput } from '../support/throughput.js';
import { assertArrived, costOf, megabytesPerSecond, type Sent } from '../support/transfer.js';

/** The same source for all contestants: messages of `size` bytes, as fast as the forwarder reads them. */
function startSource(port: number, size: number, settings: Settings): Child {
  const limit = limitOf(settings);
  return absenceOfC() === undefined
    ? startC('source', port, size, limit.seconds)
    : startNode('push/raw-node', { port, size, connections: 1, limit });
}

async function measureForwarder(
  start: (port: number) => Child,
  size: number,
  settings: Settings,
): Promise<Measurement> {
  const reader = startReader({ connections: 1, warmUp: settings.warmUp, rate: 0 });
  const children = [reader];
  return withChildren(children, async () => {
    const { port } = await reader.said<{ port: number }>();
    const forwarder = start(port);
    children.push(forwarder);
    const between = await forwarder.said<{ port: number }>();
    const source = startSource(between.port, size, settings);
    children.push(source);
    const sent = await source.said<Sent>();
    const received = await reader.said<Received>();
    const { cpu } = await forwarder.said<{ cpu: number }>();
    await Promise.all(children.map((child) => child.ended()));
    assertArrived(sent, received);
    return {
      [throughput.name]: megabytesPerSecond(received),
      [cost.name]: costOf(cpu, received.bytes),
    };
  });
}

/** A forwarder of messages of `size` bytes, and every peer that does the same. */
function forwarders(size: number): [Contestant, ...Contestant[]] {
  const node = (program: string) => (settings: Settings) =>
    measureForwarder((port) => startNode(`forwarder/${program}`, { port }), size, settings);
  return [
    ours(node('twisted-streams')),
    pipe(node('pipe')),
    pipeline(node('pipeline')),
    byHand(node('by-hand')),
    twisted((settings) =>
      measureForwarder((port) => startTwisted('forwarder', { port }), size, settings),
    ),
    cLoop((settings) => measureForwarder((port) => startC('forwarder', port), size, settings)),
  ];
}

const ROWS = {
  'forwarder-1k': { size: 1024, messages: '1 KiB messages' },
  'forwarder-64k': { size: 65536, messages: '64 KiB messages' },
};

export const forwarder = tabulate(ROWS, ({ size, messages }) => ({
  title: `port forwarder, each transport registered with the other, ${messages}`,
  metrics: [throughput, cost],
  contestants: forwarders(size),
  goals: atLeast(throughput, { pipe: 0.97, Twisted: 1 }),
}));
