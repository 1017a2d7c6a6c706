import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { join } from 'node:path';

import { expect } from 'chai';

import { describeWithTool, run, startServer } from '../support/programs.js';
import type { RunningServer } from '../support/programs.js';
import { readAll } from '../support/sockets.js';
import { makeFolder, removeFolder } from '../support/temporary-folder.js';

describe('examples/serve-directory.ts', () => {
  const large = randomBytes(5_000_000);
  let folder: string;
  let server: RunningServer;
  before(async () => {
    folder = makeFolder();
    const served = join(folder, 'served');
    mkdirSync(join(served, 'sub folder'), { recursive: true });
    writeFileSync(join(served, 'large'), large);
    writeFileSync(join(served, 'empty'), '');
    writeFileSync(join(served, 'sub folder', '100% & <more>.html'), '<p>odd');
    writeFileSync(join(folder, 'secret'), 'secret');
    symlinkSync(join(folder, 'secret'), join(served, 'link-out'));
    symlinkSync('large', join(served, 'link-in'));
    server = await startServer('serve-directory.ts', served, '0');
  });
  after(async () => {
    await server.stop();
    removeFolder(folder);
  });

  /** Asks for exactly `path`, which `fetch` would tidy up first. */
  async function ask(path: string, method = 'GET') {
    const request = http.request({ port: server.port, path, method, agent: false }).end();
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    const { statusCode: status, headers } = response;
    return { status, headers, body: await readAll(response) };
  }

  it('serves a file whole, followed links within the folder among them', async () => {
    for (const path of ['/large', '/link-in', '/large?query']) {
      const { status, body } = await ask(path);
      expect(status).to.equal(200);
      expect(body.equals(large)).to.equal(true);
    }
    expect(await ask('/empty')).to.include({ status: 200 });
  });

  it('lists a folder, with links that work', async () => {
    const { body } = await ask('/');
    expect(String(body)).to.include('<a href="./sub%20folder/">sub folder/</a>');
    const { status, headers } = await ask('/sub%20folder');
    expect([status, headers.location]).to.deep.equal([301, './sub%20folder/']);
    const sub = String((await ask('/sub%20folder/')).body);
    const [, href, text] = /href="\.\/([^"]*)">([^<]*)</.exec(sub)!;
    expect(text).to.equal('100% &#38; &#60;more>.html');
    expect(await ask(`/sub%20folder/${href}`)).to.include({ status: 200 });
  });

  it('serves nothing that is outside of the folder', async () => {
    for (const path of [
      '/../secret',
      '/%2e%2e/secret',
      '/..%2fsecret',
      '/sub%20folder/..%2f..%2fsecret',
      '/link-out',
      '//secret/../../secret',
    ]) {
      const { status, body } = await ask(path);
      expect(String(body), path).to.not.include('secret');
      expect(status, path).to.be.oneOf([200, 404]); // 200 for `//secret`, which is the list.
    }
  });

  it('answers 404, 400 or 405 to a request that it cannot serve', async () => {
    const statuses: unknown[] = [];
    for (const path of ['/none', '/large/', '/%zz', '/%00'])
      statuses.push((await ask(path)).status);
    statuses.push((await ask('/large', 'POST')).status);
    expect(statuses).to.deep.equal([404, 404, 400, 400, 405]);
  });

  it('sends no body for HEAD', async () => {
    const { status, headers, body } = await ask(
      '/sub%20folder/100%25%20&%20%3Cmore%3E.html',
      'HEAD',
    );
    expect([status, headers['content-type'], body.length]).to.deep.equal([200, 'text/html', 0]);
  });

  it('goes on serving when a client hangs up in the middle', async () => {
    const client = net.connect(server.port, '127.0.0.1');
    client.write('GET /large HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(client, 'readable');
    client.resetAndDestroy();
    expect((await ask('/large')).body.equals(large)).to.equal(true);
  });

  describeWithTool('curl', 'with curl', () => {
    it('is read as its comment says', async () => {
      const { stdout } = await run('curl', ['-sL', `http://127.0.0.1:${server.port}/sub%20folder`]);
      expect(stdout).to.include('<ul>');
    });
  });
});
