import { spawnSync } from 'node:child_process';

import { expect } from 'chai';

import { ROOT } from '../support/programs.js';

/** Loads `dist` in a realm of its own, as Jest does, and runs `program` there. */
const LOADER = `
  import fs from 'node:fs';
  import vm from 'node:vm';
  const { AbortController, AbortSignal, URL, setImmediate, clearImmediate, setTimeout, clearTimeout } = globalThis;
  const context = vm.createContext({
    AbortController, AbortSignal, Buffer, URL, clearImmediate, clearTimeout, console, process, setImmediate, setTimeout,
  });
  const modules = new Map();
  async function load(specifier, parent) {
    if (!specifier.startsWith('.')) {
      const builtin = await import(specifier === '#stream' ? 'node:stream' : specifier);
      const names = Object.keys(builtin);
      return new vm.SyntheticModule(names, function () {
        for (const name of names) this.setExport(name, builtin[name]);
      }, { context });
    }
    const { href } = new URL(specifier, parent);
    if (!modules.has(href)) modules.set(href, source(fs.readFileSync(new URL(href), 'utf8'), href));
    return modules.get(href);
  }
  const source = (text, identifier) => new vm.SourceTextModule(text, { context, identifier });
  const main = source(process.env.PROGRAM, new URL('dist/', process.env.ROOT).href);
  await main.link((specifier, { identifier }) => load(specifier, identifier));
  await main.evaluate();
`;

function runInARealm(program: string): string {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--experimental-vm-modules', '--no-warnings', '--input-type=module', '--eval', LOADER],
    {
      encoding: 'utf8',
      timeout: 60_000,
      env: { ...process.env, PROGRAM: program, ROOT: new URL(`file://${ROOT}/`).href },
    },
  );
  return stdout + stderr;
}

describe('The library in a realm of its own, where the errors of Node are of another', () => {
  it('gives the error of Node that a callback threw as the reason', () => {
    const printed = runInARealm(`
      import fs from 'node:fs';
      import { PassThrough } from 'node:stream';
      import { DuplexTransport, log, Protocol } from './index.js';
      log.addObserver(() => {});
      class Reader extends Protocol {
        connectionMade() { fs.readFileSync('/no/such/file'); }
        connectionLost(reason) { console.log(reason instanceof Error, reason.code); }
      }
      new DuplexTransport(new PassThrough(), { protocol: new Reader() });
    `);
    expect(printed).to.equal('false ENOENT\n');
  });

  it('ends a process that the system does not start, and says why', () => {
    const printed = runInARealm(`
      import { ProcessProtocol, spawnProcess } from './index.js';
      class Child extends ProcessProtocol {
        processEnded(reason) { console.log(reason.code, reason.cause.code, reason.message.includes("couldn't be started")); }
      }
      spawnProcess(new Child(), process.execPath, ['x'.repeat(10_000_000)]);
    `);
    expect(printed).to.equal('ERR_PROCESS_TERMINATED E2BIG true\n');
  });
});
