/** The cost of a connection to a server, from its beginning to its end. */
import { type Measurement, tabulate } from '../harness/workload.js';
import { withChildren } from '../support/child.js';
import { startNode } from '../support/commands.js';
import { ours, pipe, rawNode } from '../support/contestants.js';

const CONNECTIONS = 10_000;

/** Connections that are opened first, and not counted. */
const ROWS = {
  'short-lives': 2000,
  // V8 has compiled all by then: it compiles after so many calls, and a connection makes few of each function.
  'short-lives-warm': 20_000,
};

const cpu = { name: 'processor time', unit: 'µs each' };

async function measure(name: string, warmUp: number): Promise<Measurement> {
  const server = startNode(`short-lives/${name}`, { connections: CONNECTIONS, warmUp });
  const children = [server];
  return withChildren(children, async () => {
    const { port } = await server.said<{ port: number }>();
    const clients = startNode('short-lives/clients', {
      port,
      connections: CONNECTIONS + warmUp,
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

export const shortLives = tabulate(ROWS, (warmUp) => {
  const serve = (name: string) => () => measure(name, warmUp);
  return {
    title: `10,000 connections, each made, 4 KiB echoed, closed, after ${warmUp}: what the server takes`,
    metrics: [cpu],
    contestants: [
      ours(serve('twisted-streams')),
      { name: 'the same, by listen', measure: serve('listen') },
      rawNode(serve('raw-node')),
      pipe(serve('pipe')),
      // Ours asks too, because a protocol may ask for the address when the connection is lost.
      { name: 'raw Node, asking for the peer', measure: serve('raw-node-asking') },
    ],
    goals: [{ metric: cpu.name, peer: 'raw Node', atMost: 1.2 }],
  };
});
