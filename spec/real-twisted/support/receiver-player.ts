/**
 * Plays a {@link Scenario} on our receivers and writes down every call. The twin of `Player` in
 * ../oracle/receivers.py, line for line, so that the two traces can be compared as they are.
 */
import {
  Int16StringReceiver,
  Int8StringReceiver,
  LineOnlyReceiver,
  LineReceiver,
  NetstringReceiver,
  type ProtocolState,
  type Receiver,
  StatefulProtocol,
} from '../../../lib/protocols/index.js';
import type { ProtocolTransport } from '../../../lib/twisted/core/index.js';
import {
  type Callback,
  CALLBACKS,
  type Kind,
  type Operation,
  type Scenario,
} from './receiver-scenarios.js';

/** Thrown because the scenario says so. */
class Scripted extends Error {}

/** Plays `scenario` on our receivers. @returns the trace. */
export function playOnOurs(scenario: Scenario): string[] {
  const player = new Player(scenario);
  player.play();
  return player.trace;
}

const CLASSES: Record<Exclude<Kind, 'stateful'>, new () => Receiver> = {
  line: LineReceiver,
  'line only': LineOnlyReceiver,
  netstring: NetstringReceiver,
  int8: Int8StringReceiver,
  int16: Int16StringReceiver,
};

/** As Python writes it. */
function shown(value: unknown): string {
  if (value === undefined) return 'null';
  const text = value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value;
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

class Player {
  readonly trace: string[] = [];
  private readonly reactions = new Map<
    string,
    { does?: Operation[]; throws?: boolean; returns?: string }[]
  >();
  private readonly transport: Transport | null;
  private readonly it: Receiver;
  private exceptionsMade = 0;

  constructor(private readonly scenario: Scenario) {
    for (const [name, tape] of Object.entries(scenario.reactions)) {
      this.reactions.set(name, [...tape]);
    }
    const { kind, delimiter, MAX_LENGTH } = scenario;
    this.transport = scenario.transport ? new Transport(this) : null;
    this.it = kind === 'stateful' ? new Stateful(this, scenario.counts) : new CLASSES[kind]();
    for (const callback of CALLBACKS.slice(0, 5)) {
      if (!(callback in this.it)) continue;
      Object.assign(this.it, { [callback]: (data: unknown) => this.called(callback, data) });
    }
    if (kind === 'line' || kind === 'line only') {
      Object.assign(this.it, { delimiter: Buffer.from(delimiter, 'latin1') });
    }
    Object.assign(this.it, { MAX_LENGTH });
    if (this.transport !== null) {
      this.it.makeConnection(this.transport as unknown as ProtocolTransport);
    }
  }

  play(): void {
    for (const operation of this.scenario.script) {
      this.perform(['try', operation]);
      this.trace.push(this.state());
    }
  }

  private state(): string {
    const { paused, lineMode, brokenPeer } = this.it as Partial<LineReceiver & NetstringReceiver>;
    return `[${paused ? 'P' : ''}${lineMode ? 'L' : ''}${brokenPeer ? 'B' : ''}]`;
  }

  private perform(operation: Operation): void {
    const [name, ...args] = operation;
    if (name === 'try') {
      try {
        this.perform(operation[1]);
      } catch (error) {
        if (!(error instanceof Scripted)) throw error;
        this.trace.push(`caught ${error.message}`);
      }
    } else if (!this.isNothing(name)) {
      this.trace.push([`> ${name}`, ...args.map(shown)].join(' '));
      this.trace.push(`< ${name} ${shown(this.call(name, args[0]))}`);
    }
  }

  /** Whether Twisted's kind lacks the operation, which only some kinds have. */
  private isNothing(name: Operation[0]): boolean {
    const { kind } = this.scenario;
    if (name === 'pauseProducing' || name === 'resumeProducing' || name === 'stopProducing') {
      return (kind !== 'line' && !kind.startsWith('int')) || this.transport === null;
    }
    if (name === 'recvd') return !kind.startsWith('int');
    return name === 'loseConnection' && this.transport === null;
  }

  private call(name: Operation[0], argument: unknown): unknown {
    const value = typeof argument === 'string' ? Buffer.from(argument, 'latin1') : argument;
    const it = this.it as unknown as Record<string, (value?: unknown) => unknown>;
    if (name === 'loseConnection') return this.transport?.loseConnection();
    if (name === 'recvd') return it['recvd'];
    if (name === 'setRecvd') Object.assign(it, { recvd: value });
    else if (name === 'delimiter' || name === 'MAX_LENGTH') Object.assign(it, { [name]: value });
    else return value === undefined ? it[name]?.() : it[name]?.(value);
    return undefined;
  }

  /** Does what the scenario wants done from inside `callback`. */
  called(callback: Callback, ...data: unknown[]): string | undefined {
    this.trace.push([callback, ...data.map(shown)].join(' '));
    const { does = [], throws = false, returns } = this.reactions.get(callback)?.shift() ?? {};
    for (const operation of does) this.perform(operation);
    if (!throws) return returns;
    this.exceptionsMade += 1;
    throw new Scripted(`Scripted ${this.exceptionsMade}`);
  }
}

class Transport {
  disconnecting = false;

  constructor(private readonly player: Player) {}

  pauseProducing(): void {
    this.player.called('pauseProducing');
  }
  resumeProducing(): void {
    this.player.called('resumeProducing');
  }
  stopProducing(): void {
    this.player.called('stopProducing');
  }
  loseConnection(): void {
    this.disconnecting = true;
    this.player.called('loseConnection');
  }
}

class Stateful extends StatefulProtocol {
  constructor(
    private readonly player: Player,
    private readonly counts: readonly number[],
  ) {
    super();
  }

  override getInitialState(): ProtocolState {
    return this.stateOf(0);
  }

  private stateOf(number: number): ProtocolState {
    const wrapped = number % this.counts.length;
    const state = (data: Buffer): ProtocolState => {
      this.player.called('state', data);
      return this.stateOf(wrapped + 1);
    };
    return [state, this.counts[wrapped] as number];
  }
}
