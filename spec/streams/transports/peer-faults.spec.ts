/**
 * Whatever the other end of a connection, or other code at this one, does to a transport while it
 * writes: `ConnectionDone` only if the other end could get everything.
 */
import { once } from 'node:events';
import http2 from 'node:http2';
import type { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  ConnectionDone,
  ConnectionLost,
  DuplexTransport,
  Protocol,
  WritableConsumer,
} from '../../../lib/index.js';
import { http2Exchange } from '../../support/http2-exchange.js';
import { numbered } from '../../support/producers.js';
import { synchronousPair, tcpPair, tlsPair, unixPair } from '../../support/sockets.js';

/** Ours, and the other end of it. */
interface Ends {
  ours: Duplex;
  theirs: Duplex;
  dispose?: () => void;
}

async function http2Ends(side: 'server' | 'client'): Promise<Ends> {
  const { request, accepted, dispose } = await http2Exchange('POST');
  accepted.respond();
  await once(request, 'response');
  const [ours, theirs] = side === 'server' ? [accepted, request] : [request, accepted];
  return { ours, theirs, dispose };
}

const families: [string, () => Promise<Ends>][] = [
  ['TCP', async () => endsOf(await tcpPair())],
  ['TCP, as Node has it by default', async () => endsOf(await tcpPair({ allowHalfOpen: false }))],
  ['Unix', async () => endsOf(await unixPair())],
  ['TLS', async () => endsOf(await tlsPair())],
  ['HTTP/2, server', () => http2Ends('server')],
  ['HTTP/2, client', () => http2Ends('client')],
  [
    'a pair in memory',
    () => {
      const [ours, theirs] = synchronousPair();
      return Promise.resolve({ ours, theirs });
    },
  ],
];

function endsOf({ server, client }: { server: Duplex; client: Duplex }): Ends {
  return { ours: server, theirs: client };
}

interface Fault {
  name: string;
  happen(ends: Ends): void | Promise<void>;
  /** Whether who only writes need not hear of it, or not before the other end reads. */
  mayGoUnheard?: boolean;
  /** Whether the other end throws away what is on its way to it. */
  drops?: boolean;
  /** Whether the other end hangs up: for a plain protocol that is all, and counts as done. */
  hangsUp?: boolean;
}

function reset(stream: Duplex): void {
  const { resetAndDestroy, close } = stream as {
    resetAndDestroy?: () => void;
    close?: (code: number) => void;
  };
  try {
    if (resetAndDestroy !== undefined) resetAndDestroy.call(stream);
    else if (close !== undefined) close.call(stream, http2.constants.NGHTTP2_CANCEL);
    else stream.destroy(new Error('reset'));
  } catch {
    stream.destroy(); // Only a TCP socket can reset.
  }
}

const faults: Fault[] = [
  {
    name: 'the other end destroys its end',
    happen: ({ theirs }) => void theirs.destroy(),
    mayGoUnheard: true,
    drops: true,
  },
  {
    name: 'the other end resets it',
    happen: ({ theirs }) => reset(theirs),
    mayGoUnheard: true,
    drops: true,
  },
  {
    name: 'the other end hangs up, then other code destroys ours',
    async happen({ ours, theirs }) {
      theirs.end();
      for (let i = 0; i < 20 && !ours.readableEnded; i++) await turn();
      ours.destroy();
    },
    hangsUp: true,
  },
  { name: 'other code destroys ours', happen: ({ ours }) => void ours.destroy() },
  {
    name: 'other code destroys ours with an error',
    happen: ({ ours }) => void ours.destroy(new Error('boom')),
  },
  { name: 'other code ends ours', happen: ({ ours }) => void ours.end(), mayGoUnheard: true },
];

class Quiet extends Protocol {}

/** Goes on when the other end has hung up. */
class HalfCloseable extends Protocol {
  readConnectionLost(): void {}
  writeConnectionLost(): void {}
}

interface Adapter {
  name: string;
  wrap(stream: Duplex): WritableConsumer;
  /** Whether a hang-up of the other end is the end of the connection. */
  isPlain?: boolean;
}

const adapters: readonly Adapter[] = [
  { name: 'WritableConsumer', wrap: (stream) => new WritableConsumer(stream.resume()) },
  {
    name: 'DuplexTransport',
    wrap: (stream) => new DuplexTransport(stream, { protocol: new Quiet() }),
    isPlain: true,
  },
  {
    name: 'DuplexTransport of an IHalfCloseableProtocol',
    wrap: (stream) => new DuplexTransport(stream, { protocol: new HalfCloseable() }),
  },
];

interface Case {
  fault: Fault;
  adapter: Adapter;
  bytes: number;
  isClosing: boolean;
  isRead: boolean;
}

/** Lets the event loop turn until `condition` holds, or it has turned often enough for anything. */
async function turnUntil(condition: () => boolean, turns = 3000): Promise<void> {
  for (let i = 0; i < turns && !condition(); i++) await turn();
}

async function wrongWith(open: () => Promise<Ends>, one: Case): Promise<string | null> {
  const ends = await open();
  const { ours, theirs } = ends;
  let arrived = 0;
  theirs.on('error', () => {});
  if (one.isRead) theirs.on('data', (chunk: Buffer) => (arrived += chunk.length));
  try {
    const transport = one.adapter.wrap(ours);
    transport.write(numbered(one.bytes));
    if (one.isClosing) transport.loseConnection();
    for (let i = 0; i < 3; i++) await turn();
    if (transport.disconnected) return null;
    await one.fault.happen(ends);
    let reason: Error | undefined;
    void transport.closed.then((given) => (reason = given));
    await turnUntil(() => reason !== undefined, one.fault.mayGoUnheard === true ? 100 : 3000);
    if (reason === undefined) return one.fault.mayGoUnheard === true ? null : 'never told';
    if (!(reason instanceof ConnectionDone)) {
      if (!(reason instanceof ConnectionLost)) return `a bare ${reason.name}`;
      return reason.cause instanceof Error ? null : 'ConnectionLost without a cause';
    }
    if (one.fault.drops === true || (one.fault.hangsUp === true && one.adapter.isPlain === true)) {
      return null;
    }
    if (!one.isRead) theirs.on('data', (chunk: Buffer) => (arrived += chunk.length));
    await turnUntil(() => arrived >= one.bytes || theirs.readableEnded || theirs.destroyed);
    if (arrived >= one.bytes) return null;
    return `ConnectionDone, but ${arrived} of ${one.bytes} bytes arrived`;
  } finally {
    ours.destroy();
    theirs.destroy();
    ends.dispose?.();
  }
}

function* casesOf(fault: Fault): Generator<Case> {
  for (const adapter of adapters)
    for (const bytes of [1000, 6_000_000])
      for (const isClosing of [false, true])
        for (const isRead of [false, true]) yield { fault, adapter, bytes, isClosing, isRead };
}

describe('A fault while a transport writes:', () => {
  for (const [family, open] of families) {
    for (const fault of faults) {
      it(`${fault.name}, over ${family}`, async function () {
        this.timeout(60_000);
        // At once, because most of the time is spent waiting for one another.
        const wrong = await Promise.all(
          [...casesOf(fault)].map(async (one) => {
            const why = await wrongWith(open, one);
            const how = `${one.isClosing ? ', closing' : ''}${one.isRead ? ', read' : ''}`;
            return why === null ? [] : [`${one.adapter.name}, ${one.bytes} bytes${how}: ${why}`];
          }),
        );
        expect(wrong.flat()).to.deep.equal([]);
      });
    }
  }
});
