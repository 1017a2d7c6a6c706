/** Twisted's maildir append: `examples/maildir-delivery.ts`, on real files. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { expect } from 'chai';

import { deliver } from '../../examples/maildir-delivery.js';
import { canCountDescriptors, openDescriptors } from '../support/descriptors.js';
import { numbered } from '../support/producers.js';
import { ROOT, runExample } from '../support/programs.js';
import { rejection } from '../support/rejection.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const messagesIn = (maildir: string, folder: string) => readdirSync(join(maildir, folder));

describe('A message for a maildir', () => {
  const folder = temporaryFolder();
  const contents = numbered(1_000_001);
  let maildir: string;
  beforeEach(function () {
    maildir = folder.path(`maildir of ${this.currentTest?.title}`);
  });

  it('is delivered whole by FileSender, and leaves nothing in tmp/', async () => {
    const path = await deliver(maildir, folder.write('message', contents));
    expect(readFileSync(path).equals(contents)).to.equal(true);
    expect(messagesIn(maildir, 'new')).to.deep.equal([path.slice(path.lastIndexOf('/') + 1)]);
    expect(messagesIn(maildir, 'tmp')).to.deep.equal([]);
  });

  it('is not in new/ as long as it is not complete', async () => {
    const seen: string[] = [];
    let left = 3;
    const message = {
      read: () => {
        seen.push(...messagesIn(maildir, 'new'));
        return left-- > 0 ? Buffer.from('part ') : null;
      },
    };
    const path = await deliver(maildir, message);
    expect(seen).to.deep.equal([]);
    expect(String(readFileSync(path))).to.equal('part part part ');
  });

  it('leaves nothing when reading it fails halfway', async () => {
    const cause = new Error('a bad sector');
    let reads = 0;
    const message = {
      read: (size: number) => {
        if (reads++ === 3) throw cause;
        return numbered(size);
      },
    };
    expect(await rejection(deliver(maildir, message))).to.equal(cause);
    expect([...messagesIn(maildir, 'tmp'), ...messagesIn(maildir, 'new')]).to.deep.equal([]);
  });

  it('leaves nothing when there is no such file, and nothing open', async () => {
    const error = await rejection(deliver(maildir, folder.path('no-such-message')));
    expect(error).to.have.property('code', 'ENOENT');
    expect([...messagesIn(maildir, 'tmp'), ...messagesIn(maildir, 'new')]).to.deep.equal([]);
    if (!canCountDescriptors) return;
    expect(openDescriptors().filter((name) => name.startsWith(maildir))).to.deep.equal([]);
  });

  it('is not a message, not even a partial one, when the program is killed in between', async () => {
    const pipe = folder.path('pipe');
    execFileSync('mkfifo', [pipe]);
    mkdirSync(maildir);
    const program = ['--import', 'tsx/esm', 'examples/maildir-delivery.ts', maildir, pipe];
    const child = spawn(process.execPath, program, { cwd: ROOT, stdio: 'inherit' });
    const exit = once(child, 'exit');
    const sender = await open(pipe, 'w');
    await sender.write(numbered(50_000));
    while (sizeOfTemporary(maildir) === 0) await delay(5);
    child.kill('SIGKILL');
    await exit;
    await sender.close();
    expect(sizeOfTemporary(maildir)).to.be.above(0);
    expect(messagesIn(maildir, 'new')).to.deep.equal([]);
  });

  it('is delivered by the program', async () => {
    const message = folder.write('hello', 'hello');
    const { code, stdout } = await runExample('maildir-delivery.ts', maildir, message);
    expect(code).to.equal(0);
    expect(String(readFileSync(stdout.trim().slice('Delivered as '.length)))).to.equal('hello');
  });
});

function sizeOfTemporary(maildir: string): number {
  const [name] = messagesIn(maildir, 'tmp');
  return name === undefined ? 0 : statSync(join(maildir, 'tmp', name)).size;
}
