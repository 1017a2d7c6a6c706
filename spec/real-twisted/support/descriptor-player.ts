/**
 * Plays a {@link Scenario} on our `FileDescriptor` and writes down every call, its outcome, and the
 * descriptor's state at that moment. The twin of `Player` in ../oracle/file_descriptor.py, line for
 * line, so that the two traces can be compared as they are.
 */
import {
  ConnectionDone,
  ConnectionLost,
  ProducerAlreadyRegisteredError,
} from '../../../lib/twisted/core/errors.js';
import { FileDescriptor } from '../../../lib/twisted/core/file-descriptor.js';
import type { IPushProducer, IReactorFDSet } from '../../../lib/twisted/core/interfaces.js';
import type { Callback, Operation, Reaction, Scenario } from './descriptor-scenarios.js';

/** Thrown or returned because the scenario says so. */
class Scripted extends Error {}

/** The same word as in the oracle for what was returned, thrown or given as reason. */
function nameOf(outcome: unknown): string {
  if (outcome === undefined) return 'nothing';
  if (outcome instanceof Scripted) return outcome.message;
  if (outcome instanceof ConnectionDone) return 'ConnectionDone';
  if (outcome instanceof ConnectionLost) return 'ConnectionLost';
  if (outcome instanceof ProducerAlreadyRegisteredError) return 'ProducerAlreadyRegisteredError';
  if (outcome instanceof TypeError) return 'TypeError';
  throw new Error('no name for an outcome', { cause: outcome });
}

/** Plays `scenario` on our `FileDescriptor`. @returns the trace. */
export function playOnOurs(scenario: Scenario): string[] {
  const player = new Player(scenario);
  for (const operation of scenario.script) player.perform(['try', operation]);
  return player.trace;
}

class Player {
  readonly trace: string[] = [];
  private readonly reactions = new Map<string, Reaction[]>();
  private readonly producers: Producer[];
  private readonly descriptor: Descriptor;
  private readonly reactor: Reactor;
  private bytesMade = 0;
  private exceptionsMade = 0;

  constructor(scenario: Scenario) {
    for (const [name, tape] of Object.entries(scenario.reactions)) {
      this.reactions.set(name, [...tape]);
    }
    this.producers = [0, 1, 2].map((number) => new Producer(this, number));
    this.producers.push(new Transport(this, 3));
    this.reactor = new Reactor(this);
    this.descriptor = new Descriptor(this, this.reactor);
    this.descriptor.waitsForProducer = scenario.waitsForProducer;
    this.descriptor.bufferSize = scenario.bufferSize;
    this.descriptor.SEND_LIMIT = scenario.sendLimit;
    this.descriptor.connected = scenario.connected;
  }

  log(what: string): void {
    this.trace.push(`${what} [${this.descriptor.state()}]`);
  }

  /** Does what the scenario wants done from inside `callback`. */
  react(callback: Callback): Reaction {
    const reaction = this.reactions.get(callback)?.shift() ?? {};
    for (const operation of reaction.does ?? []) this.perform(operation);
    if (reaction.throws) throw this.exception();
    return reaction;
  }

  exception(): Error {
    this.exceptionsMade += 1;
    return new Scripted(`Scripted ${this.exceptionsMade}`);
  }

  /** Bytes that tell where they belong. */
  private data(count: number): Buffer {
    const start = this.bytesMade;
    this.bytesMade += count;
    return Buffer.from(Array.from({ length: count }, (_, i) => 97 + ((start + i) % 26)));
  }

  perform(operation: Operation): void {
    const [name, ...args] = operation;
    if (name === 'try') {
      try {
        this.perform(operation[1]);
      } catch (exception) {
        this.log(`caught ${nameOf(exception)}`);
      }
      return;
    }
    this.log(['>', name, ...args.map((argument) => inPython(argument))].join(' '));
    this.log(`< ${name} ${nameOf(this.call(operation))}`);
  }

