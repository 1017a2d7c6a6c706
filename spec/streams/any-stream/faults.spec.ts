/**
 * Every kind of stream, and whatever can happen to it while something is written: a connection that
 * says `ConnectionDone` has handed over everything, any other says why it was lost.
 */
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { ConnectionDone, ConnectionLost, WritableConsumer } from '../../../lib/index.js';
import type { AnyWritable } from '../../../lib/streams/any-stream/index.js';
import { beforeDeadline } from '../../support/before-deadline.js';
import { matrixWritables } from '../../support/matrix.js';
import { numbered } from '../../support/producers.js';
import type { WritableKind } from '../../support/writable-kinds.js';

const boom = new Error('boom');

interface Fault {
  name: string;
  /** @returns whether it has happened: not every stream can be destroyed. */
  happen(stream: AnyWritable): boolean;
}

const destroyed = (stream: AnyWritable, reason?: Error) => {
  stream.destroy?.(reason);
  return stream.destroy !== undefined;
};

const faults: readonly Fault[] = [
  { name: 'destroy()', happen: (stream) => destroyed(stream) },
  { name: 'destroy(error)', happen: (stream) => destroyed(stream, boom) },
  {
    name: 'an error event',
    happen: (stream) => (stream as unknown as NodeJS.EventEmitter).emit('error', boom),
  },
  {
    name: "other code's end()",
    happen: (stream) => {
      stream.end();
      return true;
    },
  },
  {
    name: 'a write that throws',
    happen: (stream) => {
      stream.write = () => {
        throw boom;
      };
      return true;
    },
  },
];

const moments: readonly [string, () => Promise<unknown>][] = [
  ['at once', () => Promise.resolve()],
  ['a tick later', () => new Promise<void>((resolve) => process.nextTick(resolve))],
  ['a turn later', () => turn()],
  [
    'ten turns later',
    async () => {
      for (let i = 0; i < 10; i++) await turn();
    },
  ],
];

/** The fault, and the events before it. */
interface Case {
  fault: Fault;
  moment: (typeof moments)[number];
  /** How many bytes are written, in pieces of 20,000. */
  bytes: number;
  isClosing: boolean;
}

function* cases(): Generator<Case> {
  for (const fault of faults)
    for (const moment of moments)
      for (const bytes of [0, 10_000, 40_000, 400_000])
        for (const isClosing of [false, true]) yield { fault, moment, bytes, isClosing };
}

/** The value of `promise`, or 'nothing' where it takes too long for any stream. */
const soon = <T>(promise: Promise<T>): Promise<T | 'nothing'> =>
  beforeDeadline(promise, 5000, () => 'nothing' as const);

/** @returns what is wrong with how it ended. */
async function wrongWith(kind: WritableKind, { fault, moment, bytes, isClosing }: Case) {
  const sink = await kind.open();
  const received = sink.received.then(
    (data) => data.length,
    () => -1,
  );
  const stream = sink.stream as AnyWritable;
  try {
    const consumer = new WritableConsumer(stream);
    const data = numbered(bytes);
    for (let i = 0; i < bytes; i += 20_000) consumer.write(data.subarray(i, i + 20_000));
    if (isClosing) consumer.loseConnection();
    await moment[1]();
    if (consumer.disconnected || !fault.happen(stream)) return null; // It was too fast, or can't.
    let expected = bytes;
    if (!isClosing) {
      await turn();
      if (consumer.connected) expected += 4;
      consumer.write(Buffer.from('more'));
      consumer.loseConnection();
    }
    const reason = await soon(consumer.closed);
    if (reason === 'nothing') return 'never told';
    if (reason instanceof ConnectionDone) {
      if (expected === 0) return null;
      const arrived = await soon(received);
      return arrived === expected ? null : `ConnectionDone, but ${arrived} of ${expected} arrived`;
    }
    if (!(reason instanceof ConnectionLost)) return `a bare ${reason.name}`;
    return reason.cause instanceof Error
      ? null
      : `ConnectionLost with cause ${String(reason.cause)}`;
  } finally {
    stream.destroy?.();
    sink.dispose?.();
  }
}

/** Whether a stream that was ended, and then destroyed, emits nothing. */
const isMute = (kind: WritableKind, { fault, isClosing }: Case) =>
  kind.name === 'minipass' && fault.name === 'destroy()' && isClosing;

describe('A fault while a WritableConsumer writes to it:', () => {
  for (const kind of matrixWritables) {
    it(`${kind.name} is done only if all was handed over`, async function () {
      this.timeout(60_000);
      const wrong: string[] = [];
      // Some at once, because most of the time is spent waiting for one another.
      const all = [...cases()].filter((one) => !isMute(kind, one));
      while (all.length > 0) {
        await Promise.all(
          all.splice(0, 16).map(async (one) => {
            const what = await wrongWith(kind, one);
            const { fault, moment, bytes, isClosing } = one;
            const when = `${bytes} bytes${isClosing ? ', closing' : ''}, ${moment[0]}`;
            if (what !== null) wrong.push(`${fault.name}, ${when}: ${what}`);
          }),
        );
      }
      expect(wrong).to.deep.equal([]);
    });
  }
});
