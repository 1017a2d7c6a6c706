/** `FileSender` over TCP: from each kind of file, in chunks of each size. */
import { type Contestant, type Settings, tabulate } from '../harness/workload.js';
import { startC, startNode, startTwisted } from '../support/commands.js';
import { atLeast, byHand, cLoop, ours, pipe, pipeline, twisted } from '../support/contestants.js';
import { patternedFile } from '../support/patterned-file.js';
import { cost, limitOf, measureThroughput, throughput } from '../support/throughput.js';

/** Ours of `bench/programs/file/`, which sends a file in chunks of `size` bytes, and every peer. */
function fileSenders(program: string, size: number): [Contestant, ...Contestant[]] {
  const told = (port: number, settings: Settings) => ({
    port,
    connections: 1,
    path: patternedFile(),
    size,
    ...limitOf(settings),
  });
  const node = (name: string) => (settings: Settings) =>
    measureThroughput((port) => startNode(`file/${name}`, told(port, settings)), settings);
  return [
    ours(node(program)),
    pipe(node('pipe')),
    pipeline(node('pipeline')),
    byHand(node(program === 'from-file-like' ? 'by-hand-synchronous' : 'by-hand-ahead')),
    twisted((settings) =>
      measureThroughput((port) => startTwisted('file', told(port, settings)), settings),
    ),
    cLoop((settings) => {
      const { seconds } = limitOf(settings);
      return measureThroughput(
        (port) => startC('file', port, size, seconds, patternedFile()),
        settings,
      );
    }),
  ];
}

const IN_16_KIB = {
  size: 16384,
  chunk: '16 KiB',
  goals: { pipe: 5, Twisted: 1.5, 'C loop': 0.75 },
};
const IN_64_KIB = {
  size: 65536,
  chunk: '64 KiB',
  goals: { pipe: 2, Twisted: 1, 'C loop': 0.8 },
};

const ROWS = {
  'file-16k-path': { ...IN_16_KIB, source: 'a path', program: 'from-path' },
  'file-16k-handle': { ...IN_16_KIB, source: 'a FileHandle', program: 'from-handle' },
  'file-16k-sync': { ...IN_16_KIB, source: 'a synchronous file-like', program: 'from-file-like' },
  'file-64k-path': { ...IN_64_KIB, source: 'a path', program: 'from-path' },
  'file-64k-handle': { ...IN_64_KIB, source: 'a FileHandle', program: 'from-handle' },
};

export const file = tabulate(ROWS, ({ source, program, size, chunk, goals }) => ({
  title: `a file through FileSender, from ${source}, ${chunk} at a time`,
  metrics: [throughput, cost],
  contestants: fileSenders(program, size),
  goals: atLeast(throughput, goals),
}));
