import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';

import { expect } from 'chai';

import { ROOT, run } from './support/programs.js';
import { makeFolder, removeFolder } from './support/temporary-folder.js';

/** The names that the package promises. */
const PROMISED = [
  ...['ReadableProducer', 'WritableConsumer', 'DuplexTransport'],
  ...['ProducerReadable', 'ConsumerWritable', 'TransportDuplex'],
  ...['ConsumerMixin', 'FileDescriptor', 'FileSender', 'PullToPush', 'Protocol', 'log'],
  ...['ProtocolToConsumerAdapter', 'ConsumerToProtocolAdapter'],
  ...['Cooperator', 'CooperativeTask', 'cooperate', 'coiterate'],
  ...['isPushProducer', 'isPullProducer', 'isConsumer', 'isHalfCloseableProtocol'],
  ...['ConnectionClosed', 'ConnectionDone', 'ConnectionLost', 'ConnectionAborted'],
  ...['ProducerAlreadyRegisteredError', 'ProducerStoppedError'],
  ...['SchedulerError', 'SchedulerStopped', 'NotPaused'],
  ...['TaskFinished', 'TaskDone', 'TaskStopped', 'TaskFailed'],
];
const PROMISED_PROTOCOLS = [
  ...['LineReceiver', 'LineOnlyReceiver', 'NetstringReceiver', 'IntNStringReceiver'],
  ...['Int8StringReceiver', 'Int16StringReceiver', 'Int32StringReceiver'],
  ...['StatefulStringProtocol', 'StatefulProtocol'],
  ...['NetstringParseError', 'StringTooLongError'],
];
const PROMISED_FOR_TESTS = [
  ...['Clock', 'loopback', 'NonStreamingProducer'],
  ...['StringTransport', 'StringTransportWithDisconnection'],
];

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly imports: { readonly '#stream': Readonly<Record<string, string>> };
}

