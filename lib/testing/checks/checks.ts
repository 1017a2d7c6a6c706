/** Checks that a user's own classes keep their contract. */
import type { EventEmitter } from 'node:events';

import type {
  IConsumer,
  IPullProducer,
  IPushProducer,
  ITransport,
} from '../../twisted/core/index.js';
import { logRejection } from '../../base/rejection.js';
import { CONSUMER_RULES } from './consumer-rules.js';
import { assertMade, callMaker, type Maker } from './maker.js';
import { Habits, ProducerSubject } from './producer-subject.js';
import { PULL_PRODUCER_RULES } from './pull-producer-rules.js';
import { pushProducerRules } from './push-producer-rules.js';
import { assertCheckArguments, checkRules, type CheckOptions, type Rule } from './rule.js';
import {
  type ConsumingTransport,
  TRANSPORT_RULES,
  type TransportSubject,
} from './transport-rules.js';

/** A transport and its other end, for {@link checkTransport}. */
export interface TransportWithPeer {
  /** The transport. */
  transport: ITransport & IConsumer;
  /**
   * Gives the bytes that the other end receives, and ends when the transport closes. It can be a
   * socket.
   */
  peer: AsyncIterable<Uint8Array>;
}

/**
 * Checks a consumer against every rule for consumers, each on a new one. Twisted has no
 * counterpart.
 *
 * A consumer that has a buffer must empty it by itself during the check: let your program read the
 * stream to which it writes.
 *
 * @example
 * ```ts
 * it('keeps the contract', () => checkConsumer(() => new MyConsumer()));
 * ```
 *
 * @param make - Makes a consumer that has no producer yet; may return a promise.
 * @param options - How long to wait; see {@link CheckOptions}.
 * @returns a promise that resolves if the consumer keeps every rule. It rejects with
 *   RuleBrokenError, whose `rule` names the first rule that it breaks; with InvalidArgTypeError or
 *   OutOfRangeError if an argument is wrong; and with the error that `make` throws.
 */
export async function checkConsumer(
  make: Maker<IConsumer>,
  options: CheckOptions = {},
): Promise<void> {
  assertCheckArguments(make, options);
  const subject = async (): Promise<IConsumer> => {
    const made: unknown = await callMaker(make, []);
    assertMade(made, 'a function that returns a consumer');
    return made as IConsumer;
  };
  await checkRules(CONSUMER_RULES.map(watched), subject, close, options);
}

/**
 * Checks a push producer against every rule for push producers, each on a new one. Twisted has no
 * counterpart.
 *
 * @example
 * ```ts
 * it('keeps the contract', () => checkPushProducer((consumer) => new MyProducer(consumer)));
 * ```
 *
 * @param make - Makes a producer that writes to the consumer that it is given, and returns it or a
 *   promise of it. If `make` does not register the producer with the consumer, the check does. If
 *   it does, it need not return the producer.
 * @param options - How long to wait; see {@link CheckOptions}.
 * @returns a promise that resolves if the producer keeps every rule, and rejects as the promise of
 *   {@link checkConsumer} does.
 */
export async function checkPushProducer(
  make: Maker<IPushProducer | void, [consumer: IConsumer]>,
  options: CheckOptions = {},
): Promise<void> {
  assertCheckArguments(make, options);
  const habits = new Habits();
  const subject = () => new ProducerSubject(make, habits);
  await checkRules(pushProducerRules(subject), () => Promise.resolve(subject()), stop, options);
}

/**
 * Checks a pull producer against every rule for pull producers, each on a new one. Twisted has no
 * counterpart.
 *
 * @example
 * ```ts
 * it('keeps the contract', () => checkPullProducer((consumer) => new MyProducer(consumer)));
 * ```
 *
 * @param make - Makes a producer that writes to the consumer that it is given, and returns it or a
 *   promise of it. If `make` does not register the producer with the consumer, the check does. If
 *   it does, it need not return the producer.
 * @param options - How long to wait; see {@link CheckOptions}.
 * @returns a promise that resolves if the producer keeps every rule, and rejects as the promise of
 *   {@link checkConsumer} does.
 */
