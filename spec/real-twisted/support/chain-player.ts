/**
 * Plays a {@link Scenario} on our consumers and producers, one behind another, and writes down every call. The
 * twin of `Player` in ../oracle/chains.py, so that the two traces can be compared as they are.
 */
import { asError } from '../../../lib/base/as-error.js';
import { log } from '../../../lib/base/log.js';
import { Cooperator, SchedulerError } from '../../../lib/twisted/cooperation/index.js';
import {
  ConnectionDone,
  ConnectionLost,
  ProducerAlreadyRegisteredError,
} from '../../../lib/twisted/core/errors.js';
import type { IPushProducer } from '../../../lib/twisted/core/interfaces.js';
import {
  Descriptor,
  type Member,
  proxyOf,
  PushOnly,
  Sender,
  Sink,
  type Stage,
  Streaming,
} from './chain-members.js';
import type {
  Callback,
  Node,
  Operation,
  ProducerName,
  Reaction,
  Scenario,
} from './chain-scenarios.js';

/** Thrown because the scenario says so. */
class Scripted extends Error {}
/** Why a scenario lost a connection. */
class Lost extends Error {}

/**
 * Plays `scenario` on ours.
 *
 * @returns every call, and how each member stood after each operation.
 */
export async function playOnOurs(scenario: Scenario): Promise<unknown[]> {
  return new Player(scenario).play();
}

type Methods = Record<string, ((...args: unknown[]) => unknown) | undefined>;

function nameOf(error: unknown): string {
  if (error === undefined) return 'nothing';
  if (error instanceof Scripted || error instanceof Lost) return error.message;
  if (error instanceof ConnectionDone) return 'ConnectionDone';
  if (error instanceof ConnectionLost) return 'ConnectionLost';
  if (error instanceof ProducerAlreadyRegisteredError) return 'ProducerAlreadyRegisteredError';
  if (error instanceof SchedulerError) return error.constructor.name;
  const { code, message } = asError(error) as Error & { code?: string };
  if (code === 'ERR_PRODUCER_STOPPED') return 'stopped';
  if (code === 'ERR_INVALID_ARG_TYPE' && message.includes('finish')) return 'finish';
  if (code === 'ERR_INVALID_STATE') return 'refused';
  throw asError(error);
}

class Player implements Stage {
  readonly trace: unknown[][] = [];
  private readonly transfers: string[] = [];
  private ticks: (() => void)[] = [];
  private readonly reactions = new Map<string, Reaction[]>();
  private bytesMade = 0;
  private exceptionsMade = 0;
  private readonly sources = [0, 1, 2].map((i) => this.source(`p${i}`));
  private readonly senders = [0, 1].map((i) => new Sender(this, `s${i}`));
  private readonly nodes: (Member | null)[] = [];
  readonly cooperator: Cooperator;

  constructor(private readonly scenario: Scenario) {
    for (const [name, tape] of Object.entries(scenario.reactions)) {
      this.reactions.set(name, [...tape]);
    }
    this.cooperator = new Cooperator({
      terminationPredicateFactory: () => () => true,
      scheduler: (tick) => {
        this.ticks.push(tick);
        return { cancel: () => (this.ticks = this.ticks.filter((each) => each !== tick)) };
      },
    });
  }

  get isLong(): boolean {
    return this.trace.length > this.scenario.most;
  }

  nameOf(outcome: unknown): string {
    return nameOf(outcome);
  }

  nameOfProducer(producer: unknown): string {
    if (producer === null || producer === undefined) return '';
    if (producer instanceof Streaming) return `~${this.nameOfProducer(producer.pulled)}`;
    return String((producer as Member).number);
  }

  private source(number: string): IPushProducer {
    const called = (name: Callback) => () => this.happens(name, number);
    return {
      number,
      pauseProducing: called('pauseProducing'),
      resumeProducing: called('resumeProducing'),
      stopProducing: called('stopProducing'),
    } as IPushProducer;
  }

