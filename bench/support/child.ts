/** A process that measures or is measured. It says its results in lines of JSON. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Seconds after which a process is ended, because it seems to hang. */
const PATIENCE = 1200;

export class Child {
  private readonly process: ChildProcessByStdio<null, Readable, Readable>;
  private readonly lines: AsyncIterator<string>;
  private readonly exit: Promise<unknown>;
  private complaint = '';

  constructor(
    private readonly command: string,
    private readonly args: readonly string[],
  ) {
    this.process = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: PATIENCE * 1000,
    });
    this.process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.complaint += text;
    });
    this.lines = createInterface(this.process.stdout)[Symbol.asyncIterator]();
    this.exit = once(this.process, 'close');
    this.exit.catch(() => {}); // `ended` reports it.
  }

  /**
   * The next line that the process says.
   *
   * @throws Error: it ended before that.
   */
  async said<T>(): Promise<T> {
    const line = await this.lines.next();
    if (line.done === true) {
      await this.ended();
      throw new Error(`${this.name} ended too early`);
    }
    return JSON.parse(line.value) as T;
  }

  /**
   * Waits for the end of the process.
   *
   * @throws Error: it failed, or did not start.
   */
  async ended(): Promise<void> {
    await this.exit;
    const { exitCode, signalCode } = this.process;
    if (exitCode !== 0) {
      throw new Error(`${this.name} failed (${exitCode ?? signalCode}): ${this.complaint}`);
    }
  }

  /** Ends the process if it still runs. */
  kill(): void {
    this.process.kill('SIGKILL');
  }

  private get name(): string {
    return [this.command, ...this.args].join(' ');
  }
}

/** Runs `use`, then ends those of `children` that still run, even if `use` fails. */
export async function withChildren<T>(children: Child[], use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } finally {
    for (const child of children) child.kill();
  }
}
