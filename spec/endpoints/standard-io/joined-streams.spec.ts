/** StandardIO over streams of any library, whether or not their `write` calls back. */
import { EventEmitter } from 'node:events';
import { PassThrough, Writable } from 'node:stream';

import { expect } from 'chai';
import * as streamx from 'streamx';

import { Protocol, StandardIO } from '../../../lib/index.js';
import type { NodeReadableLike, WritableLike } from '../../../lib/streams/any-stream/index.js';
import { Minipass, readableStreams, through2 } from '../../support/older-libraries.js';

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

/** As streams were before Node had classes for them: no callback, and `close` alone at the end. */
class OldStyleStream extends EventEmitter {
  constructor(private readonly take: (chunk: Uint8Array) => void) {
    super();
  }
  write(chunk: Uint8Array): boolean {
    this.take(chunk);
    setImmediate(() => this.emit('drain'));
    return false;
  }
  end(): void {
    setImmediate(() => this.emit('close'));
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
  ['old-style stream (streams1)', (take) => new OldStyleStream(take)],
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
});
