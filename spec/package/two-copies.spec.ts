/** Two copies of the library in one process do what docs/production.md says. */
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';

import { expect } from 'chai';

import type * as library from '../../lib/index.js';
import { ROOT } from '../support/programs.js';
import { makeFolder, removeFolder } from '../support/temporary-folder.js';

type Library = typeof library;

describe('Two copies of the library', () => {
  let folder: string;
  let ours: Library;
  let theirs: Library;

  before(async () => {
    folder = makeFolder();
    const copies = ['ours', 'theirs'].map((name) => join(folder, name));
    for (const copy of copies) {
      mkdirSync(join(copy, 'lib/base'), { recursive: true });
      for (const part of ['dist', 'package.json', 'lib/base/stream.js']) {
        cpSync(join(ROOT, part), join(copy, part), { recursive: true });
      }
      symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    }
    const load = (copy: string) =>
      import(pathToFileURL(join(copy, 'dist/index.js')).href) as Promise<Library>;
    [ours, theirs] = (await Promise.all(copies.map(load))) as [Library, Library];
  });
  after(() => removeFolder(folder));

  it('have classes of their own, and the same codes', async () => {
    const consumer = new ours.WritableConsumer(new PassThrough().resume());
    consumer.loseConnection();
    const reason = await consumer.closed;
    expect(reason).to.be.an.instanceof(ours.ConnectionDone);
    expect(reason).not.to.be.an.instanceof(theirs.ConnectionDone);
    expect(reason).to.have.property('code', new theirs.ConnectionDone().code);
  });

  it('send a file of one over a consumer of the other, and close', async () => {
    const stream = new PassThrough().resume();
    const consumer = new ours.WritableConsumer(stream);
    const sent = new theirs.FileSender().beginFileTransfer(join(ROOT, 'package.json'), consumer);
    consumer.loseConnection();
    await sent;
    expect(await consumer.closed).to.be.an.instanceof(ours.ConnectionDone);
  });

  it('close a connection whose protocol, of one, registers its transport, of the other', async () => {
    class Echo extends theirs.Protocol {
      override connectionMade(): void {
        this.transport.registerProducer(this.transport, true);
        this.transport.loseConnection();
      }
    }
    const stream = new PassThrough().resume();
    const { closed } = new ours.DuplexTransport(stream, { protocol: new Echo() });
    expect(await closed).to.be.an.instanceof(ours.ConnectionDone);
  });

  it('have a log each', () => {
    const told: string[] = [];
    const stops = [ours, theirs].map((library, i) =>
      library.log.addObserver(() => told.push(`log ${i}`)),
    );
    ours.log.err(new Error('ours'));
    for (const stop of stops) stop();
    expect(told).to.deep.equal(['log 0']);
  });

  it('refuse a bucket of the other', () => {
    const transport = new ours.DuplexTransport(new PassThrough());
    expect(() => new ours.ShapedTransport(transport, new theirs.Bucket()))
      .to.throw()
      .with.property('code', 'ERR_INVALID_ARG_TYPE');
    transport.abortConnection();
  });

  it('are one if a program both imports and requires the library', () => {
    const require = createRequire(import.meta.url);
    const path = join(folder, 'ours/dist/index.js');
    expect((require(path) as Library).Protocol).to.equal(ours.Protocol);
  });
});
