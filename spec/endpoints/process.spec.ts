import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  log,
  ProcessDone,
  ProcessExitedAlready,
  ProcessProtocol,
  ProcessTerminated,
  spawnProcess,
  type IPushProducer,
  type SpawnOptions,
} from '../../lib/index.js';
import { canCountDescriptors, openDescriptors } from '../support/descriptors.js';
import { numbered, PullProducer, PushProducer } from '../support/producers.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

/** Notes what it is told, in order; of data, what was read from each descriptor. */
class Recorder extends ProcessProtocol {
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
function shell(script: string, protocol = new Recorder(), options?: SpawnOptions): Recorder {
  spawnProcess(protocol, 'sh', ['-c', script], options);
  return protocol;
}

const sha = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

describe('spawnProcess', () => {
  const folder = temporaryFolder();
  let logged: unknown[];
  let stopListening: () => void;
  beforeEach(() => {
    logged = [];
    stopListening = log.addObserver(({ error }) => logged.push(error));
  });
  afterEach(() => stopListening());

  it('tells what the child wrote to each descriptor, and its end: exited, then ended', async () => {
    const protocol = shell('printf out; printf err >&2; exec <&- >&- 2>&-; exit 3');
    const { pid } = protocol.transport;
    expect(pid).to.be.a('number');
    await protocol.whenEnded;
    expect([protocol.text(1), protocol.text(2)]).to.deep.equal(['out', 'err']);
    const { told, reason } = protocol;
    expect([...told].sort()).to.deep.equal(
      [
        'made',
        'lost 0',
        'lost 1',
        'lost 2',
        'exited ProcessTerminated',
        'ended for the same reason',
      ].sort(),
    );
    expect(told[0]).to.equal('made');
    expect(told.at(-1)).to.equal('ended for the same reason');
    expect(reason).to.be.instanceOf(ProcessTerminated).and.include({ exitCode: 3, signal: null });
    expect(protocol.transport.pid).to.equal(null);
    expect(logged).to.deep.equal([]);
  });

  it('says ProcessDone of code 0 and which signal killed the child', async () => {
    const done = shell('exit 0');
    const killed = shell('exec cat');
    killed.transport.signalProcess('TERM');
    await Promise.all([done.whenEnded, killed.whenEnded]);
    expect(done.reason).to.be.instanceOf(ProcessDone);
    expect(killed.reason).to.include({ exitCode: null, signal: 'SIGTERM' });
    for (const protocol of [done, killed]) {
      expect(() => protocol.transport.signalProcess('KILL')).to.throw(ProcessExitedAlready);
    }
  });

  it('signals by number, name and short name, and refuses what is none', async () => {
    for (const signal of [9, 'SIGKILL', 'KILL'] as const) {
      const protocol = shell('exec cat');
      expect(() => protocol.transport.signalProcess('NONE' as never))
        .to.throw(TypeError)
        .with.property('code', 'ERR_UNKNOWN_SIGNAL');
      protocol.transport.signalProcess(signal);
      await protocol.whenEnded;
      expect(protocol.reason).to.include({ signal: 'SIGKILL' });
    }
  });

  it('has exited before what was written by then is read, and ends after that', async () => {
    const protocol = shell(
      'head -c 50000 /dev/zero',
      new Recorder(({ transport }) => transport.pauseProducing()),
    );
    await until(() => protocol.reason !== undefined);
    expect(protocol.read).to.deep.equal({});
    expect(protocol.told).to.not.include('ended for the same reason');
    protocol.transport.resumeProducing();
    await protocol.whenEnded;
    expect(protocol.read[1]?.length).to.equal(50_000);
  });

  describe('standard input, the consumer', () => {
    for (const Producer of [PushProducer, PullProducer]) {
      it(`is fed by a ${Producer.name} and gets every byte, in order, then its end`, async () => {
        const data = numbered(3_000_000);
        const protocol = new Recorder();
        spawnProcess(protocol, 'cat', []);
        const producer = new Producer(protocol.transport, data, 5000).start();
        protocol.transport.closeStdin();
        await protocol.whenEnded;
        expect(sha(protocol.read[1] ?? Buffer.alloc(0))).to.equal(sha(data));
        expect(protocol.reason).to.be.instanceOf(ProcessDone);
        expect(producer.log).to.include(Producer === PushProducer ? 'pause' : 'resume');
        expect(producer.log).to.not.include('stop');
      });
    }

    it('pauses a producer as long as the child reads nothing', async () => {
      const protocol = shell('read line <&3; cat', new Recorder(), {
        childFDs: { 0: 'w', 1: 'r', 2: 'r', 3: 'w' },
      });
      const data = numbered(2_000_000);
      const producer = new PushProducer(protocol.transport, data, 10_000).start();
      for (let i = 0; i < 20; i++) await turn();
      expect(producer.sent).to.be.below(data.length);
      expect(producer.paused).to.equal(true);
      protocol.transport.writeToChild(3, Buffer.from('go\n'));
      protocol.transport.closeStdin();
      await protocol.whenEnded;
      expect(sha(protocol.read[1] ?? Buffer.alloc(0))).to.equal(sha(data));
    });

    it('stops the producer of a child that dies while being written to', async () => {
      const protocol = shell('head -c 1000 >/dev/null; exit 7');
      const producer = new PushProducer(protocol.transport, numbered(4_000_000), 10_000).start();
      await protocol.whenEnded;
      expect(producer.log.at(-1)).to.equal('stop');
      expect(producer.log.filter((told) => told === 'stop')).to.have.length(1);
      expect(protocol.reason).to.include({ exitCode: 7 });
      expect(logged).to.deep.equal([]);
    });

    it('stops a producer that has nothing to write when the child dies, and any that comes later', async () => {
      const protocol = shell('exit 0');
      const told: string[] = [];
      const idle: IPushProducer = {
        pauseProducing: () => told.push('pause'),
        resumeProducing: () => told.push('resume'),
        stopProducing: () => told.push('stop'),
      };
      protocol.transport.registerProducer(idle, true);
      await protocol.whenEnded;
      expect(told).to.deep.equal(['stop']);
      protocol.transport.registerProducer(idle, true);
      expect(told).to.deep.equal(['stop', 'stop']);
      protocol.transport.unregisterProducer();
      protocol.transport.write(Buffer.from('to nobody'));
      protocol.transport.writeSequence([Buffer.from('to nobody')]);
      expect(() => protocol.transport.write('text' as never)).to.throw(TypeError);
      expect(() => protocol.transport.registerProducer({} as never, true)).to.throw(TypeError);
    });

    it('is delivered to whoever has inherited it when the child is gone', async () => {
      // The child exits at once; its own child reads on from the same standard input.
      const protocol = shell('exec 3<&0; { read go <&4; cat <&3; } & exit 0', new Recorder(), {
        childFDs: { 0: 'w', 1: 'r', 2: 'r', 4: 'w' },
      });
      const data = numbered(1_000_000);
      protocol.transport.write(data);
      await until(() => protocol.reason !== undefined);
      protocol.transport.writeToChild(4, Buffer.from('go\n'));
      protocol.transport.closeStdin();
      protocol.transport.closeChildFD(4);
      await protocol.whenEnded;
      expect(sha(protocol.read[1] ?? Buffer.alloc(0))).to.equal(sha(data));
    });

    it('is closed by closeStdin once all was written, the rest staying open', async () => {
      const protocol = shell('wc -c; echo and on');
      protocol.transport.writeSequence([numbered(500_000), numbered(500_000)]);
      protocol.transport.closeStdin();
      protocol.transport.closeStdin();
      await protocol.whenEnded;
      expect(protocol.text().trim()).to.match(/^1000000\s+and on$/);
      expect(protocol.told[1]).to.equal('lost 0');
    });
  });

  describe('standard output and error, the producers', () => {
    it('are not read while paused, and lose nothing', async () => {
      const protocol = shell('head -c 3000000 /dev/zero', new Recorder(), {
        childFDs: { 0: 'w', 1: 'r', 2: 'r' },
      });
      let pauses = 0;
      let paused = false;
      protocol.outReceived = () => {
        expect(paused).to.equal(false);
        paused = true;
        pauses += 1;
        protocol.transport.pauseProducing();
        setImmediate(() => {
          paused = false;
          protocol.transport.resumeProducing();
        });
      };
      await protocol.whenEnded;
      expect(protocol.read[1]?.length).to.equal(3_000_000);
      expect(pauses).to.be.above(10);
      expect(logged).to.deep.equal([]);
    });

    it('slow a child down that writes faster than it is read, even after its parent has exited', async () => {
      // Node lets what a child wrote flow when it exits; here, its own child goes on writing.
      const done = folder.path('done');
      const protocol = shell(
        `{ head -c 8000000 /dev/zero; : > '${done}'; } & exit 0`,
        new Recorder(({ transport }) => transport.pauseProducing()),
      );
      await until(() => protocol.reason !== undefined);
      for (let i = 0; i < 500; i++) await turn();
      expect(existsSync(done)).to.equal(false);
      expect(protocol.read).to.deep.equal({});
      protocol.transport.resumeProducing();
      await protocol.whenEnded;
      expect(protocol.read[1]?.length).to.equal(8_000_000);
    });

    it('are read no more once closed', async () => {
      const protocol = shell('exec 2>&-; yes', new Recorder());
      protocol.outReceived = () => protocol.transport.closeStdout();
      await protocol.whenEnded;
      expect(protocol.told).to.include('lost 1');
      expect(protocol.reason).to.be.instanceOf(ProcessTerminated);
      expect(logged).to.deep.equal([]);
    });

    it('are closed, and the error logged, when what they are given to throws', async () => {
      const protocol = shell('printf a; printf b >&2; exec >&- 2>&-; read x');
      const thrown = new Error('thrown');
      protocol.outReceived = () => {
        throw thrown;
      };
      await until(() => protocol.told.includes('lost 1') && protocol.told.includes('lost 2'));
      expect(logged).to.deep.equal([thrown]);
      expect(protocol.text(2)).to.equal('b');
      protocol.transport.loseConnection();
      await protocol.whenEnded;
    });
  });

  it('writes to and reads from any other descriptor, and closes each by itself', async () => {
    const protocol = shell('cat <&3 >&4; echo done', new Recorder(), {
      childFDs: { 0: 'w', 1: 'r', 3: 'w', 4: 'r' },
    });
    const data = numbered(1_000_000);
    protocol.transport.writeToChild(3, data);
    protocol.transport.closeChildFD(3);
    await protocol.whenEnded;
    expect(sha(protocol.read[4] ?? Buffer.alloc(0))).to.equal(sha(data));
    expect(protocol.text()).to.equal('done\n');
    expect(protocol.told.indexOf('lost 3')).to.be.below(protocol.told.indexOf('lost 4'));
    for (const childFD of [1, 3, 9]) {
      const write = () => protocol.transport.writeToChild(childFD, data);
      expect(write).to.throw().with.property('code', 'ERR_INVALID_ARG_TYPE');
    }
  });

  it('notices at once that the child has closed another descriptor that it read', async () => {
    const protocol = shell('exec 3<&-; read x', new Recorder(), { childFDs: { 0: 'w', 3: 'w' } });
    await until(() => protocol.told.includes('lost 3'));
    expect(protocol.reason).to.equal(undefined);
    protocol.transport.closeStdin();
    await protocol.whenEnded;
  });

  it('shares descriptors of this process with the child', async () => {
    const path = folder.write('shared', '');
    const descriptor = openSync(path, 'w');
    const protocol = shell('echo to the file; echo here >&2', new Recorder(), {
      childFDs: { 1: descriptor, 2: 'r' },
    });
    closeSync(descriptor);
    await protocol.whenEnded;
    expect(String(readFileSync(path))).to.equal('to the file\n');
    expect(protocol.text(2)).to.equal('here\n');
    expect(protocol.told).to.not.include('lost 1');
  });

  it('takes the environment, the directory and a signal that kills', async () => {
    const kill = new AbortController();
    const path = folder.path('');
    const options = { env: { ...process.env, NAME: 'value' }, cwd: path, signal: kill.signal };
    const protocol = shell('echo "$NAME"; pwd -P; exec cat', new Recorder(), options);
    await until(() => protocol.text().split('\n').length > 2);
    expect(protocol.text()).to.match(/^value\n.*twisted-streams-\w+\/?\n$/);
    kill.abort();
    await protocol.whenEnded;
    expect(protocol.reason).to.include({ signal: 'SIGKILL' });
    expect(() => shell('exit', new Recorder(), options)).to.throw(/aborted/);
  });

  it('ends at once what can’t be started, saying why', async () => {
    for (const [executable, code] of [
      ['/no/such/program', 'ENOENT'],
      [folder.write('no-program', ''), 'EACCES'],
    ] as const) {
      const protocol = new Recorder(({ transport }) => transport.write(Buffer.from('early')));
      spawnProcess(protocol, executable);
      expect(protocol.transport.pid).to.equal(null);
      // Node would send it to our own process group: the number of what was not started is 0.
      expect(() => protocol.transport.signalProcess(0)).to.throw(ProcessExitedAlready);
      const producer = new PushProducer(protocol.transport, numbered(1_000_000), 1000).start();
      await protocol.whenEnded;
      expect([...protocol.told].sort()).to.deep.equal(
        [
          'made',
          'lost 0',
          'lost 1',
          'lost 2',
          'exited ProcessTerminated',
          'ended for the same reason',
        ].sort(),
      );
      expect(protocol.reason?.cause).to.have.property('code', code);
      expect(producer.log.at(-1)).to.equal('stop');
    }
    expect(logged).to.deep.equal([]);
  });

  it('bears a protocol that closes everything, or throws, in any callback', async () => {
    const quitting = shell(
      'read x; cat',
      new Recorder(({ transport }) => transport.loseConnection()),
    );
    await quitting.whenEnded;
    expect(quitting.told.filter((told) => told.startsWith('lost'))).to.have.length(3);

    const thrown = new Error('thrown');
    class Throwing extends Recorder {
      override connectionMade(): void {
        super.connectionMade();
        throw thrown;
      }
      override childConnectionLost(childFD: number): void {
        super.childConnectionLost(childFD);
        this.transport.stopProducing();
        throw thrown;
      }
      override processExited(reason: Error): void {
        super.processExited(reason);
        this.transport.loseConnection();
        throw thrown;
      }
      override processEnded(reason: Error): void {
        super.processEnded(reason);
        throw thrown;
      }
    }
    const throwing = shell('echo x', new Throwing());
    await throwing.whenEnded;
    expect(throwing.told).to.have.length(6);
    expect(logged).to.deep.equal(Array<unknown>(6).fill(thrown));
  });

  it('refuses bad input, and starts nothing', () => {
    const spawn = (...args: unknown[]) => {
      const protocol = new Recorder();
      expect(() => Reflect.apply(spawnProcess, null, [protocol, ...args]) as unknown).to.throw();
      expect(protocol.told).to.deep.equal([]);
      try {
        Reflect.apply(spawnProcess, null, [protocol, ...args]);
      } catch (error) {
        return (error as NodeJS.ErrnoException).code;
      }
      return undefined;
    };
    const type = 'ERR_INVALID_ARG_TYPE';
    const range = 'ERR_OUT_OF_RANGE';
    for (const protocol of [null, {}, Recorder]) {
      expect(() => spawnProcess(protocol as never, 'true'))
        .to.throw(TypeError)
        .with.property('code', type);
    }
    for (const executable of [undefined, '', 1]) expect(spawn(executable)).to.equal(type);
    for (const args of ['-c', [1]]) expect(spawn('true', args)).to.equal(type);
    for (const [childFDs, code] of [
      [null, type],
      [{ 0: 'r' }, type],
      [{ 1: 'x' }, type],
      [{ x: 'r' }, range],
      [{ 1.5: 'r' }, range],
      [{ 99999: 'r' }, range],
      [{ 1: -1 }, range],
    ] as const) {
      expect(spawn('true', [], { childFDs })).to.equal(code);
    }
    expect(spawn('a\0b')).to.equal('ERR_INVALID_ARG_VALUE');
  });

  (canCountDescriptors ? it : it.skip)(
    'leaks no descriptor, whatever becomes of the child',
    async () => {
      const count = () => openDescriptors().filter((name) => name.startsWith('socket:')).length;
      const before = count();
      const childFDs = { 0: 'w', 1: 'r', 2: 'r', 3: 'w', 4: 'r' } as const;
      for (let i = 0; i < 3; i++) {
        const protocols = [
          shell('exit 0', new Recorder(), { childFDs }),
          shell('read x <&3', new Recorder(({ transport }) => transport.loseConnection()), {
            childFDs,
          }),
          shell('exec yes', new Recorder(({ transport }) => transport.pauseProducing()), { childFDs }),
        ];
        protocols[1]?.transport.closeChildFD(3);
        protocols[2]?.transport.signalProcess('KILL');
        protocols[2]?.transport.resumeProducing();
        const none = new Recorder();
        spawnProcess(none, '/no/such/program', [], { childFDs });
        await Promise.all([...protocols, none].map(({ whenEnded }) => whenEnded));
      }
      await until(() => count() <= before);
    },
  );
});
