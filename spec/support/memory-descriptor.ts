import { FileDescriptor } from '../../lib/twisted/core/file-descriptor.js';
import type { IPushProducer, IReactorFDSet } from '../../lib/twisted/core/interfaces.js';

/** The reactor of one descriptor: adds its calls to a log, and takes a turn when told to. */
class OneDescriptorReactor implements IReactorFDSet {
  wantsToWrite = false;

  constructor(private readonly log: string[]) {}

  addReader(): void {
    this.log.push('addReader');
  }
  removeReader(): void {
    this.log.push('removeReader');
  }
  addWriter(): void {
    this.wantsToWrite = true;
    this.log.push('addWriter');
  }
  removeWriter(): void {
    this.wantsToWrite = false;
    this.log.push('removeWriter');
  }
}

/** A connected descriptor that sends to memory, and adds to `log` what happens to it. */
export class MemoryDescriptor extends FileDescriptor {
  override connected = true;
  /** Bytes that it will take. */
  room = Infinity;
  sent = '';
  private readonly own: OneDescriptorReactor;

  constructor(readonly log: string[] = []) {
    const reactor = new OneDescriptorReactor(log);
    super(reactor);
    this.own = reactor;
  }

  override writeSomeData(data: Buffer): number | Error {
    const taken = data.subarray(0, this.room);
    this.room -= taken.length;
    this.sent += taken.toString();
    this.log.push(`send ${taken.toString()}`.trimEnd());
    return taken.length;
  }

  override connectionLost(reason: Error): void {
    this.log.push(`connectionLost ${reason.name}`);
    super.connectionLost(reason);
  }

  /** Writes text, for short. */
  say(text: string): void {
    this.write(Buffer.from(text));
  }

  /** Lets the reactor call `doWrite`, if that was asked for, and act on what comes back. */
  turn(): void {
    if (!this.own.wantsToWrite) return;
    let why: unknown;
    try {
      why = this.doWrite();
    } catch (error) {
      why = error;
    }
    if (why !== undefined) this.connectionLost(why as Error);
  }

  /** Takes turns until there is nothing left to do. */
  run(): void {
    for (let turns = 0; this.own.wantsToWrite; turns += 1) {
      if (turns > 100) throw new Error('this does not end');
      this.turn();
    }
  }

  /** Takes what is in the log out of it. */
  news(): string[] {
    return this.log.splice(0);
  }
}

/** Functions that a fake producer calls inside its methods, beside adding the call to the log. */
type Behaviour = Partial<Record<'pause' | 'resume' | 'stop', () => void>>;

/** A producer that adds what it is told to `log`, prefixed with `name` if it has one. */
export function fakeProducer(
  { log }: { log: string[] },
  behaviour: Behaviour = {},
  name = '',
): IPushProducer {
  const told = (what: keyof Behaviour) => (): void => {
    log.push(`${name} ${what}`.trimStart());
    behaviour[what]?.();
  };
  return {
    pauseProducing: told('pause'),
    resumeProducing: told('resume'),
    stopProducing: told('stop'),
  };
}
