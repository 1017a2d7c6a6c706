/** `npm start -- --plot`, and what Ctrl-C leaves behind. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type * as NodePty from '@lydell/node-pty';
import { expect } from 'chai';

import { draw } from '../../examples/flow/plot.js';
import { ConnectionDone } from '../../lib/index.js';
import { describeWithPackage } from '../support/packages.js';
import { ROOT, runExample } from '../support/programs.js';
import { makeFolder, removeFolder } from '../support/temporary-folder.js';

describe('npm start -- --plot', () => {
  it('draws the buffer against highWaterMark, the pauses, the rates and the end', async () => {
    const folder = makeFolder();
    try {
      const path = join(folder, 'flow.svg');
      const args = ['--size', '1', '--integers', '20000', '--speed', '5', '--plot', path];
      const { code, stderr } = await runExample('flow.ts', ...args);
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      const picture = readFileSync(path, 'utf8');
      expect(picture).to.match(/^<svg /);
      for (const text of [
        /highWaterMark, \d+ bytes/,
        /loseConnection/,
        /last byte received/,
        /ConnectionDone/,
        /bytes buffered/,
        />paused</,
        /written by the producers/,
        /received by the reader/,
        /rgba?\(237, ?137, ?54/, // The shade of a pause.
      ]) {
        expect(picture).to.match(text);
      }
    } finally {
      removeFolder(folder);
    }
  });

  it('marks the last byte at the time of the reader, also if that is after the loss', () => {
    const recorder = {
      events: [{ at: 100, event: 'lost' as const, reason: new ConnectionDone() }],
      samples: [
        { at: 0, buffered: 0, measured: { written: 0 } },
        { at: 100, buffered: 0, measured: { written: 500 } },
      ],
      pauses: [],
      highWaterMark: 16_384,
    };
    const began = 1_000_000;
    const reports = [
      { at: began + 50, received: 200 },
      { at: began + 5000, received: 500 },
    ];
    const picture = draw({ recorder, reports, began });
    const named = picture.match(/>(\d|ConnectionDone|last byte received)</g)?.join(' ');
    expect(named).to.include('>ConnectionDone< >last byte received<');
    expect(named, 'the seconds below it').to.include('>4< >5<');
  });
});

describeWithPackage<typeof NodePty>('@lydell/node-pty', 'Ctrl-C in npm start', ({ spawn }) => {
  const OFF = '\u001b[?7l';
  const ON = '\u001b[?7h';

  it('leaves line wrapping as it was', async () => {
    const program = spawn(
      process.execPath,
      ['--import', 'tsx/esm', 'examples/flow.ts', '-r', '1'],
      {
        cwd: ROOT,
        cols: 120,
        rows: 30,
      },
    );
    let shown = '';
    let interrupted = false;
    program.onData((text) => {
      shown += text;
      if (interrupted || !shown.includes(OFF)) return;
      interrupted = true;
      program.write('\u0003');
    });
    const { exitCode } = await new Promise<{ exitCode: number }>((resolve) => {
      program.onExit(resolve); // It has no `close` event; if it never ends, the spec’s timeout fails it.
    });
    expect(exitCode).to.equal(130);
    expect(shown.lastIndexOf(ON)).to.be.above(shown.lastIndexOf(OFF));
  });
});
