/**
 * Scenarios for child processes, and what happens when they are played on ours. ../oracle/process.py
 * plays the same on Twisted's.
 */
import os from 'node:os';

import { log, ProcessProtocol, spawnProcess, type ProcessTransport } from '../../../lib/index.js';

type Step = [string, ...(number | string)[]];

/** Described in ../oracle/process.py. */
export interface Scenario {
  script: string;
  fds: Record<number, 'r' | 'w'>;
  react: Record<string, Step[]>;
}

/** An event, or what a step was answered. */
export type Event =
  string | ['data', number, number] | ['exited', string, number | null, number | null];

const REFUSALS: Record<string, string> = {
  ERR_INVALID_ARG_TYPE: 'descriptor',
  ESRCH: 'exited',
  ERR_PRODUCER_ALREADY_REGISTERED: 'registered',
};
const PIECE = 10_000;

class Producer {
  private paused = false;

  constructor(
    private readonly player: Player,
    private left: number,
    private readonly streaming: boolean,
  ) {
    player.child.registerProducer(this, streaming);
    if (streaming) this.produce();
  }

  private produce(): void {
    while (this.left > 0 && !this.paused) {
      const size = Math.min(PIECE, this.left);
      this.left -= size;
      this.player.child.write(Buffer.alloc(size, 'p'));
      if (!this.streaming) return;
    }
    if (this.left !== 0) return;
    this.left = -1;
    this.player.trace.push('done');
    this.player.child.unregisterProducer();
  }

  pauseProducing(): void {
    this.paused = true;
  }

  resumeProducing(): void {
    this.paused = false;
    this.produce();
  }

  stopProducing(): void {
    this.left = -1;
    this.player.trace.push('stop');
  }
}

class Player extends ProcessProtocol {
  private readonly react: Map<string, Step[]>;

  constructor(
    scenario: Scenario,
    readonly trace: Event[],
  ) {
    super();
    this.react = new Map(Object.entries(scenario.react));
  }

  get child(): ProcessTransport {
    return this.transport as ProcessTransport;
  }

  private do(event: string): void {
    const steps = this.react.get(event) ?? [];
    this.react.delete(event);
    for (const step of steps) if (step[0] !== 'throw') this.try(step);
    if (steps.some(([verb]) => verb === 'throw')) throw new Error('thrown');
  }

  private try([verb, ...args]: Step): void {
    try {
      this.step(verb, args);
    } catch (error) {
      this.trace.push(`refused: ${REFUSALS[(error as NodeJS.ErrnoException).code ?? '']}`);
    }
  }

  private step(verb: string, args: (number | string)[]): void {
    if (verb === 'push' || verb === 'pull') {
      new Producer(this, Number(args[0]), verb === 'push');
      return;
    }
    const methods = this.child as unknown as Record<string, (...values: unknown[]) => void>;
    const isWrite = verb === 'write' || verb === 'writeToChild';
    const last = isWrite ? [Buffer.alloc(Number(args.pop()), 'w')] : [];
    methods[verb]?.(...args, ...last);
  }

  override connectionMade(): void {
    this.trace.push('made');
    this.do('made');
  }

  override childDataReceived(childFD: number, data: Buffer): void {
    this.trace.push(['data', childFD, data.length]);
    this.do(`data ${childFD}`);
  }

  override childConnectionLost(childFD: number): void {
    this.trace.push(`lost ${childFD}`);
    this.do(`lost ${childFD}`);
  }

  override processExited({ name, exitCode, signal }: ProcessReason): void {
    const number = signal === null ? null : os.constants.signals[signal];
    this.trace.push(['exited', name, exitCode, number]);
    this.do('exited');
  }

  override processEnded(): void {
    this.trace.push('ended');
    this.do('ended');
  }
}

type ProcessReason = Parameters<ProcessProtocol['processEnded']>[0];

/** Plays `scenario` on a process of ours. */
export async function playOnOurs(scenario: Scenario): Promise<Event[]> {
  const trace: Event[] = [];
  const stop = log.addObserver(() => trace.push('logged ValueError'));
  const args = ['-c', scenario.script];
  await spawnProcess(new Player(scenario, trace), '/bin/sh', args, { childFDs: scenario.fds })
    .closed;
  stop();
  return trace;
}

/**
 * The trace without what the system decides: in how many pieces data came, and what became of the
 * child's output while something else happened. So each output is told by itself, and all else.
 */
export function essence(trace: readonly Event[]): object {
  const others = trace.filter((event) => outputOf(event) === undefined);
  const outputs = ['1', '2'].map((childFD) => {
    const told = trace.filter((event) => outputOf(event) === childFD);
    const bytes = told.reduce((sum, event) => sum + (isData(event) ? event[2] : 0), 0);
    return { bytes, lost: told.map((event) => !isData(event)).indexOf(true) === told.length - 1 };
  });
  return { others, outputs };
}

function isData(event: Event): event is ['data', number, number] {
  return event[0] === 'data';
}

/** The descriptor, if `event` tells of one that the child writes to. */
function outputOf(event: Event): string | undefined {
  if (isData(event)) return String(event[1]);
  return event === 'lost 1' || event === 'lost 2' ? event.slice(-1) : undefined;
}
