import { getEventListeners } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { PassThrough, Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { ProcessProtocol, Protocol, spawnProcess, StandardIO } from '../../../lib/index.js';
import { AccumulatingProtocol } from '../../../lib/testing/index.js';
import { readableStreams } from '../../support/older-libraries.js';
import { numbered } from '../../support/producers.js';
import { describeWithTool, ROOT } from '../../support/programs.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { until } from '../../support/until.js';

const PROGRAM = fileURLToPath(new URL('../../support/standard-io-program.ts', import.meta.url));

/** A program that runs, and what it has written. */
class Running extends ProcessProtocol {
  output = Buffer.alloc(0);
  private errors = '';
  private end!: () => void;
  readonly whenEnded = new Promise<void>((resolve) => (this.end = resolve));

  /** The calls that its protocol got. */
  get told(): string[] {
    return this.errors.split('\n').slice(0, -1);
  }

  override outReceived(data: Buffer): void {
    this.output = Buffer.concat([this.output, data]);
  }

  override errReceived(data: Buffer): void {
    this.errors += String(data);
  }

  override processEnded(reason: Error): void {
    if (reason.name !== 'ProcessDone') this.errors += `${reason.message}\n`;
    this.end();
  }
}

const command = (mode: string) => ['--import', 'tsx/esm', PROGRAM, mode];

/** Starts the program; descriptors that are not given are pipes. */
function start(mode: string, files: Record<number, number> = {}): Running {
  const running = new Running();
  const childFDs = { 0: 'w', 1: 'r', 2: 'r', ...files } as const;
  spawnProcess(running, process.execPath, command(mode), { cwd: ROOT, childFDs });
  return running;
}

describe('StandardIO', () => {
  const folder = temporaryFolder();
  const data = numbered(1_000_000);

  describe('on pipes', () => {
    it('delivers the input and writes the output, and is over when the input ends', async () => {
      const running = start('echo');
      running.transport.write(data);
      // With its last output on its way, or still to be written: all of it counts.
      await until(() => running.output.length === data.length);
      running.transport.closeStdin();
      await running.whenEnded;
      expect(running.output.equals(data)).to.equal(true);
      expect(running.told).to.deep.equal(['made', 'ConnectionDone']);
    });

    it('delivers late output of a protocol that can do with half a connection', async () => {
      const running = start('late');
      running.transport.write(data);
      running.transport.closeStdin();
      await running.whenEnded;
      const late = Buffer.concat([Buffer.from(`${data.length}\n`), data]);
      expect(running.output.equals(late)).to.equal(true);
      expect(running.told).to.deep.equal(['made', 'readConnectionLost', 'ConnectionDone']);
    });

    it('closes when all is delivered, to a slow reader too, and lets the process exit', async () => {
      // The input stays open all the while: no code waits for its end, or reads on.
      const running = start('close');
      running.transport.pauseProducing();
      await new Promise((resolve) => setImmediate(resolve));
      running.transport.resumeProducing();
      await running.whenEnded;
      expect(running.output.equals(data)).to.equal(true);
      expect(running.told).to.deep.equal(['made', 'ConnectionDone']);
    });

    it('pauses its producer for a slow reader, and stops it when that has gone', async () => {
      const running = start('flood');
      await until(() => running.told.includes('pause'));
      running.transport.closeStdout();
      await running.whenEnded;
      expect([...new Set(running.told)]).to.deep.equal([
        'made',
        'pause',
        'stop',
        'ConnectionLost EPIPE',
      ]);
    });

    it('ends its output and goes on with its input', async () => {
      const running = start('half');
      await until(() => running.told.includes('writeConnectionLost'));
      running.transport.write(data);
      running.transport.closeStdin();
      await running.whenEnded;
      expect(String(running.output)).to.equal('first\n');
      expect(running.told).to.deep.equal([
        'made',
        'writeConnectionLost',
        'readConnectionLost',
        'ConnectionDone',
      ]);
    });

    it('aborts', async () => {
      const running = start('abort');
      await running.whenEnded;
      expect(running.told).to.deep.equal(['made', 'ConnectionAborted']);
    });

    it('aborts while it delivers, leaves the rest to the next one, and lets the process exit', async () => {
      // The input stays open all the while: no code waits for its end, or reads on.
      const running = start('drop');
      running.transport.write(Buffer.from('first'));
      await until(() => running.told.includes('ConnectionAborted'));
      running.transport.write(Buffer.from('second'));
      await running.whenEnded;
      expect(running.told).to.deep.equal([
        ...['made', 'dataReceived first', 'ConnectionAborted'],
        ...['made', 'dataReceived second', 'ConnectionAborted'],
      ]);
    });
  });

  it('reads a file and writes a file', async () => {
    const [input, output] = [folder.write('input', data), folder.path('output')];
    const files = { 0: openSync(input, 'r'), 1: openSync(output, 'w') };
    const running = start('late', files);
    Object.values(files).forEach(closeSync);
    await running.whenEnded;
    const late = Buffer.concat([Buffer.from(`${data.length}\n`), data]);
    expect(readFileSync(output).equals(late)).to.equal(true);
    expect(running.told).to.deep.equal(['made', 'readConnectionLost', 'ConnectionDone']);
  });

  it('bears late errors, and leaves no listener behind, connection after connection', async () => {
    const running = start('many');
    await running.whenEnded;
    expect(running.told).to.deep.equal(['as much']);
  });

  it('leaves the rest of the input, and the output, to the next one, and to other code', async () => {
    const [input, output] = [folder.write('row', data), folder.path('row-output')];
    const files = { 0: openSync(input, 'r'), 1: openSync(output, 'w') };
    const running = start('row', files);
    Object.values(files).forEach(closeSync);
    await running.whenEnded;
    expect(running.told).to.deep.equal([
      'made',
      'ConnectionDone',
      'made',
      'ConnectionAborted',
      'made',
      'ConnectionDone',
    ]);
    const all = Buffer.concat([data, Buffer.from('the end\n')]);
    expect(readFileSync(output).equals(all)).to.equal(true);
  });

  describeWithTool('script', 'on a terminal (a pseudo-terminal of script)', () => {
    it('reads lines as they are typed, and writes, until the end is typed', async () => {
      const running = new Running();
      const line = [process.execPath, ...command('echo')].map((word) => `'${word}'`).join(' ');
      spawnProcess(running, 'script', ['-qec', `tty; ${line}`, '/dev/null'], { cwd: ROOT });
      const shows = (pattern: RegExp) => until(() => pattern.test(String(running.output)));
      await shows(/\/dev\/\S+[^]*made/);
      running.transport.write(Buffer.from('hello\n'));
      await shows(/hello\r\nhello\r\n/); // The terminal shows what is typed, then the answer.
      running.transport.write(Buffer.from('\x04'));
      await shows(/ConnectionDone/);
      running.transport.closeStdin();
      await running.whenEnded;
    });
  });

  describe('on streams that are given', () => {
    class Recorder extends Protocol<StandardIO> {
      readonly told: string[] = [];
      override dataReceived(chunk: Buffer): void {
        this.told.push(String(chunk));
      }
      override connectionLost({ name, cause }: Error): void {
        this.told.push(cause instanceof Error ? `${name}: ${cause.message}` : name);
      }
    }
    const open = () => {
      const [stdin, stdout] = [new PassThrough(), new PassThrough()];
      const protocol = new Recorder();
      return { stdin, stdout, protocol, transport: new StandardIO(protocol, { stdin, stdout }) };
    };

    it('counts the bytes that the stream has yet to send, and pauses a producer exactly then', async () => {
      const [stdin, stdout] = [new PassThrough(), new PassThrough({ highWaterMark: 1000 })];
      const transport = new StandardIO(new Recorder(), { stdin, stdout });
      const told: string[] = [];
      const producer = {
        pauseProducing: () => told.push('pause'),
        resumeProducing: () => told.push('resume'),
        stopProducing: () => told.push('stop'),
      };
      transport.registerProducer(producer, true);
      transport.write(Buffer.alloc(999));
      expect(told).to.deep.equal([]);
      transport.write(Buffer.alloc(1));
      for (let i = 0; i < 10; i++) await new Promise(setImmediate);
      expect(told).to.deep.equal(['pause']);
      stdout.resume();
      await until(() => told.length > 1);
      expect(told).to.deep.equal(['pause', 'resume']);
    });

    it('counts bytes that the stream has taken, but has yet to send', async () => {
      const stdout = new Writable({ highWaterMark: 1000, write() {} });
      const transport = new StandardIO(new Recorder(), { stdin: new PassThrough(), stdout });
      const told: string[] = [];
      transport.registerProducer(
        {
          pauseProducing: () => told.push('pause'),
          resumeProducing: () => told.push('resume'),
          stopProducing: () => told.push('stop'),
        },
        true,
      );
      transport.write(Buffer.alloc(600));
      for (let i = 0; i < 3; i++) await new Promise(setImmediate);
      expect(told).to.deep.equal([]);
      transport.write(Buffer.alloc(600));
      expect(told).to.deep.equal(['pause']);
    });

    it('is lost when either of them fails or closes, with the cause', async () => {
      for (const fails of ['stdin', 'stdout'] as const) {
        for (const error of [new Error('boom'), undefined]) {
          const opened = open();
          opened[fails].destroy(error);
          await opened.transport.closed;
          expect(opened.protocol.told).to.deep.equal([
            `ConnectionLost: ${error?.message ?? 'The stream was closed before it was done'}`,
          ]);
          expect([opened.stdin.destroyed, opened.stdout.destroyed]).to.deep.equal([true, true]);
        }
      }
    });

    it('is lost if its input gives a value that is not bytes, or may have dropped a byte', async () => {
      const objects = new PassThrough({ objectMode: true });
      objects.write({ not: 'bytes' });
      const half = new PassThrough();
      half.setEncoding('utf16le');
      half.end('a');
      // It joins the strings that come later with the bytes that it has already.
      const late = new readableStreams['readable-stream 2'].PassThrough();
      late.write('ab');
      late.setEncoding('hex');
      late.end('cd');
      for (const stdin of [objects, half, late]) {
        const stdout = new PassThrough();
        const transport = new StandardIO(new Recorder(), { stdin, stdout });
        const { name, cause } = await transport.closed;
        expect({ name, cause }).to.have.nested.include({
          name: 'ConnectionLost',
          'cause.code': 'ERR_INVALID_ARG_TYPE',
        });
        expect([stdin.destroyed, stdout.destroyed]).to.deep.equal([true, true]);
      }
    });

    it('takes UTF-16 that ends in the turn in which it comes, and none at all', async () => {
      for (const words of ['all', '']) {
        const [stdin, stdout] = [new PassThrough(), new PassThrough()];
        stdin.setEncoding('utf16le');
        const protocol = new AccumulatingProtocol();
        const transport = new StandardIO(protocol, { stdin, stdout });
        stdin.end(Buffer.from(words, 'utf16le'));
        expect((await transport.closed).name).to.equal('ConnectionDone');
        expect(protocol.data.toString('utf16le')).to.equal(words);
      }
    });

    it('bears an error of either of them once it is over', async () => {
      const { stdin, stdout, transport } = open();
      transport.abortConnection();
      await transport.closed;
      for (const stream of [stdin, stdout]) stream.emit('error', new Error('once more'));
    });

    it('leaves what it wrote to a stream that is read later', async () => {
      const { stdout, protocol, transport } = open();
      transport.write(Buffer.from('to be read'));
      transport.loseConnection();
      await transport.closed;
      expect(await text(stdout)).to.equal('to be read');
      expect(protocol.told).to.deep.equal(['ConnectionDone']);
    });

    it('still sends what it has written once the end of the input has ended the connection', async () => {
      const { stdin, stdout, protocol, transport } = open();
      transport.write(Buffer.alloc(1_000_000, 'x'));
      stdin.end();
      await transport.closed;
      expect(protocol.told).to.deep.equal(['ConnectionDone']);
      expect((await text(stdout)).length).to.equal(1_000_000);
    });

    it('takes an input that gives all at once piece by piece', async () => {
      let given = 0;
      const stdin = new Readable({
        read() {
          given += 1;
          this.push(given > 300 ? null : Buffer.alloc(16_384));
        },
      });
      let received = 0;
      let givenAtFirst = 0;
      class Counting extends Recorder {
        override dataReceived(chunk: Buffer): void {
          givenAtFirst ||= given;
          received += chunk.length;
        }
      }
      await new StandardIO(new Counting(), { stdin, stdout: new PassThrough() }).closed;
      expect(received).to.equal(300 * 16_384);
      expect(givenAtFirst).to.be.at.most(10);
    });

    it('delivers nothing while paused, though it has taken more', async () => {
      const [stdin, stdout] = [new PassThrough(), new PassThrough()];
      class Pausing extends Recorder {
        override dataReceived(chunk: Buffer): void {
          super.dataReceived(chunk);
          this.transport.pauseProducing();
        }
      }
      for (const piece of ['a', 'b', 'c']) stdin.write(piece);
      const protocol = new Pausing();
      const transport = new StandardIO(protocol, { stdin, stdout });
      for (const expected of ['a', 'ab', 'abc']) {
        await until(() => protocol.told.join('') === expected);
        for (let i = 0; i < 5; i++) await new Promise(setImmediate);
        expect(protocol.told.join('')).to.equal(expected);
        transport.resumeProducing();
        transport.pauseProducing();
        for (let i = 0; i < 5; i++) await new Promise(setImmediate);
        expect(protocol.told.join('')).to.equal(expected);
        transport.resumeProducing();
      }
      transport.abortConnection();
      await transport.closed;
    });

    it('reads nothing if connectionMade closes it', async () => {
      const [stdin, stdout] = [new PassThrough(), new PassThrough()];
      class Leaving extends Recorder {
        override connectionMade(): void {
          this.transport.write(Buffer.alloc(100_000));
          this.transport.loseConnection();
        }
      }
      const protocol = new Leaving();
      const transport = new StandardIO(protocol, { stdin, stdout });
      stdin.write('for the next');
      for (let i = 0; i < 10; i++) await new Promise(setImmediate);
      expect(stdin.readableLength).to.equal(12);
      stdout.resume();
      await transport.closed;
      expect(protocol.told).to.deep.equal(['ConnectionDone']);
    });

    it('leaves an output of the process as it was, connection after connection', async () => {
      const events = ['error', 'close', 'finish', 'drain'];
      const counts = () => events.map((event) => process.stderr.listenerCount(event));
      const connect = async () => {
        const transport = new StandardIO(new Recorder(), {
          stdin: new PassThrough(),
          stdout: process.stderr,
        });
        transport.loseConnection();
        return transport.closed;
      };
      await connect(); // This leaves one listener for errors.
      const before = counts();
      for (let i = 0; i < 3; i++) expect((await connect()).name).to.equal('ConnectionDone');
      expect(counts()).to.deep.equal(before);
      expect(process.stderr).to.include({ destroyed: false, writableEnded: false });
    });

    it('notices an input that has ended already', async () => {
      const stdin = new PassThrough();
      stdin.end().resume();
      await until(() => stdin.readableEnded);
      const protocol = new Recorder();
      await new StandardIO(protocol, { stdin, stdout: new PassThrough() }).closed;
      expect(protocol.told).to.deep.equal(['ConnectionDone']);
    });

    it('leaves an input that has ended to the next one, before it is over itself', async () => {
      class Half extends Recorder {
        readConnectionLost(): void {
          this.told.push('end');
        }
        writeConnectionLost(): void {}
      }
      const [stdin, half] = [new PassThrough(), new Half()];
      const transport = new StandardIO(half, { stdin, stdout: new PassThrough() });
      stdin.end();
      await until(() => half.told.length > 0);
      const next = new StandardIO(new Recorder(), { stdin, stdout: new PassThrough() });
      expect((await next.closed).name).to.equal('ConnectionDone');
      transport.abortConnection();
      await transport.closed;
    });

    it('reads nothing while paused, and nothing more once it closes', async () => {
      const { stdin, stdout, protocol, transport } = open();
      transport.pauseProducing();
      stdin.write('a');
      await new Promise(setImmediate);
      expect(protocol.told).to.deep.equal([]);
      transport.resumeProducing();
      await until(() => protocol.told.length > 0);
      transport.write(Buffer.alloc(100_000));
      transport.loseConnection();
      for (let i = 0; i < 3; i++) stdin.write(Buffer.alloc(200_000));
      for (let i = 0; i < 10; i++) await new Promise(setImmediate);
      expect(stdin.readableLength).to.be.above(0);
      stdout.resume();
      await transport.closed;
      expect(stdin.destroyed).to.equal(true);
      expect(protocol.told).to.deep.equal(['a', 'ConnectionDone']);
    });

    it('is aborted by its signal, which it forgets when it is over', async () => {
      const controller = new AbortController();
      const { signal } = controller;
      const [stdin, stdout] = [new PassThrough(), new PassThrough()];
      const protocol = new Recorder();
      const transport = new StandardIO(protocol, { stdin, stdout, signal });
      expect(getEventListeners(signal, 'abort')).to.have.length(1);
      controller.abort();
      expect((await transport.closed).name).to.equal('ConnectionAborted');
      await new Promise(setImmediate);
      expect(getEventListeners(signal, 'abort')).to.have.length(0);
      expect([stdin.destroyed, stdout.destroyed]).to.deep.equal([true, true]);
    });

    it('is aborted by a signal that aborts in connectionMade; throws if it has before', async () => {
      const controller = new AbortController();
      const { signal } = controller;
      const [stdin, stdout] = [new PassThrough(), new PassThrough()];
      class Aborting extends Recorder {
        override connectionMade(): void {
          controller.abort(new Error('enough'));
        }
      }
      const transport = new StandardIO(new Aborting(), { stdin, stdout, signal });
      expect((await transport.closed).name).to.equal('ConnectionAborted');
      const other = new PassThrough();
      expect(
        () => new StandardIO(new Recorder(), { stdin: other, stdout: other, signal }),
      ).to.throw('enough');
      expect(other.listenerCount('data')).to.equal(0);
    });

    it('is the only one that reads its input', async () => {
      const { stdin, transport } = open();
      const stdout = new PassThrough();
      expect(() => new StandardIO(new Recorder(), { stdin, stdout }))
        .to.throw()
        .with.property('code', 'ERR_INVALID_STATE');
      expect(stdout.listenerCount('error')).to.equal(0);
      transport.abortConnection();
      await transport.closed;
    });

    it('refuses a value that is not a protocol, can’t be read or can’t be written to', () => {
      const refuse = (protocol: unknown, options: object | null, name = '') => {
        expect(() => new StandardIO(protocol as never, options as never))
          .to.throw(TypeError, name)
          .with.property('code', 'ERR_INVALID_ARG_TYPE');
      };
      refuse({}, {});
      const unread = new PassThrough();
      refuse({}, { stdin: unread, stdout: unread });
      expect(unread.listenerCount('data')).to.equal(0);
      refuse(new Recorder(), { stdin: 'stdin' }, 'options.stdin');
      refuse(new Recorder(), { stdin: new PassThrough(), stdout: {} }, 'options.stdout');
      refuse(new Recorder(), null);
      const stdin = new PassThrough();
      refuse(new Recorder(), { stdin, stdout: new PassThrough(), highWaterMark: '1' });
      refuse(new Recorder(), { stdin, stdout: new PassThrough(), signal: {} });
      refuse(new Recorder(), { stdin, stdOut: new PassThrough() });
      expect(stdin.listenerCount('data')).to.equal(0);
    });
  });
});
