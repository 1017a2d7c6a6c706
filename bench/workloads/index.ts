/** All workloads: the rows of the tables in this folder. */
import { collect } from '../harness/catalogue.js';
import { adapters } from './adapters.js';
import { calls } from './calls.js';
import { connections } from './connections.js';
import { curves } from './curves.js';
import { diagnostics } from './diagnostics.js';
import { file } from './file.js';
import { forwarder } from './forwarder.js';
import { idleHeap } from './idle-heap.js';
import { importTime } from './import-time.js';
import { lines } from './lines.js';
import { memoryToMemory } from './memory-to-memory.js';
import { peakMemory } from './peak-memory.js';
import { pingPong } from './ping-pong.js';
import { push } from './push.js';
import { shaped } from './shaped.js';
import { shortLives } from './short-lives.js';

export const WORKLOADS = collect([
  adapters,
  calls,
  connections,
  curves,
  diagnostics,
  file,
  forwarder,
  idleHeap,
  importTime,
  lines,
  memoryToMemory,
  peakMemory,
  pingPong,
  push,
  shaped,
  shortLives,
]);
