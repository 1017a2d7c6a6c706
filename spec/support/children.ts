/** Child processes of the specs. */
import { ProcessProtocol, spawnProcess, type SpawnOptions } from '../../lib/index.js';
import { openDescriptors } from './descriptors.js';

/** Notes the calls that it gets, in order, and the data of each descriptor. */
export class Recorder extends ProcessProtocol {
  readonly told: string[] = [];
  readonly read: Record<number, Buffer> = {};
  reason: Error | undefined;
  private end!: () => void;
  readonly whenEnded = new Promise<void>((resolve) => (this.end = resolve));

  constructor(private readonly onMade: (protocol: Recorder) => void = () => {}) {
    super();
  }

  text(childFD = 1): string {
    return String(this.read[childFD] ?? '');
  }

  override connectionMade(): void {
    this.told.push('made');
    this.onMade(this);
  }

  override childDataReceived(childFD: number, data: Buffer): void {
    this.read[childFD] = Buffer.concat([this.read[childFD] ?? Buffer.alloc(0), data]);
    super.childDataReceived(childFD, data);
  }

  override childConnectionLost(childFD: number): void {
    this.told.push(`lost ${childFD}`);
  }

  override processExited(reason: Error): void {
    this.told.push(`exited ${reason.name}`);
    this.reason = reason;
  }

  override processEnded(reason: Error): void {
    this.told.push(`ended ${reason === this.reason ? 'for the same reason' : reason.name}`);
    this.end();
  }
}

/** Runs a script of the shell. */
export function shell(script: string, protocol = new Recorder(), options?: SpawnOptions): Recorder {
  spawnProcess(protocol, 'sh', ['-c', script], options);
  return protocol;
}

/** Counts the sockets that this process has open, of which Node makes its pipes to children. */
export const countSockets = (): number =>
  openDescriptors().filter((name) => name.startsWith('socket:')).length;
