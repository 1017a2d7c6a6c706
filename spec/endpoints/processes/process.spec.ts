import childProcess from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import sinon from 'sinon';

import {
  type ChildFDs,
  explain,
  ProcessDone,
  ProcessExitedAlready,
  ProcessTerminated,
  spawnProcess,
  type SpawnOptions,
} from '../../../lib/index.js';
import { countSockets, Recorder, shell } from '../../support/children.js';
import { canCountDescriptors } from '../../support/descriptors.js';
import { loggedErrors } from '../../support/logged.js';
import { numbered, PushProducer } from '../../support/producers.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { until } from '../../support/until.js';

describe('spawnProcess', () => {
  const folder = temporaryFolder();
  const logged = loggedErrors();

  it('gives Node 0 for a user or group -0, at which Node would abort our process', async () => {
    const spied = sinon.spy(childProcess, 'spawn');
    try {
      await spawnProcess(new Recorder(), 'true', [], { uid: -0, gid: -0 }).closed;
      const [, , { uid, gid }] = spied.firstCall.args as unknown as [string, [], SpawnOptions];
      expect([uid, gid].map((id) => Object.is(id, 0))).to.deep.equal([true, true]);
    } finally {
      spied.restore();
    }
  });

  it('gives the bytes that the child wrote to each descriptor, and its end: exited, then ended', async () => {
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

  it('ends when another process that has inherited standard input lets go of it', async () => {
    // That one waits for a line of its own, and is not told of an end.
    const protocol = shell('exec 3<&0; (read line <&3) >/dev/null 2>&1 & exit 0');
    while (!protocol.told.includes('exited ProcessDone')) await turn();
    expect(protocol.told).to.not.include('lost 0');
    protocol.transport.write(Buffer.from('go\n'));
    await protocol.whenEnded;
    expect(protocol.told).to.include('lost 0');
    expect(protocol.told.at(-1)).to.equal('ended for the same reason');
  });

  it('ends when such a process is killed, though nothing is written to it', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const protocol = shell('exec 3<&0; sleep 999 <&3 >/dev/null 2>&1 & echo $!');
      await until(() => protocol.reason !== undefined && protocol.text().endsWith('\n'));
      for (let checks = 0; checks < 3; checks++) {
        clock.tick(250);
        await turn();
      }
      expect(protocol.told).not.to.include('lost 0');
      process.kill(Number(protocol.text()));
      await until(() => {
        clock.tick(250);
        return protocol.told.at(-1) === 'ended for the same reason';
      });
      expect(protocol.told).to.include('lost 0');
      expect(clock.countTimers()).to.equal(0);
    } finally {
      clock.restore();
    }
  });

  it('has one timer for such processes, however many of them let go of a descriptor', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const hold = (fd: number) => `sleep 999 <&${fd} 3<&- 4<&- 5<&- >/dev/null 2>&1 & echo $!`;
      const protocol = shell(`exec 5<&0; ${hold(3)}; ${hold(4)}; ${hold(5)}`, new Recorder(), {
        childFDs: { 0: 'w', 1: 'r', 3: 'w', 4: 'w' },
      });
      const pids = () => protocol.text().split('\n').slice(0, -1).map(Number);
      await until(() => protocol.reason !== undefined && pids().length === 3);
      for (const [index, pid] of pids().entries()) {
        process.kill(pid);
        await until(() => {
          clock.tick(250);
          return protocol.told.includes(`lost ${[3, 4, 0][index]}`);
        });
        await turn(); // Then it has looked at the others, too.
        expect(clock.countTimers()).to.be.below(2);
      }
      await protocol.whenEnded;
    } finally {
      clock.restore();
    }
  });

  it('has lost its input before it has exited, as the system closes that first', async () => {
    class Late extends Recorder {
      override processExited(reason: Error): void {
        super.processExited(reason);
        expect(() => this.transport.writeToChild(0, Buffer.from('x'))).to.throw(TypeError);
        const producer = new PushProducer(this.transport, numbered(1000), 100).start();
        expect(producer.log).to.deep.equal(['stop']);
      }
    }
    const protocol = shell('exit 3', new Late());
    await protocol.whenEnded;
    expect(protocol.told.indexOf('lost 0')).to.be.within(1, protocol.told.length - 3);
    expect(protocol.told.slice(-2)).to.deep.equal([
      'exited ProcessTerminated',
      'ended for the same reason',
    ]);
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

  it('signals by number, name and short name, and refuses a value that is not a signal', async () => {
    for (const signal of [9, 'SIGKILL', 'KILL'] as const) {
      const protocol = shell('exec cat');
      expect(() => protocol.transport.signalProcess('NONE' as never))
        .to.throw(TypeError)
        .with.property('code', 'ERR_UNKNOWN_SIGNAL');
      for (const none of [undefined, null, NaN, 1.5, {}]) {
        expect(() => protocol.transport.signalProcess(none as never))
          .to.throw(TypeError)
          .with.property('code', 'ERR_INVALID_ARG_TYPE');
      }
      protocol.transport.signalProcess(signal);
      await protocol.whenEnded;
      expect(protocol.reason).to.include({ signal: 'SIGKILL' });
    }
  });

  it('has exited before the last output is read, and ends after that', async () => {
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

  it('says how it ended in the type of the reason, too', async () => {
    const told: [number | null, NodeJS.Signals | null, string][] = [];
    class Typed extends Recorder {
      override processEnded(reason: ProcessDone | ProcessTerminated): void {
        told.push([reason.exitCode, reason.signal, reason.code]);
        super.processEnded(reason);
      }
    }
    for (const script of ['exit 0', 'exit 3', 'kill -KILL $$']) {
      await shell(script, new Typed()).whenEnded;
    }
    expect(told).to.deep.equal([
      [0, null, 'ERR_PROCESS_DONE'],
      [3, null, 'ERR_PROCESS_TERMINATED'],
      [null, 'SIGKILL', 'ERR_PROCESS_TERMINATED'],
    ]);
  });

  describe('disposed of', () => {
    it('delivers the bytes that were written, and resolves when the process has ended', async () => {
      const path = folder.path('delivered');
      const data = numbered(1_000_000);
      const protocol = new Recorder();
      const transport = spawnProcess(protocol, 'sh', ['-c', `cat >'${path}'; exit 7`]);
      transport.write(data);
      const disposal = transport[Symbol.asyncDispose]();
      expect(transport.disconnecting).to.equal(true);
      expect(transport[Symbol.asyncDispose]()).to.equal(disposal);
      await disposal;
      expect(protocol.told.at(-1)).to.equal('ended for the same reason');
      expect(protocol.reason).to.include({ exitCode: 7 });
      expect(readFileSync(path).equals(data)).to.equal(true);
      await transport[Symbol.asyncDispose]();
    });

    it('terminates a process that doesn’t end by itself', async () => {
      const protocol = new Recorder();
      await spawnProcess(protocol, 'sleep', ['999'])[Symbol.asyncDispose]();
      expect(protocol.reason).to.include({ signal: 'SIGTERM' });
    });

    it('waits on, and logs the error, if the system refuses to terminate it', async () => {
      const refusal = Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
      const kill = sinon.stub(process, 'kill').throws(refusal);
      const protocol = new Recorder();
      const transport = spawnProcess(protocol, 'sleep', ['999']);
      const disposal = transport[Symbol.asyncDispose]();
      try {
        await until(() => kill.called);
      } finally {
        kill.restore();
      }
      expect(logged).to.deep.equal([refusal]);
      transport.signalProcess('KILL');
      await disposal;
      expect(protocol.reason).to.include({ signal: 'SIGKILL' });
    });

    it('closes each descriptor of the child, not the standard ones only', async () => {
      const childFDs = { 0: 'w', 3: 'w', 4: 'r' } as const;
      const reads = new Recorder();
      const transport = spawnProcess(reads, 'sh', ['-c', 'cat <&3; exit 7'], { childFDs });
      await transport[Symbol.asyncDispose]();
      expect(reads.reason).to.include({ exitCode: 7 });
      const writes = new Recorder();
      const script = 'while echo; do :; done >&4';
      const paused = spawnProcess(writes, 'sh', ['-c', script], { childFDs });
      paused.pauseProducing();
      await paused[Symbol.asyncDispose]();
      expect(writes.told.at(-1)).to.equal('ended for the same reason');
    });

    describe('with a second of grace', () => {
      let clock: sinon.SinonFakeTimers;
      beforeEach(() => {
        clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      });
      afterEach(() => clock.restore());

      it('which begins when all bytes are delivered, and leaves no timer behind', async () => {
        const protocol = new Recorder();
        const path = folder.path('go-on');
        const script = `while [ ! -e '${path}' ]; do sleep 0.01; done; cat >/dev/null`;
        const transport = spawnProcess(protocol, 'sh', ['-c', script]);
        transport.write(Buffer.alloc(1_000_000));
        const disposal = transport[Symbol.asyncDispose]();
        for (let turns = 0; turns < 5; turns++) await new Promise(setImmediate);
        clock.tick(10_000);
        writeFileSync(path, '');
        await disposal;
        expect(protocol.reason).to.include({ exitCode: 0 });
        expect(clock.countTimers()).to.equal(0);
      });

      it('which ends without a signal if only another process still has a descriptor', async () => {
        const protocol = new Recorder();
        const script = 'exec 3<&0; sleep 999 <&3 >/dev/null 2>&1 & echo $!';
        const transport = spawnProcess(protocol, 'sh', ['-c', script]);
        transport.write(Buffer.alloc(1_000_000));
        await until(() => transport.pid === null && protocol.text().endsWith('\n'));
        expect(explain(transport)).to.equal('exited: its pipes are still open');
        const disposal = transport[Symbol.asyncDispose]();
        for (let turns = 0; turns < 5; turns++) await new Promise(setImmediate);
        clock.tick(10_000);
        process.kill(Number(protocol.text()));
        await disposal;
        expect(protocol.reason).to.include({ exitCode: 0 });
      });
    });

    it('resolves where nothing could be started, or all is over', async () => {
      const protocol = new Recorder();
      const transport = spawnProcess(protocol, '/no/such/program');
      await transport[Symbol.asyncDispose]();
      expect(protocol.told.at(-1)).to.equal('ended for the same reason');
      const ended = new Recorder();
      const over = spawnProcess(ended, 'true');
      await ended.whenEnded;
      await over[Symbol.asyncDispose]();
    });
  });

  // Node emits the first two errors, and throws the others.
  for (const [code, executable, args, childFDs] of [
    ['ENOENT', () => '/no/such/program'],
    ['EACCES', () => folder.write('no-program', '')],
    ['ENOTDIR', () => '/dev/null/program'],
    ['ENAMETOOLONG', () => `/${'x'.repeat(5000)}`],
    ['E2BIG', () => '/bin/true', ['x'.repeat(4_000_000)]],
    ['EBADF', () => '/bin/true', [], { 5: 1000 }],
  ] as const) {
    it(`ends at once a process that cannot be started (${code}), with the reason`, async () => {
      const start = (protocol: Recorder, fds: ChildFDs) =>
        spawnProcess(protocol, executable(), args, { childFDs: { ...fds, ...childFDs } });
      const three: ChildFDs = { 0: 'w', 1: 'r', 2: 'r' };
      const protocol = new Recorder(({ transport }) => transport.write(Buffer.from('early')));
      start(protocol, three);
      expect(protocol.told).to.deep.equal(['made']);
      expect(protocol.transport.pid).to.equal(null);
      const idle = new Recorder();
      start(idle, { 0: 'w', 1: 'r', 3: 'w', 4: 'r' });
      await idle.whenEnded;
      expect(idle.told).to.have.length(7);
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
      expect(protocol.told.indexOf('lost 0')).to.be.below(
        protocol.told.indexOf('exited ProcessTerminated'),
      );
      expect(protocol.reason).to.include({ exitCode: null, signal: null });
      expect(protocol.reason?.cause).to.have.property('code', code);
      expect(producer.log.at(-1)).to.equal('stop');
      expect(logged).to.deep.equal([]);
    });
  }

  it('ends at once a process that cannot be started and has no pipes', async () => {
    const protocol = new Recorder();
    spawnProcess(protocol, '/dev/null/program', [], { childFDs: {} });
    await protocol.whenEnded;
    expect(protocol.told).to.deep.equal([
      'made',
      'exited ProcessTerminated',
      'ended for the same reason',
    ]);
  });

  it('lets a protocol close a process that cannot be started', async () => {
    const quitting = new Recorder(({ transport }) => {
      transport.write(Buffer.from('last'));
      transport.loseConnection();
    });
    const transport = spawnProcess(quitting, '/dev/null/program');
    await transport[Symbol.asyncDispose]();
    expect(quitting.told).to.have.length(6);
    const aborted = new Recorder();
    const controller = new AbortController();
    spawnProcess(aborted, '/dev/null/program', [], { signal: controller.signal });
    controller.abort();
    await aborted.whenEnded;
    expect(aborted.reason?.cause).to.have.property('code', 'ENOTDIR');
    expect(logged).to.deep.equal([]);
  });

  it('names the directory too, where the directory may be to blame', async () => {
    for (const [cwd, code] of [
      ['/no/such/directory', 'ENOENT'],
      [folder.write('no-directory', ''), 'ENOTDIR'],
    ] as const) {
      const protocol = new Recorder();
      spawnProcess(protocol, 'true', [], { cwd });
      await protocol.whenEnded;
      expect(protocol.reason).to.have.property('message').that.includes(cwd);
      expect(protocol.reason?.cause).to.have.property('code', code);
    }
  });

  it('names no directory where it is not to blame', async () => {
    for (const [args, options] of [
      [[], {}],
      [['x'.repeat(4_000_000)], { cwd: '/' }],
    ] as const) {
      const protocol = new Recorder();
      const executable = args.length > 0 ? 'true' : '/no/such/program';
      spawnProcess(protocol, executable, args, options);
      await protocol.whenEnded;
      expect(protocol.reason?.message).not.to.include('directory');
    }
  });

  it('works with a protocol that closes everything, or throws, in any callback', async () => {
    const quitting = shell(
      'read x; cat',
      new Recorder(({ transport }) => transport.loseConnection()),
    );
    await quitting.whenEnded;
    // In the order in which Twisted closes them.
    expect(quitting.told.slice(0, 4)).to.deep.equal(['made', 'lost 2', 'lost 1', 'lost 0']);

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

  it('closes a descriptor whose data a callback rejects, logs that, and goes on', async () => {
    const failure = new Error('not that');
    class Rejecting extends Recorder {
      override childDataReceived(): void {
        return Promise.reject(failure) as unknown as void;
      }
    }
    const protocol = new Rejecting();
    const transport = spawnProcess(protocol, 'sh', ['-c', 'echo something; read line; exit 3']);
    await until(() => protocol.told.includes('lost 1'));
    expect(logged).to.deep.equal([failure]);
    transport.write(Buffer.from('go on\n'));
    await transport.closed;
    expect(protocol.reason).to.include({ exitCode: 3 });
  });

  it('reads nothing if it is paused as soon as it is made, until it is resumed', async () => {
    const protocol = new Recorder(({ transport }) => transport.pauseProducing());
    const transport = spawnProcess(protocol, 'echo', ['hello']);
    await until(() => transport.pid === null);
    for (let turns = 0; turns < 10; turns++) await turn();
    expect(protocol.text()).to.equal('');
    transport.resumeProducing();
    await transport.closed;
    expect(protocol.text()).to.equal('hello\n');
  });

  it('closes the input once its producer has unregistered', async () => {
    const protocol = new Recorder();
    const transport = spawnProcess(protocol, 'cat');
    const producer = { pauseProducing() {}, resumeProducing() {}, stopProducing() {} };
    transport.registerProducer(producer, true);
    transport.closeStdin();
    for (let turns = 0; turns < 10; turns++) await turn();
    transport.write(Buffer.from('last words'));
    transport.unregisterProducer();
    await transport.closed;
    expect(protocol.text()).to.equal('last words');
  });

  it('closes when it is stopped as a producer, and has no address but that of a pipe', async () => {
    const protocol = new Recorder();
    const transport = spawnProcess(protocol, 'cat');
    expect([transport.getPeer(), transport.getHost()]).to.deep.equal([
      { type: 'PIPE' },
      { type: 'PIPE' },
    ]);
    transport.stopProducing();
    await transport.closed;
    expect(protocol.reason).to.include({ exitCode: 0 });
  });

  it('refuses a producer that lacks a method, also once the input is closed', async () => {
    const transport = spawnProcess(new Recorder(), 'true');
    await transport.closed;
    expect(() => transport.registerProducer({} as never, true))
      .to.throw()
      .with.property('code', 'ERR_INVALID_ARG_TYPE');
  });

  it('logs an error of Node about a process that runs, and goes on', async () => {
    const spied = sinon.spy(childProcess, 'spawn');
    const protocol = new Recorder();
    const transport = spawnProcess(protocol, 'cat');
    const [child] = spied.returnValues as [childProcess.ChildProcess];
    spied.restore();
    const failure = new Error('kill EPERM');
    child.emit('error', failure);
    expect(logged).to.deep.equal([failure]);
    expect(transport.pid).not.to.equal(null);
    transport.closeStdin();
    await transport.closed;
    expect(protocol.reason).to.include({ exitCode: 0 });
  });

  it('logs the failure of a pipe that is read, whose descriptor is lost, and goes on', async () => {
    const spied = sinon.spy(childProcess, 'spawn');
    const protocol = new Recorder();
    const transport = spawnProcess(protocol, 'cat');
    const [child] = spied.returnValues as [childProcess.ChildProcess];
    spied.restore();
    const failure = new Error('read EIO');
    child.stderr?.destroy(failure);
    await until(() => protocol.told.includes('lost 2'));
    expect(logged).to.deep.equal([failure]);
    transport.write(Buffer.from('still read'));
    transport.closeStdin();
    await transport.closed;
    expect(protocol.text()).to.equal('still read');
  });

  it('is over when processEnded is called', async () => {
    class Asking extends Recorder {
      override processEnded(reason: Error): void {
        this.told.push(explain(this.transport));
        super.processEnded(reason);
      }
    }
    const protocol = shell('exit 0', new Asking());
    await protocol.whenEnded;
    expect(protocol.told.at(-2)).to.match(/^lost: ProcessDone, /);
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
    expect(() => spawnProcess(new Recorder(), 'true', [], { childFDs: { 1024: 'r' } })).to.throw(
      'must be a whole number from 0 to 1023. Received 1024',
    );
    expect(spawn('true', ['null\0byte'])).to.equal('ERR_INVALID_ARG_VALUE');
    for (const options of [
      null,
      { env: 'NAME=value' },
      { env: null },
      { cwd: 5 },
      { path: '/' },
      { usePTY: true },
      { HOME: '/' }, // The environment, where Twisted takes it.
      process.env,
      { signal: {} },
      { environment: {}, childFd: {} },
      { singal: new AbortController().signal },
      { signal: { throwIfAborted() {} } },
    ]) {
      expect(spawn('true', [], options)).to.equal(type);
    }
    expect(spawn('a\0b')).to.equal('ERR_INVALID_ARG_VALUE');
  });

  (canCountDescriptors ? it : it.skip)(
    'leaks no descriptor, whatever becomes of the child',
    async () => {
      const before = countSockets();
      const childFDs = { 0: 'w', 1: 'r', 2: 'r', 3: 'w', 4: 'r' } as const;
      for (let i = 0; i < 3; i++) {
        const protocols = [
          shell('exit 0', new Recorder(), { childFDs }),
          shell('read x <&3', new Recorder(({ transport }) => transport.loseConnection()), {
            childFDs,
          }),
          shell('exec yes', new Recorder(({ transport }) => transport.pauseProducing()), {
            childFDs,
          }),
        ];
        protocols[1]?.transport.closeChildFD(3);
        protocols[2]?.transport.signalProcess('KILL');
        protocols[2]?.transport.resumeProducing();
        const none = new Recorder();
        spawnProcess(none, '/no/such/program', [], { childFDs });
        await Promise.all([...protocols, none].map(({ whenEnded }) => whenEnded));
      }
      await until(() => countSockets() <= before);
    },
  );
});
