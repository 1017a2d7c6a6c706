/** Push producers on one connection: messages of each size. */
import { tabulate } from '../harness/workload.js';
import { atLeast, type Ratios } from '../support/contestants.js';
import { pushers, type PushOptions } from '../support/pushers.js';
import { cost, throughput } from '../support/throughput.js';

interface Row extends PushOptions {
  readonly messages: string;
  readonly goals: Ratios;
}

const ROWS: Readonly<Record<string, Row>> = {
  'push-64b': { size: 64, messages: '64-byte messages', goals: { 'raw Node': 20, Twisted: 8 } },
  'push-1k': { size: 1024, messages: '1 KiB messages', goals: { 'raw Node': 3, Twisted: 1.8 } },
  'push-64k': {
    size: 65536,
    messages: '64 KiB messages',
    goals: { 'raw Node': 0.97, Twisted: 0.97 },
  },
  'push-64k-ready': {
    size: 65536,
    highWaterMark: 262144,
    messages: '64 KiB messages, several at once (highWaterMark 256 KiB)',
    goals: { 'raw Node': 1.2, Twisted: 1.2 },
  },
  'push-1m': {
    size: 1048576,
    messages: '1 MiB messages',
    goals: { 'raw Node': 0.97, Twisted: 0.97 },
  },
};

export const push = tabulate(ROWS, ({ messages, goals, ...options }) => ({
  title: `push producer, ${messages}, TCP`,
  metrics: [throughput, cost],
  contestants: pushers(options),
  goals: atLeast(throughput, goals),
}));
