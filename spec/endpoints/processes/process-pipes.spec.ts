import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  ConnectionDone,
  ProcessDone,
  ProcessTerminated,
  spawnProcess,
  WritableConsumer,
  type IPushProducer,
} from '../../../lib/index.js';
import { LineReceiver } from '../../../lib/protocols/index.js';
import { countSockets, Recorder, shell } from '../../support/children.js';
import { canCountDescriptors } from '../../support/descriptors.js';
import { loggedErrors } from '../../support/logged.js';
import { numbered, PullProducer, PushProducer } from '../../support/producers.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { until } from '../../support/until.js';

const sha = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

describe('The pipes to a child', () => {
  const folder = temporaryFolder();
  const logged = loggedErrors();

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

    it('closes although its own protocol, which asked for that, is registered as the producer', async () => {
      const protocol = new Recorder();
      const own = Object.assign(protocol, {
        pauseProducing: () => {},
        resumeProducing: () => {},
        stopProducing: () => {},
      });
      spawnProcess(own, 'cat', []);
      own.transport.registerProducer(own, true);
      own.transport.write(Buffer.from('hello'));
      own.transport.closeStdin();
      await protocol.whenEnded;
      expect(protocol.text()).to.equal('hello');
    });

    it('keeps no consumer waiting that is fed by the protocol of a process that has ended', async () => {
      const received: Buffer[] = [];
      const consumer = new WritableConsumer(
        new PassThrough().on('data', (chunk: Buffer) => received.push(chunk)),
      );
      const protocol = new Recorder();
      spawnProcess(protocol, 'true', []);
      const producer = Object.assign(protocol, {
        pauseProducing: () => {},
        resumeProducing: () => {},
        stopProducing: () => {},
      });
      consumer.registerProducer(producer, true);
      consumer.write(Buffer.from('hello'));
      consumer.loseConnection();
      expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
      expect(protocol.told).to.include('ended for the same reason');
      expect(String(Buffer.concat(received))).to.equal('hello');
    });

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

    it('is delivered to the process that has inherited it when the child is gone', async () => {
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

    it('give nothing from inside resumeProducing', async () => {
      const protocol = shell('head -c 3000000 /dev/zero');
      const { transport } = protocol;
      let resuming = false;
      protocol.outReceived = () => {
        expect(resuming).to.equal(false);
        transport.pauseProducing();
        setImmediate(() => {
          resuming = true;
          transport.resumeProducing();
          resuming = false;
        });
      };
      await protocol.whenEnded;
      expect(protocol.read[1]?.length).to.equal(3_000_000);
      expect(logged).to.deep.equal([]);
    });

    it('stay paused if they are paused again at once', async () => {
      const protocol = shell('head -c 3000000 /dev/zero');
      const { transport } = protocol;
      let pieces = 0;
      protocol.outReceived = () => {
        pieces += 1;
        transport.pauseProducing();
      };
      await until(() => pieces > 0);
      for (let i = 0; i < 20; i++) {
        await turn();
        transport.resumeProducing();
        transport.pauseProducing();
      }
      expect(pieces).to.equal(1);
      transport.loseConnection();
      await protocol.whenEnded;
    });

    it('slow a child down that writes faster than it is read, even after its parent has exited', async () => {
      // Node lets what a child wrote flow when it exits; here, its own child goes on writing.
      const done = folder.path('done');
      const protocol = shell(`{ head -c 8000000 /dev/zero; : > '${done}'; } & read exit`);
      const { transport } = protocol;
      let pieces = 0;
      protocol.outReceived = () => {
        pieces += 1;
        if (pieces > 1) return;
        transport.pauseProducing();
        transport.write(Buffer.from('exit\n'));
      };
      await until(() => protocol.reason !== undefined);
      // Long enough for it to write all that.
      for (let i = 0; i < 10; i++) await shell('exit').whenEnded;
      expect(existsSync(done)).to.equal(false);
      expect(pieces).to.equal(1);
      transport.resumeProducing();
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

    it('give a receiver that has lost the process no more lines of a chunk', async () => {
      const protocol = shell("printf 'first\\r\\nsecond\\r\\n'; read x");
      const lines: string[] = [];
      const receiver = new LineReceiver();
      receiver.lineReceived = (line) => {
        lines.push(line.toString());
        receiver.transport.loseConnection();
      };
      receiver.makeConnection(protocol.transport);
      protocol.outReceived = (data) => void receiver.dataReceived(data);
      await protocol.whenEnded;
      expect(lines).to.deep.equal(['first']);
      expect(protocol.transport).to.have.property('disconnecting', true);
    });

    it('are closed, and the error logged, when the protocol throws', async () => {
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

  it('has none for a standard descriptor that is left out, which is open on /dev/null', async function () {
    const before = canCountDescriptors ? countSockets() : 0;
    const script = 'cat; head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2';
    for (const childFDs of [{}, { 1: 'r' }, { 2: 'r' }] as const) {
      const protocol = shell(script, new Recorder(), { childFDs });
      await protocol.whenEnded;
      expect(protocol.reason).to.be.instanceOf(ProcessDone);
    }
    if (canCountDescriptors) await until(() => countSockets() === before);
  });

  it('notices at once that the child has closed another descriptor that it read', async () => {
    const protocol = shell('echo unread >&3; exec 3<&-; read x', new Recorder(), {
      childFDs: { 0: 'w', 3: 'w' },
    });
    await until(() => protocol.told.includes('lost 3'));
    expect(protocol.reason).to.equal(undefined);
    protocol.transport.closeStdin();
    await protocol.whenEnded;
  });

  it('are closed at once, although the child keeps its ends', async function () {
    if (!canCountDescriptors) this.skip();
    const before = countSockets();
    const protocol = shell('read x', new Recorder(), { childFDs: { 0: 'w', 3: 'w', 4: 'r' } });
    protocol.transport.closeChildFD(3);
    protocol.transport.closeChildFD(4);
    await until(() => countSockets() === before + 1);
    expect(protocol.told.slice(1).sort()).to.deep.equal(['lost 3', 'lost 4']);
    protocol.transport.closeStdin();
    await protocol.whenEnded;
  });
});