  private call(operation: Operation): unknown {
    const { descriptor } = this;
    switch (operation[0]) {
      case 'write':
        return descriptor.write(this.data(operation[1]));
      case 'writeString':
        return descriptor.write('text' as unknown as Uint8Array);
      case 'writeSequence':
        return descriptor.writeSequence(operation[1].map((count) => this.data(count)));
      case 'writeSequenceWithString':
        return descriptor.writeSequence([this.data(operation[1]), 'text' as unknown as Uint8Array]);
      case 'registerProducer':
        return descriptor.registerProducer(
          this.producers[operation[1]] as IPushProducer,
          operation[2],
        );
      case 'connectionLost':
      case 'readConnectionLost':
      case 'writeConnectionLost':
        return descriptor[operation[0]](this.exception());
      case 'losePeer':
        (this.producers[3] as Transport).disconnected = true;
        return undefined;
      case 'closePeer':
        Object.assign(this.producers[3] as Transport, {
          disconnecting: true,
          producer: operation[1] ? descriptor : null,
        });
        return undefined;
      case 'bufferSize':
        descriptor.bufferSize = operation[1];
        return undefined;
      case 'turn':
        return this.turn();
      case 'try':
        throw new Error('handled by perform');
      default:
        return descriptor[operation[0]]();
    }
  }

  /** As a reactor does when there is room to write. */
  private turn(): unknown {
    const { descriptor, reactor } = this;
    if (!reactor.writers.has(descriptor)) return undefined;
    let why: unknown;
    try {
      why = descriptor.doWrite();
    } catch (exception) {
      this.log(`doWrite threw ${nameOf(exception)}`);
      why = exception;
    }
    if (why !== undefined) {
      reactor.writers.delete(descriptor);
      descriptor.connectionLost(why as Error);
    }
    return why;
  }
}

/** As Python's `json.dumps` writes it. */
function inPython(value: unknown): string {
  return JSON.stringify(value).replaceAll(',', ', ');
}

/** Its hooks are written down, and do what the scenario says. */
class Descriptor extends FileDescriptor {
  constructor(
    private readonly player: Player,
    reactor: IReactorFDSet,
  ) {
    super(reactor);
  }

  state(): string {
    const flags: [string, boolean][] = [
      ['C', this.connected],
      ['L', this.disconnecting],
      ['X', this.disconnected],
      ['w', this.writeDisconnecting],
      ['W', this.writeDisconnected],
      ['F', this.isSendBufferFull()],
      ['P', this.producerPaused],
      ['S', this.streamingProducer],
    ];
    const letters = flags.flatMap(([letter, isSet]) => (isSet ? [letter] : []));
    return letters.join('') + ((this.producer as Producer | null)?.number ?? '');
  }

  override writeSomeData(data: Buffer): number | Error {
    this.player.log(`writeSomeData ${data.toString()}`);
    const { takes = 'all' } = this.player.react('writeSomeData');
    if (takes === 'error') return this.player.exception();
    return typeof takes === 'number' ? Math.min(takes, data.length) : data.length;
  }

  protected override postLoseConnection(): Error | undefined {
    this.player.log('postLoseConnection');
    const { takes } = this.player.react('postLoseConnection');
    return takes === 'nothing' ? undefined : super.postLoseConnection();
  }

  protected override closeWriteConnection(): Error | undefined {
    this.player.log('closeWriteConnection');
    const { takes } = this.player.react('closeWriteConnection');
    return takes === 'error' ? this.player.exception() : super.closeWriteConnection();
  }

  override connectionLost(reason: Error): void {
    this.player.log(`connectionLost ${nameOf(reason)}`);
    super.connectionLost(reason);
    this.player.log('connectionLost is done');
    this.player.react('connectionLost');
  }
}

class Reactor implements IReactorFDSet {
  readonly writers = new Set<unknown>();

  constructor(private readonly player: Player) {}

  addReader(): void {
    this.called('addReader');
  }
  removeReader(): void {
    this.called('removeReader');
  }
  addWriter(writer: unknown): void {
    this.writers.add(writer);
    this.called('addWriter');
  }
  removeWriter(writer: unknown): void {
    this.writers.delete(writer);
    this.called('removeWriter');
  }

  private called(method: Callback): void {
    this.player.log(method);
    this.player.react(method);
  }
}

class Producer implements IPushProducer {
  /** No transport, so that this says nothing of whether it can unregister. */
  disconnected = true;

  constructor(
    private readonly player: Player,
    readonly number: number,
  ) {}

  pauseProducing(): void {
    this.called('pauseProducing');
  }
  resumeProducing(): void {
    this.called('resumeProducing');
  }
  stopProducing(): void {
    this.called('stopProducing');
  }

  private called(method: Callback): void {
    this.player.log(`${method} ${this.number}`);
    this.player.react(method);
  }
}

/** A producer that is a transport: can be lost, or wait for its own producer. */
class Transport extends Producer {
  override disconnected = false;
  disconnecting = false;
  producer: unknown = null;

  loseConnection(): void {
    this.disconnecting = true;
  }
}
