import { expect } from 'chai';
import { ConnectionDone, ConnectionLost } from 'twisted-streams';

import { format, judge } from '../../examples/flow/report.js';
import type { Outcome, Plan } from '../../examples/flow/run.js';
import { runExample } from '../support/programs.js';

/** The values of a report, by name. */
function read(report: string): Map<string, string> {
  const lines = report.split('\n').map((line) => /^(\S.{16}) (.*)$/.exec(line));
  return new Map(lines.flatMap((parts) => (parts ? [[parts[1]!.trim(), parts[2]!]] : [])));
}

describe('npm start', () => {
  it('shows a flow in which all is right, and exits with 0', async () => {
    const args = ['--size', '1', '--integers', '20000', '--speed', '50'];
    const { code, stdout, stderr } = await runExample('flow.ts', ...args);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    const report = read(stdout);
    expect(report.get('file')).to.equal('1048576 of 1048576 bytes');
    expect(report.get('bytes received')).to.equal(report.get('bytes sent'));
    expect(report.get('SHA-256 received')).to.equal(report.get('SHA-256 sent'));
    expect(Number(report.get('pauses'))).to.be.above(0);
    expect(report.get('resumes')).to.equal(report.get('pauses'));
    expect(report.get('connectionLost')).to.match(/^ConnectionDone/);
  });

  it('sends the file that it is told to, with the buffer that it is told to use', async () => {
    const args = ['--file', 'package.json', '-i', '100', '-w', '0', '--no-progress'];
    const { code, stdout } = await runExample('flow.ts', ...args);
    expect(code).to.equal(0);
    expect(read(stdout).get('pauses')).to.equal('100');
  });

  it('explains its options', async () => {
    const { code, stdout } = await runExample('flow.ts', '--help');
    expect(code).to.equal(0);
    for (const name of ['file', 'size', 'integers', 'speed', 'high-water-mark', 'no-progress']) {
      expect(stdout).to.contain(`--${name}`);
    }
  });

  for (const [mistake, args, complaint] of [
    ['a missing file', ['--file', 'no-such-file'], /^Cannot send no-such-file: ENOENT/],
    ['a folder', ['--file', 'lib'], /^Cannot send lib: it is not a file/],
    ['a speed of 0', ['--speed', '0'], /^error: .*--speed.* more than 0/],
    ['half an integer', ['--integers', '0.5'], /^error: .*--integers.* whole number/],
    ['an unknown option', ['--fiel', 'x'], /^error: Unknown option '--fiel'/],
  ] as const) {
    it(`names ${mistake} without a stack, and exits with 2`, async () => {
      const { code, stderr } = await runExample('flow.ts', ...args);
      expect(code).to.equal(2);
      expect(stderr)
        .to.match(complaint)
        .and.not.match(/^ +at /m);
    });
  }
});

describe('the report of npm start', () => {
  const plan = {
    size: 10,
    count: 1,
    path: '',
    speed: 1,
    highWaterMark: 4,
    isRecorded: false,
  } satisfies Plan;
  const meter = { bytes: 10, pauses: 2, resumes: 2, peak: 6, limit: 6 };

  function wrong(change: object = {}, { pushed = {}, pulled = {} } = {}): string[] {
    const outcome = {
      sha256: 'abc',
      received: { received: 20, sha256: 'abc' },
      highWaterMark: 4,
      reason: new ConnectionDone(),
      failure: undefined,
      ...change,
      pulled: { ...meter, ...pulled },
      pushed: { ...meter, ...pushed },
    } as unknown as Outcome;
    return judge(plan, outcome)
      .filter(({ right }) => !right)
      .map(({ name }) => name);
  }

  it('finds nothing wrong where nothing is', () => {
    expect(wrong()).to.deep.equal([]);
    expect(format([{ name: 'a', value: 'b', right: true }])).to.match(/as it must be\.$/);
  });

  it('says which of its findings is wrong', () => {
    const line = format([{ name: 'pauses', value: '0', right: false }]);
    expect(line).to.match(/^pauses +0 +<- WRONG\n\nWRONG: pauses$/);
  });

  for (const [name, change, meters] of [
    ['file', { failure: new Error('gone') }, {}],
    ['file', { received: { received: 19, sha256: 'abc' } }, { pulled: { bytes: 9 } }],
    ['bytes received', { received: { received: 19, sha256: 'abc' } }, {}],
    ['SHA-256 received', { received: { received: 20, sha256: 'abd' } }, {}],
    ['SHA-256 received', { received: { received: 20 } }, {}],
    ['pauses', {}, { pushed: { pauses: 0, resumes: 0 } }],
    ['resumes', {}, { pushed: { resumes: 1 } }],
    ['peak, pulled', {}, { pulled: { peak: 7 } }],
    ['peak, pushed', {}, { pushed: { peak: 7 } }],
    ['connectionLost', { reason: new ConnectionLost() }, {}],
  ] as const) {
    it(`finds "${name}" wrong after ${JSON.stringify({ ...change, ...meters })}`, () => {
      expect(wrong(change, meters)).to.deep.equal([name]);
    });
  }

  it('expects no pause of a transfer that cannot fill the buffer', () => {
    const received = { received: 13, sha256: 'abc' };
    expect(wrong({ received }, { pushed: { bytes: 3, pauses: 0, resumes: 0 } })).to.deep.equal([]);
  });
});
