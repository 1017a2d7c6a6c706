/** `ftp.DTP`, `ftp.FileConsumer`, `IFinishableConsumer`, ASCII: `curl`, `ftp-srv`, our adapters. */
import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import { numbered } from '../support/producers.js';
import { describeWithTool, run, startServer, type RunningServer } from '../support/programs.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const curl = (...args: string[]) => run('curl', ['--silent', '--show-error', ...args]);

/** The bytes of the data connections, from curl's `trace`: curl prints the line endings of this machine. */
function received(trace: string): string {
  const blocks = trace.matchAll(/^<= Recv data, .*\n((?:[0-9a-f]+: .*\n)+)/gm);
  const hex = [...blocks].flatMap(([, block = '']) =>
    [...block.matchAll(/^[0-9a-f]+: ((?:[0-9a-f]{2} )+)/gm)].map(([, bytes = '']) => bytes),
  );
  return Buffer.from(hex.join('').replaceAll(' ', ''), 'hex').toString('latin1');
}

describeWithTool('curl', 'FTP, with curl', () => {
  const mine = temporaryFolder();
  const served = temporaryFolder();
  let server: RunningServer;
  let url: string;
  before(async () => {
    server = await startServer('ftp-server.ts', served.path(''), '0');
    url = `ftp://127.0.0.1:${server.port}`;
  });
  after(() => server.stop());

  it('downloads a file whole, and closes the data connection after it', async () => {
    const contents = numbered(3_000_001);
    served.write('big', contents);
    expect(await curl('--output', mine.path('got'), `${url}/big`)).to.include({
      code: 0,
      stderr: '',
    });
    expect(readFileSync(mine.path('got')).equals(contents)).to.equal(true);
  });

  it('tells of an upload only when the file is complete', async () => {
    const contents = numbered(3_000_001);
    expect(await curl('--upload-file', mine.write('mine', contents), `${url}/stored`)).to.include({
      code: 0,
      stderr: '',
    });
    expect(readFileSync(served.path('stored')).equals(contents)).to.equal(true);
  });

  it('transfers a file of no bytes', async () => {
    expect(await curl('--upload-file', mine.write('none', ''), `${url}/empty`)).to.include({
      code: 0,
    });
    expect(readFileSync(served.path('empty'))).to.have.length(0);
    expect(await curl(`${url}/empty`)).to.deep.equal({ code: 0, stdout: '', stderr: '' });
  });

  it('appends', async () => {
    const args = ['--upload-file', mine.write('part', 'abc'), `${url}/appended`, '--append'];
    await curl(...args);
    await curl(...args);
    expect(String(readFileSync(served.path('appended')))).to.equal('abcabc');
  });

  it('translates line endings in ASCII, in both directions, and in no other mode', async () => {
    const text = 'one\ntwo\n'.repeat(1000);
    served.write('text', text);
    const wire = async (address: string) => received((await curl('--trace', '-', address)).stdout);
    expect(await wire(`${url}/text;type=a`)).to.equal(text.replaceAll('\n', '\r\n'));
    expect(await wire(`${url}/text`)).to.equal(text);
    // curl itself makes CR LF of each LF that it uploads as ASCII.
    await curl('--upload-file', mine.write('lines', text), `${url}/lines;type=a`);
    expect(String(readFileSync(served.path('lines')))).to.equal(text);
  });

  it('answers with the error of a file that cannot be read or written', async () => {
    expect((await curl(`${url}/no-such-file`)).code).to.equal(78);
    const refused = await curl('--upload-file', mine.write('file', 'x'), `${url}/no-folder/file`);
    expect(refused.code).to.be.above(0);
    expect((await curl('--output', mine.path('again'), `${url}/big`)).code).to.equal(0);
  });
});
