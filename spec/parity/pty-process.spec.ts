/** `PTYProcess`: programs under a pseudo-terminal, by a package and by util-linux's `script`. */
import { spawnSync } from 'node:child_process';

import type * as NodePty from '@lydell/node-pty';
import { expect } from 'chai';

import { PtyStream } from '../../examples/pty-process.js';
import {
  ConnectionDone,
  DuplexTransport,
  ProcessProtocol,
  Protocol,
  spawnProcess,
} from '../../lib/index.js';
import { describeWithPackage } from '../support/packages.js';
import { describeWithTool, run, runExample } from '../support/programs.js';
import { until } from '../support/until.js';

/** Whether a process runs: one that has ended and that nobody has asked for its exit code doesn't. */
function isRunning(pid: number): boolean {
  const { status, stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)]);
  return status === 0 && !String(stdout).startsWith('Z');
}

/** Remembers what a terminal printed, and can wait for it. */
class Screen extends Protocol {
  text = '';
  reason: Error | undefined;
  private waiting: (() => void) | undefined;

  override dataReceived(data: Buffer): void {
    this.text += data.toString();
    this.waiting?.();
  }

  override connectionLost(reason: Error): void {
    this.reason = reason;
  }

  async shows(text: string): Promise<void> {
    while (!this.text.includes(text)) {
      await new Promise<void>((resolve) => (this.waiting = resolve));
    }
  }

  type(text: string): void {
    this.transport.write(Buffer.from(text));
  }
}

describeWithPackage<typeof NodePty>(
  '@lydell/node-pty',
  'A program under a pseudo-terminal',
  ({ spawn }) => {
    let transport: DuplexTransport;
    afterEach(() => transport.loseConnection()); // Else a program that has failed a spec runs on.

    function start(script: string) {
      const options = { encoding: null, cols: 91, rows: 33 };
      const stream = new PtyStream(spawn('sh', ['-c', script], options));
      const exited = new Promise<number[]>((resolve) => {
        stream.on('exit', (...status: number[]) => resolve(status));
      });
      const screen = new Screen();
      transport = new DuplexTransport(stream, { protocol: screen });
      return { screen, exited };
    }

    it('has a terminal of the size that it was given, and prints to it', async () => {
      const { screen, exited } = start('test -t 0 && test -t 1 && stty size; exit 3');
      expect(await exited).to.deep.equal([3, 0]);
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
      expect(screen.reason).to.be.instanceOf(ConnectionDone);
      expect(screen.text).to.equal('33 91\r\n');
    });

    it('reads written bytes as typed: they are echoed, and Ctrl-D is the end', async () => {
      const { screen, exited } = start('cat; echo over');
      screen.type('hello\r');
      await screen.shows('hello\r\nhello\r\n');
      screen.type('\x04');
      await screen.shows('over');
      expect(await exited).to.deep.equal([0, 0]);
    });

    it('is interrupted by Ctrl-C', async () => {
      const { screen, exited } = start('echo ready; exec cat');
      await screen.shows('ready');
      screen.type('\x03');
      expect(await exited).to.deep.equal([0, 2]); // SIGINT
    });

    it('is hung up on by loseConnection', async () => {
      const { screen, exited } = start('echo ready; cat');
      await screen.shows('ready');
      transport.loseConnection();
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
      expect(await exited).to.deep.equal([0, 1]); // SIGHUP
    });

    for (const [what, script] of [
      ['the children of a shell', 'sleep 999 & echo $!; wait'],
      ['a program that ignores SIGHUP, which reads the end then', "trap '' HUP; echo $$; exec cat"],
    ] as const) {
      for (const how of ['loseConnection', 'abortConnection'] as const) {
        it(`hangs up on ${what}, by ${how}`, async () => {
          const { screen, exited } = start(script);
          await screen.shows('\n');
          const pid = parseInt(screen.text, 10);
          expect(isRunning(pid)).to.equal(true);
          transport[how]();
          await exited;
          await until(() => !isRunning(pid));
        });
      }
    }

    it('waits while its reader is paused, and then prints all that it has', async () => {
      const { screen } = start('seq 1 100000; read line');
      transport.pauseProducing();
      for (let turns = 0; turns < 50; turns++) await new Promise(setImmediate);
      expect(screen.text).to.have.length.below(200_000);
      transport.resumeProducing();
      await screen.shows('\n100000\r\n');
      const numbers = Array.from({ length: 100_000 }, (_, index) => `${index + 1}\r\n`);
      expect(screen.text === numbers.join('')).to.equal(true);
    });

    it('is run by the example, with its exit code', async () => {
      const { code, stdout } = await runExample('pty-process.ts', 'sh', '-c', 'tty && exit 5');
      expect(stdout).to.match(/^\/dev\/\S+\r\n$/);
      expect(code).to.equal(5);
    });

    it('is run by the example also when its standard input is a file', async () => {
      const example = `'${process.execPath}' --import tsx/esm examples/pty-process.ts`;
      const { code, stderr } = await run('sh', ['-c', `${example} sh -c 'exit 5' < package.json`]);
      expect({ code, stderr }).to.deep.equal({ code: 5, stderr: '' });
    });
  },
);

describeWithTool('script', 'A program under the pseudo-terminal of script(1)', () => {
  for (const how of ['signalProcess', 'asyncDispose'] as const) {
    it(`is ended by ${how}, and script with it`, async () => {
      let text = '';
      let isOver = false;
      class Hearing extends ProcessProtocol {
        override outReceived(data: Buffer): void {
          text += data.toString();
        }
        override processEnded(): void {
          isOver = true;
        }
      }
      const command = 'sleep 999 & echo $!; wait';
      const transport = spawnProcess(new Hearing(), 'script', ['-qefc', command, '/dev/null']);
      await until(() => text.includes('\n'));
      const pid = parseInt(text, 10);
      expect(isRunning(pid)).to.equal(true);
      if (how === 'signalProcess') transport.signalProcess('TERM');
      else await transport[Symbol.asyncDispose]();
      await until(() => isOver && !isRunning(pid));
    });
  }

  it('loses nothing to a slow reader, though it ends long before that has read all', async () => {
    let text = '';
    const ended = new Promise<Error>((resolve) => {
      class Slow extends ProcessProtocol {
        override outReceived(data: Buffer): void {
          text += data.toString();
          this.transport.pauseProducing();
          setImmediate(() => this.transport.resumeProducing());
        }
        override processEnded(reason: Error): void {
          resolve(reason);
        }
      }
      const command = 'test -t 1 && seq 1 20000; exit 4';
      spawnProcess(new Slow(), 'script', ['-qefc', command, '/dev/null']).closeStdin();
    });
    expect(await ended).to.include({ exitCode: 4 });
    expect(text.replaceAll('\r', '').trimEnd().split('\n').slice(-20_000)).to.deep.equal(
      Array.from({ length: 20_000 }, (_, index) => String(index + 1)),
    );
  });
});
