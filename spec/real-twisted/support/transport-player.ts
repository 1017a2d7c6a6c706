/**
 * Plays a {@link Scenario} on our `DuplexTransport` and writes down every call of a callback, every call
 * of the transport, and what reached the other end. The twin of `Player` in ../oracle/duplex_transport.py.
 */
import {
  ConnectionAborted,
  ConnectionDone,
  ConnectionLost,
  ProducerAlreadyRegisteredError,
} from '../../../lib/twisted/core/errors.js';
import { DuplexTransport } from '../../../lib/streams/transports/duplex-transport.js';
import type { IPushProducer } from '../../../lib/twisted/core/interfaces.js';
import { Protocol } from '../../../lib/twisted/core/protocol.js';
import {
  type Callback,
  type Event,
  isEvent,
  type Operation,
  type ProducerName,
  type Reaction,
  type Scenario,
} from './transport-scenarios.js';
import { MemoryWire, SocketWire, type Wire } from './wire.js';

/** Lines of a trace after which a scenario does nothing more. */
const MOST_LINES = 150;
/** Turns of the event loop without a line after which nothing more happens. */
const QUIET_TURNS = 4;
/** The same, where bytes go through the operating system, to the other end and back. */
const QUIET_TURNS_OVER_TCP = 8;

/** Thrown because the scenario says so. */
class Scripted extends Error {}

/** The same word as in the oracle for what was thrown or given as reason. */
function nameOf(outcome: unknown): string {
  if (outcome instanceof Scripted) return outcome.message;
  if (outcome instanceof ConnectionAborted) return 'ConnectionAborted';
  if (outcome instanceof ConnectionLost) return 'ConnectionLost';
  if (outcome instanceof ConnectionDone) return 'ConnectionDone';
  if (outcome instanceof ProducerAlreadyRegisteredError) return 'ProducerAlreadyRegisteredError';
  throw new Error('no name for an outcome', { cause: outcome });
}

/** Plays `scenario` on our `DuplexTransport`. @returns the trace. */
export async function playOnOurs(scenario: Scenario): Promise<string[]> {
  const player = new Player(scenario);
  try {
    return await player.play();
  } finally {
    player.end();
  }
}

/** A protocol, which may also be registered as the producer of its own transport. */
class Recording extends Protocol<DuplexTransport> implements IPushProducer {
  readonly name = 'protocol';

  constructor(private readonly happens: (callback: Callback, ...what: string[]) => void) {
    super();
  }

  override connectionMade(): void {
    this.happens('connectionMade');
  }
  override dataReceived(data: Buffer): void {
    this.happens('dataReceived', inShort(data.toString()));
  }
  override connectionLost(reason: Error): void {
    this.happens('connectionLost', nameOf(reason));
  }
  pauseProducing(): void {
    this.happens('pauseProducing', this.name);
  }
  resumeProducing(): void {
    this.happens('resumeProducing', this.name);
  }
  stopProducing(): void {
    this.happens('stopProducing', this.name);
  }
}

interface Connection {
  readonly wire: Wire;
  readonly protocol: Recording;
  readonly producers: Record<'first' | 'second', IPushProducer & { name: string }>;
  readonly reactions: Map<string, Reaction[]>;
  bytesMade: number;
  /** Marks of the wire that were written down. */
  told: number;
}

class Player {
  private readonly trace: string[] = [];
  private readonly connections: Connection[] = [];
  private exceptionsMade = 0;

  constructor(private readonly scenario: Scenario) {}

  async play(): Promise<string[]> {
    for (const [number, each] of this.scenario.connections.entries()) {
      await this.connect(number, each);
    }
    for (const step of this.scenario.script) {
      this.trace.push(`step ${inPython(step)}`);
      for (const each of step) {
        if (isEvent(each)) this.happensOutside(each);
        else this.perform(each);
      }
      await this.settle();
    }
    return [...this.trace];
  }

  /** Lets go of what would otherwise wait for the other end. */
  end(): void {
    for (const { wire } of this.connections) wire.destroy();
  }

  private async connect(
    number: number,
    { isHalfCloseable, reactions }: Scenario['connections'][number],
  ): Promise<void> {
    const happens = (callback: Callback, ...what: string[]) =>
      this.happens(number, callback, ...what);
    const producer = (name: string) => ({
      name,
      pauseProducing: () => happens('pauseProducing', name),
      resumeProducing: () => happens('resumeProducing', name),
      stopProducing: () => happens('stopProducing', name),
    });
    const protocol = new Recording(happens);
    if (isHalfCloseable) {
      Object.assign(protocol, {
        readConnectionLost: () => happens('readConnectionLost'),
        writeConnectionLost: () => happens('writeConnectionLost'),
      });
    }
    const { bufferSize, highWaterMark, isOverTCP, room, waitsForProducer } = this.scenario;
    const wire = isOverTCP ? await SocketWire.make() : new MemoryWire(highWaterMark, room);
    this.connections.push({
      wire,
      protocol,
      producers: { first: producer('first'), second: producer('second') },
      reactions: new Map(Object.entries(structuredClone(reactions))),
      bytesMade: 0,
      told: 0,
    });
    // Ours is full at `highWaterMark`, Twisted's at more than `bufferSize`.
    new DuplexTransport(wire.stream, { protocol, waitsForProducer, highWaterMark: bufferSize + 1 });
    await this.settle();
  }