export async function checkPullProducer(
  make: Maker<IPullProducer | void, [consumer: IConsumer]>,
  options: CheckOptions = {},
): Promise<void> {
  assertCheckArguments(make, options);
  const habits = new Habits();
  const subject = () => Promise.resolve(new ProducerSubject(make, habits));
  await checkRules(PULL_PRODUCER_RULES, subject, stop, options);
}

/**
 * Checks a transport against every rule for consumers and for transports, each on a new one.
 * Twisted has no counterpart.
 *
 * @example
 * ```ts
 * it('keeps the contract', () =>
 *   checkTransport(async () => {
 *     const [socket, peer] = await connectedSockets();
 *     return { transport: new MyTransport(socket), peer };
 *   }));
 * ```
 *
 * @param make - Makes a connected transport that has no producer yet; or such a transport together
 *   with its other end, so that the check compares the bytes that arrive there with the bytes that
 *   were written. It may return a promise.
 * @param options - How long to wait; see {@link CheckOptions}.
 * @returns a promise that resolves if the transport keeps every rule, and rejects as the promise of
 *   {@link checkConsumer} does.
 */
export async function checkTransport(
  make: Maker<(ITransport & IConsumer) | TransportWithPeer>,
  options: CheckOptions = {},
): Promise<void> {
  assertCheckArguments(make, options);
  const subject = async (): Promise<TransportSubject> => {
    const made = await callMaker(make, []);
    assertMade(made, 'a function that returns a transport, or { transport, peer }');
    if (!isWithPeer(made)) return { transport: made, peer: undefined };
    assertMade(made.transport, 'a function that returns { transport, peer }');
    hearErrors(made.peer);
    return made;
  };
  const rules = [
    ...CONSUMER_RULES.map(watched).map(ofTransport),
    ...TRANSPORT_RULES.map(watchedTransport),
  ];
  await checkRules(rules, subject, ({ transport }) => close(transport), options);
}

/** A transport may have a `transport` and a `peer` of its own. */
function isWithPeer(made: (ITransport & IConsumer) | TransportWithPeer): made is TransportWithPeer {
  return 'transport' in made && 'peer' in made && !('loseConnection' in made);
}

/** `rule`, played so that it is broken if a method of the consumer rejects. */
function watched(rule: Rule<IConsumer>): Rule<IConsumer> {
  return { name: rule.name, play: (consumer, trial) => rule.play(trial.watch(consumer), trial) };
}

/** As `watched`, with a transport. */
function watchedTransport(rule: Rule<TransportSubject>): Rule<TransportSubject> {
  return {
    name: rule.name,
    play: ({ transport, peer }, trial) =>
      rule.play({ transport: trial.watch(transport), peer }, trial),
  };
}

/** A rule for consumers, played with a transport while its other end is read. */
function ofTransport(rule: Rule<IConsumer>): Rule<TransportSubject> {
  return {
    name: rule.name,
    play({ transport, peer }, trial) {
      if (peer !== undefined) void drain(peer);
      return rule.play(transport, trial);
    },
  };
}

/**
 * Adds a listener for errors to `peer`. A rule may end with an abort, and without a listener the
 * error of that reset would end the process.
 */
function hearErrors(peer: AsyncIterable<Uint8Array> & { on?: unknown }): void {
  if (typeof peer.on === 'function') (peer as unknown as EventEmitter).on('error', () => {});
}

async function drain(peer: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    const pieces = peer[Symbol.asyncIterator]();
    while ((await pieces.next()).done !== true);
  } catch {
    // An abort at the end of a rule resets the connection. That is an error for the peer, but not
    // for us.
  }
}

/** Discards a consumer after a rule, with the bytes that it still has. */
function close(
  consumer: IConsumer & Partial<ConsumingTransport & { abortConnection(): void }>,
): void {
  const { abortConnection, loseConnection } = consumer;
  const end = typeof abortConnection === 'function' ? abortConnection : loseConnection;
  logRejection(end?.call(consumer), 'The object that was checked could not be closed');
}

function stop(subject: { dispose(): void }): void {
  subject.dispose();
}