  private producer(name: ProducerName): object {
    if (typeof name === 'number') return this.nodes[name] as object;
    return (name[0] === 'p' ? this.sources : this.senders)[Number(name[1])] as object;
  }

  private build(number: number, node: Node): Member {
    switch (node.kind) {
      case 'sink':
        return new Sink(this, number, node);
      case 'descriptor':
        return new Descriptor(this, number, node);
      case 'push only':
        return new PushOnly(this, number, this.nodes[node.to] as never);
      default:
        return proxyOf(this, number, node, this.nodes[node.to] as never);
    }
  }

  async play(): Promise<unknown[]> {
    const unobserve = log.addObserver(({ error, why }) => {
      const isLate = why.startsWith('A FileSender failed after');
      this.trace.push([isLate ? 'late' : 'report', nameOf(error)]);
    });
    for (const [number, node] of this.scenario.nodes.entries()) {
      this.nodes.push(null);
      if ('to' in node && this.nodes[node.to] === null) continue;
      try {
        this.nodes[number] = this.build(number, node);
      } catch (error) {
        this.trace.push(['built', nameOf(error)]);
      }
    }
    this.stands();
    for (const operation of this.scenario.script) {
      this.perform(['try', operation]);
      this.stands();
    }
    unobserve();
    await new Promise(setImmediate);
    this.trace.push(this.transfers);
    return this.trace;
  }

  private stands(): void {
    this.trace.push([
      ...this.nodes.map((node) => node?.state() ?? ''),
      ...this.senders.map((sender) => sender.state()),
    ]);
  }

  data(count: number): Buffer {
    const start = this.bytesMade;
    this.bytesMade += count;
    return Buffer.from(Array.from({ length: count }, (_, i) => 97 + ((start + i) % 26)));
  }

  happens(callback: Callback, ...what: unknown[]): void {
    this.trace.push([callback, ...what]);
    const { does = [], throws = false } = this.reactions.get(callback)?.shift() ?? {};
    for (const operation of does) this.perform(operation);
    if (!throws) return;
    this.exceptionsMade += 1;
    throw new Scripted(`Scripted ${this.exceptionsMade}`);
  }

  private perform(operation: Operation): void {
    const [name, ...args] = operation;
    if (name === 'try') {
      try {
        this.perform(operation[1] as Operation);
      } catch (error) {
        this.trace.push(['caught', nameOf(error)]);
      }
      return;
    }
    if (this.isLong) return;
    if (name === 'tick') {
      this.trace.push(['> tick']);
      this.ticks.shift()?.();
      return;
    }
    const [number, ...more] = args as [ProducerName, ...unknown[]];
    const missing = (each: unknown) =>
      typeof each === 'number' && (this.nodes[each] ?? null) === null;
    if (missing(number)) return;
    if ((name === 'registerProducer' || name === 'begin') && missing(more[0])) return;
    const it = this.producer(number) as Methods;
    if (typeof it[name] !== 'function') return;
    if (
      name === 'registerProducer' &&
      !('pauseProducing' in this.producer(more[0] as ProducerName))
    ) {
      return;
    }
    this.trace.push([`> ${name}`, number, ...more]);
    it[name](...this.argumentsOf(name, more));
    this.trace.push([`< ${name}`]);
  }

  private argumentsOf(name: string, more: unknown[]): unknown[] {
    if (name === 'write') return [this.data(more[0] as number)];
    if (name === 'registerProducer') return [this.producer(more[0] as ProducerName), more[1]];
    if (name === 'connectionLost') return [new Lost('lost')];
    if (name === 'begin') return [more[1], this.nodes[more[0] as number], more[2]];
    return [];
  }

  /** @returns where to write down how the transfer ended. */
  transfer(): (outcome: string) => void {
    const index = this.transfers.push('none') - 1;
    return (outcome) => (this.transfers[index] = outcome);
  }
}
