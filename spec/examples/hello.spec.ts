/** examples/hello.ts, the first thing that a newcomer reads. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';

import { expect } from 'chai';

import { ROOT } from '../support/programs.js';

describe('examples/hello.ts', () => {
  it('has ten lines, blank ones and its heading aside', () => {
    const code = readFileSync(join(ROOT, 'examples/hello.ts'), 'utf8');
    const lines = code.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('/**'));
    expect(lines.length).to.be.at.most(10);
  });

  it('echoes the bytes that it is sent', async () => {
    const args = ['--import', 'tsx/esm', 'examples/hello.ts', '0'];
    const server = spawn(process.execPath, args, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [said] = (await once(server.stdout, 'data')) as [Buffer];
      const client = net.connect(Number(/port: (\d+)/.exec(String(said))?.[1]), '127.0.0.1');
      client.write('hello');
      const [echo] = (await once(client, 'data')) as [Buffer];
      client.end();
      expect(echo.toString()).to.equal('hello');
    } finally {
      server.kill();
    }
  });
});
