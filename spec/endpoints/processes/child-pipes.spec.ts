/** Pipes to a child as other runtimes than Node have them. */
import type { ChildProcess } from 'node:child_process';
import { PassThrough, Writable } from 'node:stream';

import { expect } from 'chai';

import {
  ChildReader,
  ChildWriter,
  takePipes,
} from '../../../lib/endpoints/processes/child-pipes.js';
import { ConnectionDone } from '../../../lib/index.js';

describe('A ChildWriter', () => {
  /** A pipe that keeps what it gets. */
  function open(members: object = {}): { pipe: Writable; got: string[] } {
    const got: string[] = [];
    const pipe = new Writable({
      write(chunk, _encoding, done) {
        got.push(String(chunk));
        done();
      },
    });
    return { pipe: Object.assign(pipe, members), got };
  }

  for (const [what, members] of [
    ['cannot be read at all, as on Bun', {}],
    [
      'fails if it is read, as on Deno',
      {
        readable: false,
        resume(this: Writable) {
          this.destroy(new Error('read EBADF'));
        },
      },
    ],
  ] as const) {
    it(`writes to a pipe that ${what}`, async () => {
      const { pipe, got } = open(members);
      let isLost = false;
      const { consumer } = new ChildWriter(pipe, {}, () => (isLost = true));
      consumer.write(Buffer.from('hello'));
      consumer.loseConnection();
      expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
      expect(got).to.deep.equal(['hello']);
      expect(isLost).to.equal(true);
    });
  }
});

describe('A ChildReader', () => {
  it('destroys its pipe at the end, which could still be written to', async () => {
    const pipe = new PassThrough({ allowHalfOpen: true, autoDestroy: false });
    const got: string[] = [];
    pipe.end('hello');
    await new Promise<void>((resolve) => {
      void new ChildReader(pipe, 1, {}).start((data) => got.push(String(data)), resolve);
    });
    expect(got).to.deep.equal(['hello']);
    expect(pipe.destroyed).to.equal(true);
  });
});

describe('takePipes', () => {
  class Child {
    stdio = [new PassThrough(), null];
    get stdin(): PassThrough | null {
      return this.stdio[0] ?? null;
    }
  }
  const take = (child: object) => takePipes(child as ChildProcess);

  it('finds none if there were no descriptors for them', () => {
    expect(take({ stdio: undefined })).to.deep.equal([]);
  });

  it('takes them from a child whose stdin cannot be assigned to, as on Bun', () => {
    const child = new Child();
    const [stdin] = child.stdio;
    expect(take(child)).to.deep.equal([stdin, null]);
    expect(child.stdio).to.deep.equal([]);
    expect(child.stdin).to.equal(null);
  });

  it('leaves the stdin to Deno, which closes it when the child exits: no write would tell', () => {
    Object.assign(globalThis, { Deno: {} });
    try {
      const stdin = new PassThrough();
      const child = { stdin, stdio: [stdin, null] };
      expect(take(child)).to.deep.equal([stdin, null]);
      expect(child).to.deep.equal({ stdin, stdio: [] });
    } finally {
      Reflect.deleteProperty(globalThis, 'Deno');
    }
  });
});