  private happensOutside(event: Event): void {
    const { wire } = this.at(event[0]);
    switch (event[1]) {
      case 'take':
        wire.makeRoom(event[2] * this.scenario.scale);
        break;
      case 'receive':
        wire.receive(this.data(event[0], event[2], 65));
        break;
      case 'end':
        wire.hangUp();
        break;
      case 'reset':
        wire.reset();
        break;
    }
  }

  /** Lets everything happen, and tells what reached the other ends. */
  private async settle(): Promise<void> {
    const turns = this.scenario.isOverTCP ? QUIET_TURNS_OVER_TCP : QUIET_TURNS;
    for (let quiet = 0, length = -1; quiet < turns; quiet++) {
      await new Promise(setImmediate);
      const now = this.trace.length;
      if (now !== length) quiet = 0;
      length = now;
    }
    for (const [number, each] of this.connections.entries()) {
      const { wire, told } = each;
      if (wire.sent === '' && wire.marks.length === told) continue;
      this.trace.push([`${number} peer`, inShort(wire.sent), ...wire.marks.slice(told)].join(' '));
      wire.sent = '';
      each.told = wire.marks.length;
    }
  }

  /** Bytes that tell where they belong. */
  private data(number: number, count: number, first = 97): Buffer {
    const connection = this.at(number);
    const start = connection.bytesMade;
    const length = count * this.scenario.scale;
    connection.bytesMade += length;
    return Buffer.from(Array.from({ length }, (_, i) => first + ((start + i) % 26)));
  }

  private at(number: number): Connection {
    const connection = this.connections[number];
    if (connection === undefined) throw new Error(`There is no connection ${number}`);
    return connection;
  }

  private log(number: number, what: string): void {
    const it = this.at(number).protocol.transport;
    const flags: [string, boolean][] = [
      ['C', it.connected],
      ['L', it.disconnecting],
      ['X', it.disconnected],
      ['P', it.producer !== null && it.producerPaused],
    ];
    const letters = flags.flatMap(([letter, isSet]) => (isSet ? [letter] : []));
    this.trace.push(`${number} ${what} [${letters.join('')}${this.nameOfProducer(it.producer)}]`);
  }

  private nameOfProducer(producer: object | null): string {
    if (producer === null) return '';
    const number = this.connections.findIndex(({ protocol }) => producer === protocol.transport);
    return number >= 0 ? ` transport ${number}` : ` ${(producer as Recording).name}`;
  }

  /** Does what the scenario wants done from inside `callback`. */
  private happens(number: number, callback: Callback, ...what: string[]): void {
    this.log(number, [callback, ...what].join(' '));
    const reaction = this.at(number).reactions.get(callback)?.shift();
    for (const operation of reaction?.does ?? []) this.perform(operation);
    if (reaction?.throws !== true) return;
    this.exceptionsMade += 1;
    throw new Scripted(`Scripted ${this.exceptionsMade}`);
  }

  private perform(operation: Operation): void {
    if (operation[0] === 'try') {
      try {
        this.perform(operation[1]);
      } catch (exception) {
        this.trace.push(`caught ${nameOf(exception)}`);
      }
      return;
    }
    const [number, name, ...args] = operation as [number, string, ...unknown[]];
    const transport = this.connections[number]?.protocol.transport;
    if (transport == null || this.trace.length > MOST_LINES) return;
    this.log(number, ['>', name, ...args.map((argument) => inPython(argument))].join(' '));
    this.call(transport, operation);
    this.log(number, `< ${name}`);
  }

  private call(transport: DuplexTransport, operation: Operation): void {
    const number = operation[0] as number;
    switch (operation[1]) {
      case 'write':
        transport.write(this.data(number, operation[2]));
        break;
      case 'writeSequence':
        transport.writeSequence(operation[2].map((count) => this.data(number, count)));
        break;
      case 'registerProducer': {
        const producer = this.producerNamed(number, operation[2]);
        transport.registerProducer(producer, operation[3]);
        break;
      }
      default:
        transport[operation[1] as 'loseConnection']();
    }
  }

  private producerNamed(number: number, name: ProducerName): IPushProducer {
    const { protocol, producers } = this.at(number);
    if (name === 'protocol') return protocol;
    if (name === 'itself') return protocol.transport;
    if (name !== 'other') return producers[name];
    return this.at((number + 1) % this.connections.length).protocol.transport;
  }
}

/** As Python's `json.dumps` writes it. */
function inPython(value: unknown): string {
  return JSON.stringify(value).replaceAll(',', ', ');
}

/** A long text of letters in alphabetical order, as its first letter and its length. */
function inShort(text: string): string {
  if (text.length < 60) return text;
  const runs: [string, number][] = [];
  for (const [at, letter] of [...text].entries()) {
    const step = letter.charCodeAt(0) - text.charCodeAt(at - 1);
    const run = runs.at(-1);
    if (run !== undefined && (step === 1 || step === -25)) run[1] += 1;
    else runs.push([letter, 1]);
  }
  return runs.map(([letter, length]) => `${letter}+${length}`).join(' ');
}
