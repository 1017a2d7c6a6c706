/** Files and cooperators of a body whose methods are async functions, and fail. */
import { rmSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { Cooperator, FileBodyProducer, UNKNOWN_LENGTH } from '../../../lib/index.js';
import { failure, fails } from '../../support/failure.js';
import { expectNothingLogged } from '../../support/logged.js';
import { rejection } from '../../support/rejection.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** A file of one piece, which moves as soon as the event loop has turned. */
class SlowFile {
  position = 3;
  closed = 0;
  /** How many seeks were made before the one that fails; none fails unless it is set. */
  failsAfter = Infinity;
  private seeks = 0;

  read(): Buffer {
    const left = Buffer.from('one two').subarray(this.position);
    this.position = 7;
    return left;
  }
  async seek(offset: number, whence: 0 | 2): Promise<void> {
    const mustFail = this.seeks++ >= this.failsAfter;
    await turn();
    if (mustFail) throw failure;
    this.position = whence === 0 ? offset : 7 + offset;
  }
  tell(): number {
    return this.position;
  }
  close(): void {
    this.closed += 1;
  }
}

describe('FileBodyProducer, of a file with async functions,', () => {
  const logged = expectNothingLogged();
  const folder = temporaryFolder();
  let written: string[];
  const consumer = { write: (data: Uint8Array) => void written.push(String(data)) };
  beforeEach(() => (written = []));

  it('does not know the length if seek returns a promise, and reads once that has gone back', async () => {
    const body = new FileBodyProducer(new SlowFile());
    expect(body.length).to.equal(UNKNOWN_LENGTH);
    await body.startProducing(consumer);
    expect(written).to.deep.equal([' two']);
  });

  it('knows the length if only the way back takes time, and waits for that', async () => {
    const file = new SlowFile();
    const slow = file.seek.bind(file);
    file.seek = (offset, whence) => {
      if (whence === 0) return slow(offset, whence);
      file.position = 7;
      return undefined as never;
    };
    const body = new FileBodyProducer(file);
    expect(body.length).to.equal(4);
    await body.startProducing(consumer);
    expect(written).to.deep.equal([' two']);
  });

  for (const failsAfter of [0, 1]) {
    it(`rejects with the error of seek ${failsAfter + 1}, and closes the file`, async () => {
      const file = Object.assign(new SlowFile(), { failsAfter });
      expect(await rejection(new FileBodyProducer(file).startProducing(consumer))).to.equal(
        failure,
      );
      expect(file.closed).to.equal(1);
      expect(written).to.deep.equal([]);
    });
  }

  it('logs the error of a seek if it was not to write yet, and rejects when it is', async () => {
    const body = new FileBodyProducer(Object.assign(new SlowFile(), { failsAfter: 0 }));
    await turn();
    await turn();
    expect(logged.splice(0)).to.deep.equal([failure]);
    expect(await rejection(body.startProducing(consumer))).to.equal(failure);
  });

  it('logs the error of tell, and reads all the same', async () => {
    for (const tells of [[], [3]]) {
      const file = Object.assign(new SlowFile(), {
        seek() {},
        tell: () => tells.shift() ?? Promise.reject(failure),
      });
      const body = new FileBodyProducer(file);
      expect(body.length).to.equal(UNKNOWN_LENGTH);
      await body.startProducing(consumer);
      expect(logged.splice(0)).to.deep.equal([failure]);
    }
    expect(written).to.deep.equal([' two', ' two']);
  });

  it('takes any object with then for a promise of bytes', async () => {
    const answers = [Buffer.from('one'), null];
    const read = () => ({
      then(resolve: (bytes: Buffer | null) => void) {
        resolve(answers.shift() ?? null);
      },
    });
    await new FileBodyProducer({ read } as never).startProducing(consumer);
    expect(written).to.deep.equal(['one']);
  });

  it('rejects when it is resumed, if the file at its path is gone', async () => {
    const path = folder.write('gone', 'text');
    const body = new FileBodyProducer(path);
    rmSync(path);
    body.pauseProducing();
    const started = body.startProducing(consumer);
    started.catch(() => {});
    for (let count = 0; count < 100; count += 1) await turn();
    body.resumeProducing();
    expect(await rejection(started)).to.have.property('code', 'ENOENT');
  });

  it('closes the file if the cooperator makes no task', async () => {
    const wrong = { cooperate: () => Promise.reject(failure) as never };
    for (const [cooperator, code] of [
      [{ cooperate: fails }, undefined],
      [wrong, 'ERR_INVALID_ARG_TYPE'],
    ] as const) {
      const file = new SlowFile();
      Object.assign(file, { seek: undefined });
      const body = new FileBodyProducer(file, { cooperator });
      const reason = (await rejection(body.startProducing(consumer))) as { code?: string };
      expect(reason.code).to.equal(code);
      expect(file.closed).to.equal(1);
    }
    expect(logged.splice(0)).to.deep.equal([failure]);
  });

  it('rejects with the reason of a cooperator that was stopped, and closes the file', async () => {
    const cooperator = new Cooperator();
    cooperator.stop();
    const file = new SlowFile();
    Object.assign(file, { seek: undefined });
    const started = new FileBodyProducer(file, { cooperator }).startProducing(consumer);
    expect(await rejection(started)).to.have.property('code', 'ERR_SCHEDULER_STOPPED');
    expect(file.closed).to.equal(1);
  });
});
