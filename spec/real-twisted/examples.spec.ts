/** Each example, with the original of its other end from Twisted's documentation. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { certificate } from '../support/certificate.js';
import { ROOT, run, runExample, type RunningServer, startServer } from '../support/programs.js';
import { describeWithTwisted, PYTHON } from './support/twisted.js';
import { makeFolder, removeFolder } from '../support/temporary-folder.js';

const ORIGINALS = fileURLToPath(new URL('peers/originals.py', import.meta.url));

/** Runs an original that connects, and gives the lines that it prints. */
async function original(role: string, port: number, ...words: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await run(PYTHON, [ORIGINALS, role, String(port), ...words]);
  if (code !== 0 || stderr !== '') throw new Error(`${role} failed: ${stderr}`);
  return stdout.trimEnd().split('\n');
}

/** Starts an original that listens; `lines` resolves with what it prints until it ends. */
async function originalServer(role: string, ...words: string[]) {
  const child = spawn(PYTHON, [ORIGINALS, role, '0', ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const reader = createInterface(child.stdout).on('line', (line) => lines.push(line));
  const ended = once(child, 'close').then(() => lines.slice(1));
  await once(reader, 'line');
  return { port: Number(lines[0]?.split(' ')[1]), lines: ended };
}

const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex');

describeWithTwisted("The examples beside Twisted's originals:", function () {
  this.timeout(30_000);
  let server: RunningServer | undefined;
  let folder: string;

  before(() => {
    folder = makeFolder();
    const { key, cert } = certificate();
    writeFileSync(join(folder, 'key.pem'), key);
    writeFileSync(join(folder, 'cert.pem'), cert);
    writeFileSync(join(folder, 'large'), Buffer.alloc(3_000_000, 'a large file '));
  });
  after(() => removeFolder(folder));
  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  it('chat-server.ts passes each line to all clients', async () => {
    server = await startServer('chat-server.ts', '0');
    const lines = await original('chat-client', server.port, 'hi', 'all');
    expect(lines.sort()).to.deep.equal([
      'received all',
      'received all',
      'received hi',
      'received hi',
    ]);
  });

  it('line-client.ts talks with an echo server, and closes cleanly', async () => {
    const echo = await originalServer('echo-server');
    const { code, stdout, stderr } = await runExample('line-client.ts', String(echo.port));
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout.split('\n')).to.deep.equal([
      'receive: Hello, world!',
      'receive: What a fine day it is.',
      'receive: Bye-bye!',
      'connection lost: Connection was closed cleanly.',
      '',
    ]);
    expect((await echo.lines).at(-1)).to.equal('lost ConnectionDone');
  });

  it('finger.ts tells the status of a user, and closes', async () => {
    server = await startServer('finger.ts', '0', 'moshez=Happy and well');
    expect(await original('line-client', server.port, 'moshez')).to.deep.equal([
      'received Happy and well',
      'lost ConnectionDone',
    ]);
    expect(await original('line-client', server.port, 'nobody')).to.deep.equal([
      'received No such user',
      'lost ConnectionDone',
    ]);
  });

  for (const role of ['raw-client', 'half-closing-client']) {
    it(`file-server.ts sends a file to a slow ${role}, and closes`, async () => {
      server = await startServer('file-server.ts', folder, '0');
      const file = readFileSync(join(folder, 'large'));
      const sent = await original(role, server.port, 'large');
      expect(sent).to.deep.equal([`lost ConnectionDone ${file.length} ${sha256(file)}`]);
    });
  }

  it('file-server.ts names the mistake in a file name, and serves on after a reset', async () => {
    server = await startServer('file-server.ts', folder, '0');
    expect((await original('line-client', server.port, '../x'))[0]).to.match(
      /^received -ERR .*(ENOENT|not in the folder)/,
    );
    expect((await original('line-client', server.port, 'none'))[0]).to.match(
      /^received -ERR ENOENT/,
    );
    expect((await original('resetting-client', server.port, 'large'))[0]).to.match(
      /^lost ConnectionAborted/,
    );
    expect(await original('raw-client', server.port, 'cert.pem')).to.have.length(1);
  });

  it('port-forwarder.ts stands between a client and a server', async () => {
    const echo = await originalServer('echo-server');
    server = await startServer('port-forwarder.ts', '0', '127.0.0.1', String(echo.port));
    expect(await original('polite-client', server.port, 'one', 'two')).to.deep.equal([
      'received one',
      'received two',
      'lost ConnectionDone',
    ]);
    expect(await echo.lines).to.deep.equal(['received one', 'received two', 'lost ConnectionDone']);
  });

  it('starttls-server.ts goes over to TLS', async () => {
    const files = [join(folder, 'key.pem'), join(folder, 'cert.pem')] as const;
    server = await startServer('starttls-server.ts', ...files, '0');
    expect(await original('starttls-client', server.port, files[1])).to.deep.equal([
      'received READY',
      'lost ConnectionDone',
    ]);
    const printed: string[] = [];
    while (printed.at(-1) !== 'received: secure text') printed.push(await server.nextLine());
    expect(printed).to.deep.equal([
      'received: plain text',
      'received: STARTTLS',
      '-- Switching to TLS',
      'received: secure text',
    ]);
  });

  it('starttls-client.ts goes over to TLS', async () => {
    const echo = await originalServer(
      'starttls-server',
      join(folder, 'key.pem'),
      join(folder, 'cert.pem'),
    );
    const { code, stdout, stderr } = await runExample(
      'starttls-client.ts',
      join(folder, 'cert.pem'),
      String(echo.port),
    );
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout).to.equal('received: READY\nlost: Connection was closed cleanly.\n');
    expect(await echo.lines).to.deep.equal([
      'received plain text',
      'received STARTTLS',
      'received secure text',
      'lost ConnectionDone',
    ]);
  });

  it('reconnecting-client.ts connects again each time that it is hung up on', async () => {
    const dropping = await originalServer('dropping-server');
    const child = spawn(
      process.execPath,
      ['--import', 'tsx/esm', 'examples/reconnecting-client.ts', String(dropping.port)],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const printed: string[] = [];
    createInterface(child.stdout).on('line', (line) => printed.push(line));
    await dropping.lines;
    child.kill();
    await once(child, 'close');
    for (const greeting of ['hello 1', 'hello 2', 'hello 3']) {
      expect(printed).to.include(`Received: ${greeting}`);
    }
  });

  it('stdin-to-lines.ts echoes the lines that are typed', async () => {
    const { stdout, stderr } = await run(
      process.execPath,
      ['--import', 'tsx/esm', 'examples/stdin-to-lines.ts'],
      { input: 'one\ntwo\n' },
    );
    expect({ stdout, stderr }).to.deep.equal({
      stdout: '>>> Echo: one\n>>> Echo: two\n>>> ',
      stderr: '',
    });
  });

  it('count-words.ts talks with wc', async () => {
    const { stdout } = await runExample('count-words.ts', '10');
    expect(stdout).to.match(/^connectionMade!\nprocessEnded: .*\n20 lines, 110 words, \d+ char/);
  });
});