describe('the package, as npm would publish it', function () {
  this.timeout(60_000);
  let folder: string;
  let installed: string;

  before(async () => {
    folder = makeFolder();
    installed = join(folder, 'node_modules', 'twisted-streams');
    mkdirSync(installed, { recursive: true });
    // Without the scripts: they would build dist/ anew under the other specs.
    const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder];
    const { stdout } = await run('npm', pack);
    await run('tar', [
      '-xzf',
      join(folder, stdout.trim()),
      '--strip-components=1',
      '-C',
      installed,
    ]);
    const { dependencies } = await manifest();
    for (const name of Object.keys(dependencies)) {
      const link = join(folder, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(ROOT, 'node_modules', name), link, 'junction');
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  });
  after(() => removeFolder(folder));

  async function manifest(): Promise<Manifest> {
    return JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as Manifest;
  }

  async function files(): Promise<string[]> {
    const entries = await readdir(installed, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(installed, join(entry.parentPath, entry.name)));
  }

  /** Runs `code` in the folder where the package is installed. */
  async function evaluate(code: string, ...options: string[]): Promise<unknown> {
    const args = [...options, '--eval', `console.log(JSON.stringify(${code}))`];
    const { stdout, stderr } = await run(process.execPath, args, { cwd: folder });
    expect(stderr).to.equal('');
    return JSON.parse(stdout);
  }

  it('has the files that users need, and nothing else', async () => {
    const found = await files();
    expect(found).to.include.members(['README.md', 'LICENSE', 'CHANGELOG.md', 'dist/index.d.ts']);
    const strangers = found.filter(
      (path) =>
        !/^(dist|lib|docs|examples)\/|^(README|CHANGELOG)\.md$|^LICENSE$|^package\.json$/.test(
          path,
        ),
    );
    expect(strangers).to.deep.equal([]);
  });

  it('has the sources that its maps point to', async () => {
    const found = await files();
    const maps = found.filter((path) => path.endsWith('.map'));
    expect(maps).to.have.length.above(10);
    for (const path of maps) {
      const text = await readFile(join(installed, path), 'utf8');
      const { sources } = JSON.parse(text) as { sources: string[] };
      for (const source of sources) expect(found).to.include(join(dirname(path), source));
    }
  });

  it('imports nothing at run time that it does not depend on', async () => {
    const allowed = new Set([
      ...Object.keys((await manifest()).dependencies),
      ...builtinModules.map((name) => `node:${name}`),
    ]);
    const imported = new Set<string | undefined>();
    for (const path of (await files()).filter((name) => /^dist\/.*\.js$/.test(name))) {
      const code = await readFile(join(installed, path), 'utf8');
      for (const [, specifier] of code.matchAll(/ from ["']([^"'.][^"']*)["'];$/gm)) {
        imported.add(specifier);
      }
    }
    expect(imported.delete('#stream'), 'the base of our streams').to.equal(true);
    expect((await manifest()).dependencies).to.have.property('readable-stream');
    expect([...allowed]).to.include.members([...imported]);
  });

  it('leads its own import to a file or a package, because bundlers do not follow it to a module of Node', async () => {
    const found = await files();
    const { dependencies, imports } = await manifest();
    for (const target of Object.values(imports['#stream'])) {
      if (target.startsWith('./')) expect(found).to.include(target.slice(2));
      else expect(dependencies).to.have.property(target);
    }
  });

  for (const [specifier, promised] of [
    ['twisted-streams', PROMISED],
    ['twisted-streams/protocols', PROMISED_PROTOCOLS],
    ['twisted-streams/testing', PROMISED_FOR_TESTS],
  ] as const) {
    it(`imports ${specifier}, which exports the names that it promises`, async () => {
      const code = `Object.keys(await import('${specifier}'))`;
      expect(await evaluate(code, '--input-type=module')).to.include.members([...promised]);
    });

    it(`requires ${specifier} too`, async () => {
      const code = `Object.keys(require('${specifier}'))`;
      expect(await evaluate(code, '--input-type=commonjs')).to.include.members([...promised]);
    });
  }

  it('calls each class and function by the name that it exports', async () => {
    for (const specifier of ['twisted-streams', 'twisted-streams/protocols']) {
      const code = `Object.entries(await import('${specifier}'))
      .filter(([name, value]) => typeof value === 'function' && value.name !== name)`;
      expect(await evaluate(code, '--input-type=module')).to.deep.equal([]);
    }
  });

  it('throws in twisted-streams/testing the errors of twisted-streams', async () => {
    const code = `await Promise.all([import('twisted-streams'), import('twisted-streams/testing')]).then(
      ([{ InvalidArgTypeError }, { StringTransport }]) => {
        try {
          new StringTransport().write('text');
        } catch (error) {
          return error instanceof InvalidArgTypeError;
        }
      },
    )`;
    expect(await evaluate(code, '--input-type=module')).to.equal(true);
  });

  it('has declarations that a strict program compiles against, libraries checked', async () => {
    const options = {
      target: 'es2022',
      module: 'nodenext',
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      skipLibCheck: false,
      types: ['node'],
    };
    const config = { compilerOptions: options, files: ['program.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    writeFileSync(
      join(folder, 'program.ts'),
      `import net from 'node:net';
       import { pipeline, Readable } from 'node:stream';
       import { ConsumerWritable, DuplexTransport, Protocol, WritableConsumer } from 'twisted-streams';
       import type { IPushProducer } from 'twisted-streams';
       import { Int8StringReceiver, LineReceiver, StatefulStringProtocol } from 'twisted-streams/protocols';
       import { StringTransport } from 'twisted-streams/testing';

       class Lines extends LineReceiver {
         override delimiter = Buffer.from('\\n');
         override lineReceived(line: Buffer) {
           this.sendLine(line);
         }
       }
       class States extends StatefulStringProtocol(Int8StringReceiver) {
         override MAX_LENGTH = 5;
         proto_init() {
           this.transport.abortConnection();
           return 'done';
         }
       }
       new DuplexTransport(new net.Socket(), { protocol: new Lines() });
       new DuplexTransport(new net.Socket(), { protocol: new States() });
       class Echo extends Protocol {
         override dataReceived(data: Buffer) {
           this.transport.write(data);
         }
       }
       const transport: IPushProducer = new DuplexTransport(new net.Socket(), { protocol: new Echo() });
       const consumer = new WritableConsumer(process.stdout, { highWaterMark: 1024 });
       consumer.registerProducer(transport, true);
       const reason: Promise<Error> = consumer.closed;
       pipeline(Readable.from([]), new ConsumerWritable(new StringTransport()), () => void reason);
      `,
    );
    const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
    const { stdout, code } = await run(tsc, ['-p', folder], { cwd: folder });
    expect(stdout).to.equal('');
    expect(code).to.equal(0);
  });
});
