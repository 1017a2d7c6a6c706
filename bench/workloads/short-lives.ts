/** The cost of a connection to a server, from its beginning to its end. */
import type { Measurement, Table } from '../harness/workload.js';
import { withChildren } from '../support/child.js';
import { startNode } from '../support/commands.js';
import { ours, pipe, rawNode } from '../support/contestants.js';

const CONNECTIONS = 10_000;
/** Opened first, and not counted. */
const WARM_UP = 2000;

const cpu = { name: 'processor time', unit: 'µs each' };

async function measure(name: string): Promise<Measurement> {
  const server = startNode(`short-lives/${name}`, { connections: CONNECTIONS, warmUp: WARM_UP });
  const children = [server];
  return withChildren(children, async () => {
    const { port } = await server.said<{ port: number }>();
    const connections = CONNECTIONS + WARM_UP;
    const clients = startNode('short-lives/clients', {
      port,
      connections,
      atATime: 100,
      size: 4096,
    });
    children.push(clients);
    await clients.ended();
    const told = await server.said<{ cpu: number }>();
    await server.ended();
    return { [cpu.name]: told.cpu };
  });
}

export const shortLives: Table = {
  'short-lives': {
    title: '10,000 connections, each made, 4 KiB echoed, closed: what the server takes',
    metrics: [cpu],
    contestants: [
      ours(() => measure('twisted-streams')),
      rawNode(() => measure('raw-node')),
      pipe(() => measure('pipe')),
      // Ours asks too, because a protocol may ask for the address when the connection is lost.
      { name: 'raw Node, asking for the peer', measure: () => measure('raw-node-asking') },
    ],
    goals: [{ metric: cpu.name, peer: 'raw Node', atMost: 1.2 }],
  },
};
