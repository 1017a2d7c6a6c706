/**
 * Twisted's `spawnProcess(..., usePTY=True)`, on the `@lydell/node-pty` package: a program under a
 * pseudo-terminal, as a stream for `DuplexTransport` or any other adapter.
 *
 *     node --import tsx/esm examples/pty-process.ts sh -c 'stty size; tty'
 */
import { once } from 'node:events';
import { argv } from 'node:process';
import { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';

import type { IPty } from '@lydell/node-pty';
import { ReadableProducer, WritableConsumer } from 'twisted-streams';

/**
 * Reading it gives the output of the program and its terminal; the program reads the bytes that are
 * written to it as if they were typed. It ends when the program has ended, after `'exit'` with its
 * code and the number of its signal. A terminal has no half to close: ending the stream closes the
 * terminal. That hangs up (`SIGHUP`) on every program that runs in it, and one that ignores this
 * reads the end of its input.
 *
 * The package doesn't say how much typing the program has yet to read, so a writer is never paused;
 * and it drops the output that a paused reader hasn't read 200 ms after the exit. Where that matters,
 * run `script` with our `spawnProcess`.
 */
export class PtyStream extends Duplex {
  private isOpen = true;

  /** @param pty - Made by `spawn`, with `{ encoding: null }`. */
  constructor(private readonly pty: IPty) {
    super();
    // Declared as a string, and a Buffer without an encoding.
    pty.onData((data: string | Buffer) => {
      if (!this.push(data)) pty.pause();
    });
    pty.onExit(({ exitCode, signal }) => {
      this.isOpen = false;
      this.push(null);
      this.emit('exit', exitCode, signal);
    });
  }

  override _read() {
    this.pty.resume();
  }

  override _write(data: Buffer, _encoding: BufferEncoding, callback: () => void) {
    this.pty.write(data as Buffer & string);
    callback();
  }

  override _final(callback: () => void) {
    this.hangUp();
    callback();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void) {
    this.hangUp();
    callback(error);
  }

  /** Once only, and not after the exit: the number of the process may be another's then. */
  private hangUp() {
    if (!this.isOpen) return;
    this.isOpen = false;
    // The package declares `kill` alone, which leaves the terminal open if the program ignores the
    // signal.
    (this.pty as IPty & { destroy(): void }).destroy();
  }
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const { spawn } = await import('@lydell/node-pty');
  const [, , command = 'sh', ...args] = argv;
  const { columns: cols = 80, rows = 24 } = process.stdout;
  const terminal = new PtyStream(spawn(command, args, { encoding: null, cols, rows }));
  const exit = once(terminal, 'exit') as Promise<[number]>;
  if (process.stdin.isTTY) process.stdin.setRawMode(true);
  process.stdin.unref?.(); // A file has none, nor needs it.
  new ReadableProducer(process.stdin)
    .startProducing(new WritableConsumer(terminal))
    .catch(() => {}); // The program ended first.
  await new ReadableProducer(terminal).startProducing(new WritableConsumer(process.stdout));
  [process.exitCode] = await exit;
}
