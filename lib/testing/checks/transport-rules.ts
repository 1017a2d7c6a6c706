/** The rules for transports, beyond those for consumers. */
import { Buffer } from 'node:buffer';

import type { IConsumer, ITransport } from '../../twisted/core/index.js';
import { answered, fill } from './consumer-rules.js';
import { numbered, ProbeProducer, ProbePullProducer } from './probes.js';
import { difference, type Rule, type Trial } from './rule.js';

/** A transport that can have a producer. */
export type ConsumingTransport = ITransport & IConsumer;

/** Optional members of a transport, which are checked if it has them. */
interface Optional {
  abortConnection?: () => void;
  disconnected?: boolean;
}

/** A transport under test. */
export interface TransportSubject {
  readonly transport: ConsumingTransport & Optional;
  /** Its other end: gives the bytes that are received there, and ends when the transport closes. */
  readonly peer: AsyncIterable<Uint8Array> | undefined;
}

/**
 * Begins to read `peer`, if there is one.
 *
 * @returns a function that waits for the end. It breaks the rule if that does not come in time, or
 *   if other bytes came than those that it is given.
 */
function read(
  peer: AsyncIterable<Uint8Array> | undefined,
  trial: Trial,
): (expected: Buffer) => Promise<void> {
  if (peer === undefined) return () => Promise.resolve();
  const pieces: Uint8Array[] = [];
  let over = false;
  const reading = (async () => {
    for await (const piece of peer) pieces.push(piece);
    over = true;
  })();
  reading.catch(() => {
    over = true; // The rule is not about the peer's own error: it compares the bytes that came.
  });
  const value = () => Buffer.concat(pieces);
  return async (expected) => {
    await trial.until(
      () => over,
      () => `the other end received ${value().length} bytes and no end`,
    );
    const bytes = value();
    trial.demand(bytes.equals(expected), `the other end received ${difference(bytes, expected)}`);
  };
}

/**
 * Aborts the connection, and waits until the producer is told.
 *
 * @returns whether the transport can be aborted.
 */
async function lose(subject: TransportSubject, trial: Trial): Promise<boolean> {
  const { transport } = subject;
  if (transport.abortConnection === undefined) return false;
  const producer = new ProbeProducer();
  transport.registerProducer(producer, true);
  transport.abortConnection();
  await trial.until(
    () => producer.count('stop') > 0,
    () => 'abortConnection() did not stop the producer',
  );
  await trial.quietly();
  trial.demand(producer.count('stop') === 1, `it stopped it ${producer.count('stop')} times`);
  return true;
}

/** Every rule for a transport, except those for consumers. */
export const TRANSPORT_RULES: readonly Rule<TransportSubject>[] = [
  {
    name: 'A transport has write, writeSequence, loseConnection, getPeer and getHost',
    play({ transport }, trial) {
      for (const method of [
        'write',
        'writeSequence',
        'loseConnection',
        'getPeer',
        'getHost',
      ] as const) {
        trial.demand(typeof transport[method] === 'function', `it has no ${method}()`);
      }
    },
  },
  {
    name: 'A transport tells the addresses of both ends',
    play({ transport }, trial) {
      for (const method of ['getPeer', 'getHost'] as const) {
        const address: unknown = transport[method]();
        trial.demand(typeof address === 'object' && address !== null, `${method}() gave none`);
      }
    },
  },
  {
    name: 'writeSequence writes each piece, in order',
    async play({ transport, peer }, trial) {
      const receives = read(peer, trial);
      const pieces = numbered(5, 1000);
      transport.writeSequence(pieces);
      transport.loseConnection();
      await receives(Buffer.concat(pieces));
    },
  },
  {
    name: 'loseConnection delivers everything that was written before it',
    async play({ transport, peer }, trial) {
      const receives = read(peer, trial);
      const pieces = numbered(64, 16384);
      for (const piece of pieces) transport.write(piece);
      transport.loseConnection();
      await receives(Buffer.concat(pieces));
    },
  },
  {
    name: 'loseConnection may be called twice',
    play({ transport }) {
      transport.loseConnection();
      transport.loseConnection();
    },
  },
  {
    name: 'loseConnection waits for the registered push producer, and delivers what it writes',
    async play({ transport, peer }, trial) {
      const receives = read(peer, trial);
      const producer = new ProbeProducer();
      transport.registerProducer(producer, true);
      const [before, after] = numbered(2, 1000) as [Buffer, Buffer];
      transport.write(before);
      transport.loseConnection();
      await trial.quietly();
      trial.demand(producer.count('stop') === 0, 'it stopped the producer');
      trial.demand(transport.disconnected !== true, 'it closed before the producer unregistered');
      transport.write(after);
      transport.unregisterProducer();
      await receives(Buffer.concat([before, after]));
    },
  },
  {
    name: 'loseConnection waits for a push producer that is paused, and resumes it',
    async play({ transport, peer }, trial) {
      const receives = read(peer, trial);
      const producer = new ProbeProducer();
      transport.registerProducer(producer, true);
      const pieces = fill(transport, producer);
      if (producer.count('pause') === 0) return;
      transport.loseConnection();
      await trial.until(
        () => producer.count('resume') > 0 || producer.count('stop') > 0,
        () => 'it did not resume the producer',
      );
      trial.demand(producer.count('stop') === 0, 'it stopped the producer');
      const last = Buffer.from('the last of it');
      transport.write(last);
      transport.unregisterProducer();
      await receives(Buffer.concat([...pieces, last]));
    },
  },
  {
    name: 'loseConnection waits for the registered pull producer, and asks it until it unregisters',
    async play({ transport, peer }, trial) {
      const receives = read(peer, trial);
      const pieces = numbered(5, 1000);
      const producer = new ProbePullProducer(transport, pieces);
      transport.registerProducer(producer, false);
      transport.loseConnection();
      await answered(producer, trial);
      trial.demand(!producer.stopped, 'it stopped the producer');
      await receives(Buffer.concat(pieces));
    },
  },
  {
    name: 'abortConnection stops the producer, once',
    async play(subject, trial) {
      await lose(subject, trial);
    },
  },
  {
    name: 'A lost transport stops a producer that registers, at once',
    async play(subject, trial) {
      if (!(await lose(subject, trial))) return;
      const late = new ProbeProducer();
      subject.transport.registerProducer(late, true);
      trial.demand(late.calls.join() === 'stop', `it called ${late.calls.join(', ') || 'nothing'}`);
    },
  },
  {
    name: 'Writing to a lost transport does nothing',
    async play(subject, trial) {
      if (!(await lose(subject, trial))) return;
      subject.transport.write(Buffer.from('too late'));
      subject.transport.loseConnection();
      await trial.quietly();
    },
  },
];
