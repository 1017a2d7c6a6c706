/** README.md: its programs do what they say. */
import { expect } from 'chai';
import * as library from 'twisted-streams';

import { codeBlocks, readPage } from '../support/markdown.js';
import { Newcomer, PACKAGE } from '../support/newcomer.js';
import { typeCheck } from '../support/type-check.js';

/** The output of each program. */
const PRINTS = new Map([
  ['Fifteen lines', `${PACKAGE}Connection was closed cleanly.\n`],
  ['ReadableProducer', `${PACKAGE}\n`],
  ['WritableConsumer', 'Connection was closed cleanly.\n'],
  ['DuplexTransport', 'hello\n'],
  ['ProducerReadable', ''],
  ['ConsumerWritable', `${PACKAGE}\n`],
  ['TransportDuplex', 'over a transport\n'],
  ['Connections', 'hello\n'],
  ['Lines and strings', 'HELLO\n'],
  ['Time', 'call 1\ncall 2\ncall 3\ndone\n'],
  ['Bodies', 'the body\ntrue\n'],
  ['Errors', 'For example: Error: no caller can catch this\n'],
  [
    'When nothing moves',
    'closing: waits for FileSender to unregister, which was asked and has not answered; nothing is buffered\n',
  ],
  ['Testing your own code', 'hello\na minute later, at once\n'],
]);

describe('README.md', () => {
  const programs = codeBlocks(readPage('README.md')).filter(({ language }) =>
    ['js', 'ts'].includes(language),
  );

  describe('its programs, run as a newcomer runs them', () => {
    let newcomer: Newcomer;
    before(async () => {
      newcomer = await Newcomer.arrive();
    });
    after(() => newcomer.leave());

    for (const { heading, code } of programs) {
      it(`${heading}: prints what it says`, async () => {
        const { stderr, ...ended } = await newcomer.run(code);
        expect(stderr).to.equal('');
        expect(ended).to.deep.equal({ code: 0, stdout: PRINTS.get(heading) });
      });
    }
  });

  it('has a program for each of those that this spec knows, and no other', () => {
    expect(programs.map(({ heading }) => heading)).to.deep.equal([...PRINTS.keys()]);
  });

  it('introduces itself with fifteen lines', () => {
    const [first] = programs;
    const lines = first?.code.split('\n').filter((line) => line.trim() !== '') ?? [];
    expect(lines.length).to.be.within(10, 16);
  });

  it('has programs whose types are right', function () {
    this.timeout(30_000);
    const files = programs.map(({ language, code }, i) => [`readme-${i}.m${language}`, code]);
    expect(typeCheck(new Map(files as [string, string][]))).to.deep.equal([]);
  });

  it('gives each error the code that it has', () => {
    const rows = [...readPage('README.md').matchAll(/^\| `(\w+)` +\| `(ERR_\w+)`/gm)];
    expect(rows).to.have.length.above(5);
    for (const [, name = '', code] of rows) {
      const { [name]: ErrorClass } = library as unknown as Record<
        string,
        new (about: object) => Error
      >;
      expect(new ErrorClass!({}), name).to.include({ code });
    }
  });
});
