/** StandardIO over streams of any library, whether or not their `write` calls back. */
import { EventEmitter, once } from 'node:events';
import { PassThrough, Readable, Writable } from 'node:stream';

import { expect } from 'chai';
import * as streamx from 'streamx';

import { Protocol, StandardIO } from '../../../lib/index.js';
import { AccumulatingProtocol } from '../../../lib/testing/index.js';
import type { NodeReadableLike, WritableLike } from '../../../lib/streams/any-stream/index.js';
import { Minipass, readableStreams, through2 } from '../../support/older-libraries.js';
import { until } from '../../support/until.js';

/** Says five pieces of 1000 bytes, one after the other, and leaves. */
class FivePieces extends Protocol {
  private lost!: (reason: Error) => void;
  readonly whenLost = new Promise<Error>((resolve) => (this.lost = resolve));
  override connectionMade(): void {
    let left = 5;
    const say = () => {
      this.transport.write(Buffer.alloc(1000));
      if (--left > 0) setImmediate(say);
      else this.transport.loseConnection();
    };
    say();
  }
  override connectionLost(reason: Error): void {
    this.lost(reason);
  }
}

/** As streams were before Node had classes for them: no callback, and one event at the end. */
class OldStyleStream extends EventEmitter {
  constructor(
    private readonly take: (chunk: Uint8Array) => void,
    private readonly last = 'close',
  ) {
    super();
  }
  write(chunk: Uint8Array): boolean {
    this.take(chunk);
    setImmediate(() => this.emit('drain'));
    return false;
  }
  end(): void {
    setImmediate(() => this.emit(this.last));
  }
}

type Take = (chunk: Uint8Array) => void;

const outputs: [string, (take: Take) => WritableLike][] = [
  [
    'node:stream Writable',
    (take) =>
      new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          take(chunk);
          setImmediate(done);
        },
      }),
  ],
  [
    'streamx Writable',
    (take) =>
      new streamx.Writable({
        write: (chunk: Buffer, done) => {
          take(chunk);
          setImmediate(() => done(null));
        },
      }),
  ],
  [
    'streamx Writable that is full with each write',
    (take) =>
      new streamx.Writable({
        highWaterMark: 1,
        write: (chunk: Buffer, done) => {
          take(chunk);
          setImmediate(() => done(null));
        },
      }),
  ],
  ...Object.entries(readableStreams).map(
    ([name, library]): [string, (take: Take) => WritableLike] => [
      `${name} Writable`,
      (take) => {
        const stream = new library.Writable();
        stream._write = (chunk: Buffer, _encoding, done) => {
          take(chunk);
          setImmediate(done);
        };
        return stream;
      },
    ],
  ),
  ...Object.entries(through2).map(([name, through]): [string, (take: Take) => WritableLike] => [
    name,
    (take) => through().on('data', take),
  ]),
  ['minipass', (take) => new Minipass().on('data', take)],
  ...['finish', 'end', 'close'].map((last): [string, (take: Take) => WritableLike] => [
    `old-style stream (streams1) that says ${last}`,
    (take) => new OldStyleStream(take, last),
  ]),
];

