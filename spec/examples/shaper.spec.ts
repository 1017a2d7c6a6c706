import { randomBytes } from 'node:crypto';
import { symlinkSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

import { expect } from 'chai';

import { describeWithTool, run, startServer, type RunningServer } from '../support/programs.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describeWithTool('curl', 'examples/shaper.ts', () => {
  const folder = temporaryFolder();
  const contents = randomBytes(11_500);
  let server: RunningServer;

  before(async () => {
    folder.write('file', contents);
    server = await startServer('shaper.ts', folder.path('.'), '0');
  });
  after(() => server.stop());

  /** Gets a file. @returns `curl`'s own words: the status and how many bytes there were. */
  async function get(path: string, saved = '/dev/null', ...options: string[]): Promise<string> {
    const url = `http://127.0.0.1:${server.port}${path}`;
    const says = ['-w', '%{http_code} %{size_download}'];
    const { stdout } = await run('curl', [
      '-s',
      '--path-as-is',
      '-o',
      saved,
      ...says,
      ...options,
      url,
    ]);
    return stdout;
  }

  it('sends a host its first 10 kB at once, and the rest at 1 kB/s, to the last byte', async () => {
    const before = performance.now();
    const saved = folder.path('saved');
    expect(await get('/file', saved)).to.equal('200 11500');
    expect(performance.now() - before).to.be.at.least(1_500);
    const { stdout } = await run('cmp', [folder.path('file'), saved]);
    expect(stdout).to.equal('');
  });

  it('has nothing but the files of the folder', async () => {
    symlinkSync('/etc/passwd', folder.path('link'));
    const paths = ['/nothing', '/', '/link', '/../../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd'];
    for (const path of paths) {
      expect(await get(path), path).to.equal('404 0');
    }
  });

  it('serves on when a client has gone', async () => {
    await get('/file', '/dev/null', '--max-time', '0.2');
    expect(await get('/nothing')).to.equal('404 0');
  });
});
