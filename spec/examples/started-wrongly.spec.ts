import { expect } from 'chai';

import { run, runExample } from '../support/programs.js';

describe('The examples that want a folder, started wrongly', () => {
  for (const name of ['serve-directory.ts', 'shaper.ts', 'ftp-server.ts', 'watch-files.ts']) {
    it(`${name}: says in a line that the folder is missing`, async () => {
      const { code, stdout, stderr } = await runExample(name, 'no-such-folder', '0');
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr).to.match(/^ENOENT: .*no-such-folder'\n$/);
    });

    it(`${name}: says in a line that a file is not a folder`, async () => {
      const stderr = '"package.json" is not a folder.\n';
      const ended = await runExample(name, 'package.json', '0');
      expect(ended).to.deep.equal({ code: 2, stdout: '', stderr });
    });
  }
});

describe('npm run bench and npm run soak, started wrongly', () => {
  const start = (program: string, ...args: string[]) =>
    run(process.execPath, ['--import', 'tsx/esm', `bench/${program}.ts`, ...args]);
  const wrong: readonly [program: string, args: string[], complaint: RegExp][] = [
    ['run', ['--bogus'], /^error: Unknown option '--bogus'/],
    ['run', ['--rounds', '0'], /^error: --rounds '0' must be more than 0\n/],
    ['run', ['--rounds', '1.5'], /^error: --rounds '1.5' must be a whole number\n/],
    ['run', ['--seconds', 'long'], /^error: --seconds 'long' must be more than 0\n/],
    ['run', ['--warm-up'], /^error: Option '--warm-up <value>' argument missing\n/],
    ['run', ['--node', 'no-such-node'], /^error: --node 'no-such-node' is not a Node that runs\n/],
    ['run', ['bogus'], /^error: There is no workload 'bogus'. There are: adapter-duplex, .*\n/],
    ['soak', ['--bogus'], /^error: Unknown option '--bogus'/],
    ['soak', ['--seconds', '0'], /^error: --seconds '0' must be more than 0\n/],
  ];
  for (const [program, args, complaint] of wrong) {
    it(`bench/${program}.ts ${args.join(' ')}: names the mistake, and exits with 2`, async () => {
      const { code, stdout, stderr } = await start(program, ...args);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr).to.match(complaint);
      expect(stderr).to.match(/ -- --help explains the options; mind the -- in the middle\)\n$/);
    });
  }

  it('take flags of Node that begin with a dash', async () => {
    const { code, stdout } = await start('run', '--node-flags', '--no-opt', '--list', 'shaped');
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'shaped\n' });
  });

  for (const program of ['run', 'soak']) {
    it(`bench/${program}.ts --help: explains the options`, async () => {
      const { code, stdout } = await start(program, '--help');
      expect(code).to.equal(0);
      expect(stdout).to.match(/^Usage: npm run \w+ -- /);
    });
  }
});
