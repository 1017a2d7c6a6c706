/**
 * Scenarios for a receiver, played by {@link ./receiver-player.ts} on ours and by
 * ../oracle/receivers.py on Twisted's, and a maker of random ones. Bytes are texts of Latin 1.
 */
import type { Random } from '../../support/random.js';

export const KINDS = ['line', 'line only', 'netstring', 'int8', 'int16', 'stateful'] as const;
export type Kind = (typeof KINDS)[number];

/** Called by a receiver: of a subclass, then of its transport. All may call back. */
export const CALLBACKS = [
  'lineReceived',
  'rawDataReceived',
  'lineLengthExceeded',
  'stringReceived',
  'lengthLimitExceeded',
  'state',
  'pauseProducing',
  'resumeProducing',
  'stopProducing',
  'loseConnection',
] as const;
export type Callback = (typeof CALLBACKS)[number];

/** Something done to a receiver. What `try` holds may throw. */
export type Operation =
  | ['pauseProducing' | 'resumeProducing' | 'stopProducing' | 'setRawMode' | 'clearLineBuffer']
  | ['dataReceived' | 'setLineMode' | 'delimiter' | 'setRecvd', string]
  | ['loseConnection' | 'recvd']
  | ['MAX_LENGTH', number]
  | ['try', Operation];

/** The course of a callback: operations, then it throws, or returns. */
export interface Reaction {
  does?: Operation[];
  throws?: boolean;
  /** A reason to deliver no more. */
  returns?: string;
}

export interface Scenario {
  kind: Kind;
  /** Whether there is a transport. */
  transport: boolean;
  delimiter: string;
  MAX_LENGTH: number;
  /** How many bytes each state of a stateful one waits for. */
  counts: number[];
  script: Operation[];
  /** For each callback, what its calls do in turn; later ones do nothing. */
  reactions: Partial<Record<Callback, Reaction[]>>;
}

const DELIMITERS = ['\r\n', '\r\n', '\n', 'xx', 'aba', '\r\n.\r\n'];

/** Makes scenarios in which anything may happen anywhere. */
export function randomScenario(random: Random, kind: Kind): Scenario {
  const delimiter = random.pick(DELIMITERS);
  const maker = new Maker(random, kind, delimiter);
  return {
    kind,
    transport: kind === 'line' ? random.chance(0.9) : true,
    delimiter,
    MAX_LENGTH: random.pick(kind === 'line' ? [1, 3, 8, 8, 50, 50, 200] : [8, 20, 50, 200]),
    counts: random.list(1, 4, () => random.integer(1, 6)),
    script: maker.script(),
    reactions: maker.reactions(),
  };
}

class Maker {
  /** Often nothing at all, or a scenario is all noise and never gets far. */
  private readonly busy: number;
  private readonly loses: number;

  constructor(
    private readonly random: Random,
    private readonly kind: Kind,
    private readonly delimiter: string,
  ) {
    this.busy = random.pick([0, 0.3, 0.7]);
    this.loses = random.pick([0, 0, 0.15]);
  }

  /** A stream cut into chunks, and other things in between. */
  script(): Operation[] {
    const { random } = this;
    const stream = random.list(1, 14, () => this.piece()).join('');
    const most = random.pick([1, 3, 10, 1000]);
    const script: Operation[] = [];
    for (let at = 0; at < stream.length && script.length < 60;) {
      const length = random.integer(1, most);
      script.push(['dataReceived', stream.slice(at, at + length)]);
      at += length;
      if (random.chance(0.15)) script.push(this.operation(false));
    }
    script.push(['resumeProducing'], this.kind === 'line' ? ['clearLineBuffer'] : ['recvd']);
    return script;
  }

  /** Something of the kind that the receiver waits for, and now and then something else. */
  private piece(): string {
    const { random, kind } = this;
    const text = random
      .list(0, random.pick([2, 6, 20]), () => random.pick(['a', 'b', 'x', '\r', '.']))
      .join('');
    if (random.chance(kind === 'line' ? 0.04 : 0.02)) return text;
    switch (kind) {
      case 'line':
      case 'line only':
        return text + this.delimiter;
      case 'netstring':
        return random.chance(0.98) ? `${text.length}:${text},` : `0${text.length}:${text}`;
      case 'int8':
        return String.fromCharCode(text.length) + text;
      case 'int16':
        return `\0${String.fromCharCode(text.length)}${text}`;
      case 'stateful':
        return text;
    }
  }

  reactions(): Scenario['reactions'] {
    const made: Scenario['reactions'] = {};
    for (const callback of CALLBACKS) {
      if (!this.random.chance(this.busy)) continue;
      made[callback] = this.random.list(1, 5, () => this.reaction(callback));
    }
    return made;
  }

  private reaction(callback: Callback): Reaction {
    const { random } = this;
    const inString = callback === 'stringReceived';
    const does = random
      .list(0, 2, (): Operation => {
        const chosen = this.operation(inString);
        return random.chance(0.2) ? ['try', chosen] : chosen;
      })
      .filter(([name]) => this.bears(name));
    if (random.chance(this.isRobust ? 0.1 : 0.03)) return { does, throws: true };
    const mayReturn = this.kind === 'line' && /Received$|Exceeded$/.test(callback);
    return mayReturn && random.chance(0.1) ? { does, returns: 'why' } : { does };
  }

  /** Whether Twisted's receiver bears to be called back, and that its callbacks throw. */
  private get isRobust(): boolean {
    return this.kind === 'line' || this.kind === 'netstring';
  }

  private bears(name: Operation[0]): boolean {
    return (
      this.isRobust || !/^(dataReceived|resumeProducing|try)$/.test(name) || this.random.chance(0.1)
    );
  }

  private operation(inString: boolean): Operation {
    const { random, kind } = this;
    if (random.chance(this.loses)) return ['loseConnection'];
    const isLine = kind === 'line';
    const data = random.chance(0.7) ? this.piece() : this.piece() + this.piece();
    if (random.chance(0.25)) return [random.pick(['pauseProducing', 'resumeProducing'])];
    if (random.chance(0.02)) return ['stopProducing'];
    if (isLine && random.chance(0.5)) {
      return random.pick<Operation>([
        ['setRawMode'],
        ['setRawMode'],
        ['setLineMode', ''],
        ['setLineMode', data],
        ['setLineMode', data],
        ['clearLineBuffer'],
        ['delimiter', random.pick(DELIMITERS)],
      ]);
    }
    if (random.chance(0.1)) return ['MAX_LENGTH', random.integer(1, 30)];
    if (inString && kind.startsWith('int') && random.chance(0.4)) return ['setRecvd', data];
    if (random.chance(0.2)) return ['recvd'];
    return ['dataReceived', data];
  }
}
