import { mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import http from 'node:http';
import { pathToFileURL } from 'node:url';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import type { Cooperator } from '../../../lib/index.js';
import {
  FileBodyProducer,
  type FileBytes,
  UNKNOWN_LENGTH,
  WritableConsumer,
} from '../../../lib/index.js';
import type { FakeScheduler } from '../../support/fake-scheduler.js';
import { loggedErrors } from '../../support/logged.js';
import { pumped } from '../../support/pumped-cooperator.js';
import { rejection } from '../../support/rejection.js';
import { port } from '../../support/sockets.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { until } from '../../support/until.js';

/** A file in memory, as Python's are. */
class MemoryFile {
  closed = 0;
  constructor(
    private readonly bytes: Buffer,
    private position = 0,
  ) {}
  read(size: number): FileBytes {
    const from = this.position;
    this.position = Math.min(from + size, this.bytes.length);
    return this.bytes.subarray(from, this.position);
  }
  seek(offset: number, whence: 0 | 2): void {
    this.position = whence === 0 ? offset : this.bytes.length + offset;
  }
  tell(): number {
    return this.position;
  }
  close(): void {
    this.closed += 1;
  }
}

/** Tells `position`, and then nothing. */
function tellsOnce(position: number): () => number | undefined {
  const told = [position];
  return () => told.shift();
}

function expectNoCall(): void {
  expect.fail('It was moved, and nobody knows from where');
}

describe('FileBodyProducer', () => {
  const logged = loggedErrors();
  const folder = temporaryFolder();
  let scheduler: FakeScheduler;
  let cooperator: Cooperator;
  let written: string[];
  const consumer = { write: (data: Uint8Array) => void written.push(String(data)) };
  beforeEach(() => {
    ({ scheduler, cooperator } = pumped());
    written = [];
  });

  const text = (): MemoryFile => new MemoryFile(Buffer.from('one two three'), 4);

  it('knows how many bytes follow the position of a file, and leaves the position there', () => {
    const file = text();
    expect(new FileBodyProducer(file).length).to.equal(9);
    expect(file.tell()).to.equal(4);
    expect(new FileBodyProducer(new MemoryFile(Buffer.from('four'), 7)).length).to.equal(0);
  });

  it('knows the length of a file at a path, and of no other', async () => {
    const path = folder.write('body', 'twelve bytes');
    expect(new FileBodyProducer(path).length).to.equal(12);
    expect(new FileBodyProducer(pathToFileURL(path)).length).to.equal(12);
    mkdirSync(folder.path('folder'));
    expect(new FileBodyProducer(folder.path('folder')).length).to.equal(UNKNOWN_LENGTH);
    const handle = await open(path);
    expect(new FileBodyProducer(handle).length).to.equal(UNKNOWN_LENGTH);
    await handle.close();
    expect(new FileBodyProducer({ read: () => null }).length).to.equal(UNKNOWN_LENGTH);
    const later = { read: () => null, seek() {}, tell: () => Promise.resolve(0) };
    expect(new FileBodyProducer(later).length).to.equal(UNKNOWN_LENGTH);
  });

  it('does not know the length of a file that tells its position, or its end, later or not at all', () => {
    for (const [tell, seek] of [
      [undefined, () => {}],
      [() => 4, undefined],
      [() => Promise.resolve(4), expectNoCall],
      [tellsOnce(4), () => {}],
      [() => Number.NaN, expectNoCall],
    ]) {
      const file = { read: () => null, tell, seek } as never;
      expect(new FileBodyProducer(file).length).to.equal(UNKNOWN_LENGTH);
    }
  });

  it('goes on where it was paused and resumed before it has begun', async () => {
    const body = new FileBodyProducer(text());
    body.pauseProducing();
    body.resumeProducing();
    await body.startProducing(consumer);
    expect(written.join('')).to.equal('two three');
  });

  it('lets through the error that a task of another cooperator throws', () => {
    const failure = new Error('no pause');
    const task = {
      pause: () => {
        throw failure;
      },
      whenDone: () => new Promise(() => {}),
    };
    const body = new FileBodyProducer(text(), { cooperator: { cooperate: () => task as never } });
    void body.startProducing(consumer);
    expect(() => body.pauseProducing()).to.throw(failure);
  });

  it('writes its file once: while it does, and when it was stopped before, it begins no more', async () => {
    const writing = new FileBodyProducer(text(), { cooperator });
    void writing.startProducing(consumer);
    const stopped = new FileBodyProducer(text(), { cooperator });
    stopped.stopProducing();
    for (const body of [writing, stopped]) {
      expect(await rejection(body.startProducing(consumer))).to.include({
        code: 'ERR_INVALID_STATE',
      });
    }
  });

  it('writes a piece each time that it is its turn, then closes the file', async () => {
    const file = text();
    const body = new FileBodyProducer(file, { cooperator, readSize: 4 });
    const done = body.startProducing(consumer);
    expect(written).to.deep.equal([]);
    scheduler.pump();
    expect(written).to.deep.equal(['two ']);
    scheduler.run();
    await done;
    expect(written).to.deep.equal(['two ', 'thre', 'e']);
    expect(file.closed).to.equal(1);
  });

  it('waits for a file that answers later', async () => {
    const file = text();
    const slow = { read: async (size: number) => (await turn(), file.read(size)) };
    await new FileBodyProducer(slow, { readSize: 5 }).startProducing(consumer);
    expect(written.join('')).to.equal('two three');
  });

  for (const what of ['a path', 'a FileHandle'] as const) {
    it(`reads ${what}, and closes it`, async () => {
      const path = folder.write('read', 'x'.repeat(200_000));
      const handle = await open(path);
      const body = new FileBodyProducer(what === 'a path' ? path : handle);
      await body.startProducing(consumer);
      expect(written.join('')).to.equal('x'.repeat(200_000));
      if (what === 'a path') await handle.close();
      else expect(await rejection(handle.stat())).to.include({ code: 'EBADF' });
    });
  }

  it('pauses once, however often it is told to, also before it has begun', async () => {
    const body = new FileBodyProducer(text(), { cooperator, readSize: 4 });
    body.pauseProducing();
    body.pauseProducing();
    const done = body.startProducing(consumer);
    scheduler.run();
    expect(written).to.deep.equal([]);
    body.resumeProducing();
    body.resumeProducing();
    scheduler.pump();
    expect(written).to.deep.equal(['two ']);
    body.pauseProducing();
    body.pauseProducing();
    scheduler.run();
    expect(written).to.deep.equal(['two ']);
    body.resumeProducing();
    scheduler.run();
    await done;
    body.pauseProducing(); // Of what is over, nothing.
    body.resumeProducing();
    expect(written.join('')).to.equal('two three');
  });

  it('stops for good: the file is closed, and the promise never settles', async () => {
    const file = text();
    const body = new FileBodyProducer(file, { cooperator, readSize: 4 });
    let settled = false;
    body.startProducing(consumer).then(
      () => (settled = true),
      () => (settled = true),
    );
    scheduler.pump();
    body.stopProducing();
    body.stopProducing();
    scheduler.run();
    await turn();
    expect(written).to.deep.equal(['two ']);
    expect([file.closed, settled]).to.deep.equal([1, false]);
    expect(await rejection(body.startProducing(consumer))).to.include({
      code: 'ERR_INVALID_STATE',
    });
  });

  it('closes a file that was given open at once, when it is read, cannot be written, or is stopped', () => {
    const closedBy = (end: (body: FileBodyProducer) => void, write = consumer.write) => {
      const file = text();
      const body = new FileBodyProducer(file, { cooperator });
      body.startProducing({ write }).catch(() => {});
      end(body);
      return file.closed;
    };
    const read = () => scheduler.run();
    const refuse = () => expect.fail('full');
    expect(closedBy(read)).to.equal(1);
    expect(closedBy(read, refuse)).to.equal(1);
    expect(closedBy((body) => body.stopProducing())).to.equal(1);
  });

  it('can be stopped by the file that it closes', () => {
    const file = text();
    const body = new FileBodyProducer(file, { cooperator });
    const close = file.close.bind(file);
    file.close = () => {
      close();
      body.stopProducing();
    };
    void body.startProducing(consumer);
    scheduler.run();
    expect([written, file.closed]).to.deep.equal([['two three'], 1]);
  });

  it('can be stopped from inside a write', async () => {
    const file = text();
    const body = new FileBodyProducer(file, { cooperator, readSize: 4 });
    void body.startProducing({
      write: (data) => {
        consumer.write(data);
        body.stopProducing();
      },
    });
    scheduler.run();
    await turn();
    expect([written, file.closed]).to.deep.equal([['two '], 1]);
  });

  for (const [what, read, reason] of [
    ['throws', () => JSON.parse('{') as null, { name: 'SyntaxError' }],
    ['rejects', () => Promise.reject(new Error('no disk')), { message: 'no disk' }],
    ['gives text', () => 'text' as never, { code: 'ERR_INVALID_ARG_TYPE' }],
  ] as const) {
    it(`rejects where the file ${what}, which is closed`, async () => {
      let closed = 0;
      const body = new FileBodyProducer({ read, close: () => (closed += 1) });
      expect(await rejection(body.startProducing(consumer))).to.include(reason);
      expect(closed).to.equal(1);
    });
  }

  it('rejects with the error that the consumer throws', async () => {
    const failure = new Error('full');
    const body = new FileBodyProducer(text());
    const refuse = (): never => {
      throw failure;
    };
    expect(await rejection(body.startProducing({ write: refuse }))).to.equal(failure);
  });

  it('logs that a file did not close, and has written it all the same', async () => {
    const failure = new Error('stuck');
    const read = () => null;
    await new FileBodyProducer({ read }).startProducing(consumer);
    expect(logged).to.deep.equal([]);
    const close = () => Promise.reject(failure);
    await new FileBodyProducer({ read, close }).startProducing(consumer);
    expect(logged).to.deep.equal([failure]);
  });

  it('is the body of a request of Node’s, its length told before', async () => {
    const received: unknown[] = [];
    const server = http.createServer((request, response) => {
      received.push(request.headers['content-length']);
      request.on('data', (data: Buffer) => received.push(data.length));
      request.on('end', () => response.end());
    });
    server.listen(0, '127.0.0.1');
    await until(() => server.listening);
    const body = new FileBodyProducer(folder.write('big', Buffer.alloc(1 << 20)));
    const request = http.request({
      ...{ host: '127.0.0.1', port: port(server), method: 'PUT' },
      headers: { 'content-length': Number(body.length) },
    });
    request.on('response', (response) => response.resume());
    const out = new WritableConsumer(request);
    out.registerProducer(body, true);
    await body.startProducing(out);
    out.unregisterProducer();
    out.loseConnection();
    expect((await out.closed).name).to.equal('ConnectionDone');
    server.close();
    const [length, ...chunks] = received as [string, ...number[]];
    expect(length).to.equal(String(1 << 20));
    expect(chunks.reduce((sum, chunk) => sum + chunk, 0)).to.equal(1 << 20);
  });

  describe('refuses', () => {
    for (const [what, args, code] of [
      ['a value that is not a file', [{}], 'ERR_INVALID_ARG_TYPE'],
      ['a path where nothing is', ['/nowhere/at/all'], 'ENOENT'],
      ['options that are none', [text(), 5], 'ERR_INVALID_ARG_TYPE'],
      ['a misspelt option', [text(), { readsize: 5 }], 'ERR_INVALID_ARG_TYPE'],
      ['a size that is none', [text(), { readSize: '5' }], 'ERR_INVALID_ARG_TYPE'],
      ['a size of 0', [text(), { readSize: 0 }], 'ERR_OUT_OF_RANGE'],
      ['a cooperator that is none', [text(), { cooperator: {} }], 'ERR_INVALID_ARG_TYPE'],
    ] as const) {
      it(what, () => {
        expect(() => new FileBodyProducer(...(args as unknown as [string])))
          .to.throw()
          .with.property('code', code);
      });
    }

    it('a value that is not a consumer', async () => {
      const starting = new FileBodyProducer(text()).startProducing({} as never);
      expect(await rejection(starting)).to.include({ code: 'ERR_INVALID_ARG_TYPE' });
    });
  });
});
