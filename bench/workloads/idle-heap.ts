/** The heap that idle connections take beyond their sockets. */
import type { Measurement, Table } from '../harness/workload.js';
import { withChildren } from '../support/child.js';
import { startNode } from '../support/commands.js';
import { ours } from '../support/contestants.js';
import { startReader } from '../support/reader.js';

const CONNECTIONS = 10_000;
/** Opened first, and not counted. */
const WARM_UP = 100;

const heap = { name: 'heap', unit: 'bytes each' };

interface Told {
  readonly socket: number;
  readonly wrapping: number;
}

async function measure(wrapping: string): Promise<Told> {
  const reader = startReader({ connections: CONNECTIONS + WARM_UP, warmUp: 0, rate: 0 });
  const children = [reader];
  return withChildren(children, async () => {
    const { port } = await reader.said<{ port: number }>();
    const options = { port, connections: CONNECTIONS, wrapping };
    const program = startNode('idle-heap', options, ['--expose-gc']);
    children.push(program);
    const told = await program.said<Told>();
    await program.ended();
    return told;
  });
}

async function measureWrapping(wrapping: string): Promise<Measurement> {
  return { [heap.name]: (await measure(wrapping)).wrapping };
}

export const idleHeap: Table = {
  'idle-heap': {
    title: 'heap of an idle DuplexTransport beyond its socket, 10,000 of them',
    metrics: [heap],
    contestants: [
      ours(() => measureWrapping('transport and protocol')),
      { name: 'without a protocol', measure: () => measureWrapping('transport') },
      {
        name: 'the socket itself',
        measure: async () => ({ [heap.name]: (await measure('nothing')).socket }),
      },
    ],
    goals: [{ metric: heap.name, atMost: 600 }],
    mostRounds: () => 3,
  },
};