describe('StandardIO', () => {
  it('reads an old-style stream that can neither be paused nor destroyed', async () => {
    const stdin = Object.assign(new EventEmitter(), { readable: true, pipe() {} });
    let heard = '';
    class Hearing extends Protocol {
      override dataReceived(data: Buffer): void {
        heard += String(data);
        this.transport.pauseProducing();
        this.transport.resumeProducing();
      }
    }
    const transport = new StandardIO(new Hearing(), {
      stdin: stdin as unknown as NodeReadableLike,
      stdout: new OldStyleStream(() => {}),
    });
    stdin.emit('data', Buffer.from('all of '));
    stdin.emit('data', Buffer.alloc(100_000, '.'));
    stdin.emit('data', Buffer.from(' it'));
    stdin.emit('end');
    stdin.emit('close');
    expect((await transport.closed).name).to.equal('ConnectionDone');
    expect(heard).to.have.lengthOf(100_010);
  });

  it('destroys its output if its input cannot be destroyed', async () => {
    const stdin = Object.assign(new EventEmitter(), { readable: true, pipe() {} });
    const stdout = new PassThrough();
    const transport = new StandardIO(new Protocol(), {
      stdin: stdin as unknown as NodeReadableLike,
      stdout,
    });
    transport.abortConnection();
    await transport.closed;
    expect(stdout.destroyed).to.equal(true);
  });

  for (const [name, open] of outputs) {
    it(`writes to a ${name}, and closes`, async () => {
      let taken = 0;
      const stdout = open((chunk) => (taken += chunk.length));
      const protocol = new FivePieces();
      new StandardIO(protocol, { stdin: new PassThrough(), stdout });
      const reason = await protocol.whenLost;
      expect({ taken, reason: reason.name }).to.deep.equal({
        taken: 5000,
        reason: 'ConnectionDone',
      });
    });
  }

  describe('over streams that were ended or destroyed by other code', () => {
    const turn = () => new Promise(setImmediate);
    const reasonOf = async ({ closed }: StandardIO) => {
      const reason = await closed;
      return [reason.name, (reason.cause as { code?: string } | undefined)?.code];
    };
    const cut = ['ConnectionLost', 'ERR_STREAM_PREMATURE_CLOSE'];
    const open = (stdin: NodeReadableLike, stdout: WritableLike) =>
      new StandardIO(new Protocol(), { stdin, stdout });
    const duplexes: [
      string,
      () => NodeReadableLike & WritableLike & { destroy(): unknown; end(last?: unknown): unknown },
    ][] = [
      ['node:stream', () => new PassThrough()],
      ['node:stream without emitClose', () => new PassThrough({ emitClose: false })],
      ...Object.entries(readableStreams)
        .filter(([name]) => !name.endsWith(' 1')) // It has no `destroy`.
        .map(([name, library]): [string, () => PassThrough] => [
          name,
          () => new library.PassThrough(),
        ]),
      ['streamx', () => new streamx.PassThrough()],
    ];
    for (const [name, make] of duplexes) {
      it(`is lost if its input was destroyed before (${name})`, async () => {
        const stdin = make();
        stdin.destroy();
        await turn();
        expect(await reasonOf(open(stdin, new PassThrough()))).to.deep.equal(cut);
      });

      // `readable-stream` 2 ends what it destroys, and nothing tells the two apart.
      if (!name.endsWith(' 2')) {
        it(`is lost if its output was destroyed before (${name})`, async () => {
          const stdout = make();
          stdout.destroy();
          await turn();
          expect(await reasonOf(open(new PassThrough(), stdout))).to.deep.equal(cut);
        });
      }

      it(`reads on if its output had ended before, and closes (${name})`, async () => {
        const stdin = new PassThrough();
        const stdout = make();
        stdout.end();
        await turn();
        let heard = '';
        class Hearing extends Protocol {
          override dataReceived(data: Buffer): void {
            heard += String(data);
          }
        }
        const transport = new StandardIO(new Hearing(), { stdin, stdout });
        transport.write(Buffer.from('dropped'));
        stdin.end('heard');
        expect((await transport.closed).name).to.equal('ConnectionDone');
        expect(heard).to.equal('heard');
      });

      if (!name.endsWith('emitClose')) {
        it(`is lost if its input is destroyed (${name})`, async () => {
          const stdin = make();
          const transport = open(stdin, new PassThrough());
          await turn(); // It reads now, so that `readable-stream` 2 says `end` when it is destroyed.
          stdin.destroy();
          expect(await reasonOf(transport)).to.deep.equal(cut);
        });
      }

      for (const over of ['end', 'destroy'] as const) {
        it(`is lost if it writes in the turn of ${over} of its output (${name})`, async () => {
          const stdout = make();
          const transport = open(new PassThrough(), stdout);
          stdout[over]();
          transport.write(Buffer.from('late'));
          expect(await reasonOf(transport)).to.deep.equal(cut);
        });
      }

      it(`is lost as soon as its output is ended (${name})`, async () => {
        const stdout = make();
        const transport = open(new PassThrough(), stdout);
        stdout.end();
        expect(await reasonOf(transport)).to.deep.equal(cut);
      });

      it(`is lost if its output is ended, then closes (${name})`, async () => {
        const stdout = make();
        const transport = open(new PassThrough(), stdout);
        stdout.end();
        await turn();
        transport.loseConnection();
        expect(await reasonOf(transport)).to.deep.equal(cut);
      });

      it(`is lost if its output is destroyed, then closes (${name})`, async () => {
        const stdout = make();
        const transport = open(new PassThrough(), stdout);
        stdout.destroy();
        await turn();
        transport.loseConnection();
        expect(await reasonOf(transport)).to.deep.equal(cut);
      });

      it(`is lost if its input is destroyed while it is paused, and is then resumed (${name})`, async () => {
        const stdin = make();
        const transport = open(stdin, new PassThrough());
        transport.pauseProducing();
        stdin.destroy();
        await turn();
        transport.resumeProducing();
        expect(await reasonOf(transport)).to.deep.equal(cut);
      });
    }

    it('closes although its output, which has destroyed itself, had ended before', async () => {
      const [stdin, stdout] = [new PassThrough(), new Writable().end()];
      await turn();
      const transport = open(stdin, stdout);
      transport.loseConnection();
      expect((await transport.closed).name).to.equal('ConnectionDone');
      await until(() => stdin.destroyed);
    });

    it('reads on once it has ended its output, which destroys itself', async () => {
      const [stdin, stdout] = [new PassThrough(), new Writable()];
      const told: string[] = [];
      class Half extends Protocol {
        override dataReceived(data: Buffer): void {
          told.push(String(data));
        }
        readConnectionLost(): void {
          this.transport.loseConnection();
        }
        writeConnectionLost(): void {
          told.push('ended');
        }
      }
      const transport = new StandardIO(new Half(), { stdin, stdout });
      const closed = once(stdout, 'close');
      transport.loseWriteConnection();
      await closed;
      stdin.end('heard');
      expect((await transport.closed).name).to.equal('ConnectionDone');
      expect(told).to.deep.equal(['ended', 'heard']);
    });

    it('is lost if an output that other code has ended before is destroyed while it ends', async () => {
      const stdout = new Writable({ final() {} }).end();
      await turn();
      const transport = open(new PassThrough(), stdout);
      await turn();
      stdout.destroy();
      expect(await reasonOf(transport)).to.deep.equal(cut);
    });

    it('is lost if its output is destroyed while it ends', async () => {
      const stdout = new Writable({ final() {} });
      const transport = open(new PassThrough(), stdout);
      transport.loseConnection();
      await turn();
      stdout.destroy();
      expect(await reasonOf(transport)).to.deep.equal(cut);
    });

    it('is lost with the error of an input that had failed before and is not destroyed', async () => {
      const stdin = new Readable({ autoDestroy: false, read() {} }).on('error', () => {});
      stdin.push('dropped');
      stdin.push({}); // It is not bytes.
      expect([stdin.destroyed, Boolean(stdin.errored)]).to.deep.equal([false, true]);
      const reason = await reasonOf(open(stdin, new PassThrough()));
      expect(reason).to.deep.equal(['ConnectionLost', 'ERR_INVALID_ARG_TYPE']);
    });

    it('is lost with the error of an input that does not close after it', async () => {
      const stdin = new PassThrough({ autoDestroy: false });
      const transport = open(stdin, new PassThrough());
      stdin.emit('error', Object.assign(new Error(), { code: 'EIO' }));
      expect(await reasonOf(transport)).to.deep.equal(['ConnectionLost', 'EIO']);
    });

    it('closes although its output, of minipass, had ended before', async () => {
      const stdout = new Minipass().on('data', () => {});
      stdout.end();
      const transport = open(new PassThrough(), stdout);
      transport.loseConnection();
      expect((await transport.closed).name).to.equal('ConnectionDone');
    });

    it('reads all of an input, an async one of minipass, that ends as soon as it flows', async () => {
      const stdin = new Minipass({ async: true });
      stdin.write(Buffer.from('first, '));
      stdin.once('drain', () => stdin.end(Buffer.from('last')));
      const protocol = new AccumulatingProtocol();
      new StandardIO(protocol, { stdin, stdout: new PassThrough() });
      await protocol.closedDeferred;
      expect([String(protocol.data), protocol.closedReason?.name]).to.deep.equal([
        'first, last',
        'ConnectionDone',
      ]);
    });

    it('ends no more an output that other code has ended before, although that is not done', async () => {
      const stdout = new Writable({ write() {}, final() {} });
      stdout.end();
      let ends = 0;
      stdout.end = () => {
        ends += 1;
        return stdout;
      };
      const transport = open(new PassThrough(), stdout);
      transport.loseConnection();
      expect((await transport.closed).name).to.equal('ConnectionDone');
      expect(ends).to.equal(0);
    });

    for (const [name, library] of Object.entries(readableStreams)) {
      if (name.endsWith(' 1')) continue; // It has no `final`.
      // `readable-stream` 3 that destroys itself says `finish` first; version 2 never does so.
      for (const autoDestroy of [false, true]) {
        it(`is lost with the error for which the end of its output has failed (${name}, autoDestroy: ${autoDestroy})`, async () => {
          const stdout = new library.Writable({
            autoDestroy,
            write: (_chunk, _encoding, done) => done(),
            final: (done) => setImmediate(done, Object.assign(new Error(), { code: 'EIO' })),
          });
          const transport = open(new PassThrough(), stdout);
          transport.loseConnection();
          expect(await reasonOf(transport)).to.deep.equal(['ConnectionLost', 'EIO']);
        });
      }
    }

    it('is lost with the error with which its input was destroyed before', async () => {
      const stdin = new PassThrough().on('error', () => {});
      stdin.destroy(Object.assign(new Error(), { code: 'EIO' }));
      await turn();
      const reason = await reasonOf(open(stdin, new PassThrough()));
      expect(reason).to.deep.equal(['ConnectionLost', 'EIO']);
    });

    it('delivers what its input still has when that says `close`, as a channel of ssh2 does', async () => {
      const stdin = new Readable({ read() {} });
      let heard = 0;
      class Hearing extends Protocol {
        override connectionMade(): void {
          this.transport.pauseProducing();
        }
        override dataReceived(data: Buffer): void {
          heard += data.length;
        }
      }
      const transport = new StandardIO(new Hearing(), { stdin, stdout: new PassThrough() });
      stdin.push(Buffer.alloc(100_000));
      stdin.push(null);
      await turn();
      stdin.emit('close');
      transport.resumeProducing();
      expect((await transport.closed).name).to.equal('ConnectionDone');
      expect(heard).to.equal(100_000);
    });
  });
});
