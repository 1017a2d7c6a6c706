import { readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import stream from 'node:stream';
import tls from 'node:tls';
import { inspect } from 'node:util';
import { join } from 'node:path';

import { expect } from 'chai';

import * as built from '../../lib/index.js';
import { ROOT } from '../support/programs.js';

interface Namer {
  readonly privateNames: (entryPoints: readonly string[]) => string[];
}

interface Stripper {
  readonly stripComments: (code: string) => string;
}

/** Every name of a property that `value` has or inherits. */
function namesOf(value: object): string[] {
  const parent: unknown = Object.getPrototypeOf(value);
  const inherited = typeof parent === 'object' && parent !== null ? namesOf(parent) : [];
  return [...Object.getOwnPropertyNames(value), ...inherited];
}

describe('The names that the build shortens', () => {
  let names: string[];

  before(async function () {
    this.timeout(120_000); // It checks the types of the whole library.
    const script = new URL('../../scripts/private-names.mjs', import.meta.url).href;
    const { privateNames } = (await import(script)) as Namer;
    names = privateNames(['lib/index.ts', 'lib/protocols/index.ts', 'lib/testing/index.ts']);
  });

  it('are some that only private members have', () => {
    expect(names).to.include.members(['latch', 'isHeldBy', 'writeAtOnce', 'drainComesTooSeldom']);
  });

  it('are none of the public types', () => {
    const reports = readdirSync(join(ROOT, 'etc'))
      .map((file) => readFileSync(join(ROOT, 'etc', file), 'utf8'))
      .join('\n');
    const shown = new Set<string>();
    for (const [, name] of reports.matchAll(/^ +(?:[a-z]+ )*(\w+)\??[:(<]/gm)) shown.add(name!);
    expect(shown).to.include('producerPaused').and.to.include('loseConnection');
    expect(names.filter((name) => shown.has(name))).to.deep.equal([]);
  });

  it('are none that our code reads of an object of Node or the language', () => {
    const socket = new net.Socket();
    const others = [
      socket,
      new tls.TLSSocket(socket),
      new stream.PassThrough(),
      new http.ServerResponse(new http.IncomingMessage(socket)),
      net.Server.prototype,
      http2.constants,
      Buffer.prototype,
      new AbortController().signal,
      new ReadableStream(),
      new WritableStream(),
      new ReadableStream().getReader(),
      new WritableStream().getWriter(),
      new Error(),
      Promise.prototype,
      (function* () {})(),
      [],
      new Map(),
      process.stdout,
      Reflect.get(new stream.PassThrough(), '_readableState') as object,
      Reflect.get(new stream.PassThrough(), '_writableState') as object,
    ];
    socket.destroy();
    const theirs = new Set(others.flatMap(namesOf));
    expect(theirs).to.include('writableNeedDrain').and.to.include('alpnProtocol');
    // No code of ours reads these of theirs: if there is another, look whether that is so.
    const known = ['flowing', 'offset', 'pending'];
    expect(names.filter((name) => theirs.has(name)).sort()).to.deep.equal(known);
  });

  it('leave those that a WHATWG stream calls of its source and its sink', async () => {
    const { toWeb } = (await import(join(ROOT, 'dist/index.js'))) as typeof built;
    const { readable, writable } = toWeb(new stream.PassThrough());
    const writer = writable.getWriter();
    void writer.write(Buffer.from('text')).then(() => writer.close());
    const reader = readable.getReader();
    expect(Buffer.from((await reader.read()).value ?? []).toString()).to.equal('text');
    expect(await reader.read()).to.deep.equal({ done: true, value: undefined });
  });

  it('leave those that util.inspect shows of an object of a public class', async () => {
    const { Bucket } = (await import(join(ROOT, 'dist/index.js'))) as typeof built;
    expect(inspect(new Bucket())).to.equal(inspect(new built.Bucket()));
  });
});

describe('scripts/strip-comments.mjs', () => {
  let stripComments: Stripper['stripComments'];

  before(async () => {
    const script = new URL('../../scripts/strip-comments.mjs', import.meta.url).href;
    ({ stripComments } = (await import(script)) as Stripper);
  });

  it('moves no line, and leaves what only looks like a comment', () => {
    const code =
      '// one\nvar a = "/* no */";\n/**\n * two\n */\nclass B {\n  // three\n  c = /\\/\\*x/;\n  // four\n}\nvar d = `//${a}`;\n';
    expect(stripComments(code)).to.equal(
      '\nvar a = "/* no */";\n\n\n\nclass B {\n  \n  c = /\\/\\*x/;\n  \n}\nvar d = `//${a}`;\n',
    );
  });

  it('leaves what bundlers and debuggers read', () => {
    const code = 'var a = /* @__PURE__ */ b();\n//# sourceMappingURL=a.js.map';
    expect(stripComments(code)).to.equal(code);
  });

  it('leaves no character in dist/ that V8 needs two bytes for', () => {
    for (const file of readdirSync(join(ROOT, 'dist')).filter((name) => name.endsWith('.js'))) {
      expect(readFileSync(join(ROOT, 'dist', file), 'utf8'), file).to.match(/^[\0-\x7f]*$/);
    }
  });
});
