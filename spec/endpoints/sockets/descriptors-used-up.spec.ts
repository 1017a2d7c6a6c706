/** A process that has no file descriptor left does what docs/production.md says. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { createInterface } from 'node:readline';

import { expect } from 'chai';

const LIBRARY = new URL('../../../lib/index.ts', import.meta.url).href;

const PROGRAM = `
  import fs from 'node:fs';
  import { ClientFactory, connect, Factory, listen, ProcessProtocol, Protocol, spawnProcess }
    from ${JSON.stringify(LIBRARY)};

  class Greeter extends Protocol {
    connectionMade() { this.transport.write(Buffer.from('hello')); this.transport.loseConnection(); }
  }
  const place = { host: '127.0.0.1', port: 0 };
  const greeters = Factory.forProtocol(Greeter);
  const port = await listen(greeters, place);
  process.stdin.resume();
  const files = [];
  const openAll = () => { try { for (;;) files.push(fs.openSync('/dev/null')); } catch {} };
  openAll();

  const failures = await Promise.all([
    new Promise((resolve) => {
      const factory = ClientFactory.forProtocol(Protocol);
      factory.clientConnectionFailed = (connector, reason) => resolve([reason.name, reason.code]);
      connect(factory, { host: '127.0.0.1', port: port.getHost().port });
    }),
    listen(greeters, place).catch((error) => [error.name, error.code]),
    new Promise((resolve) => {
      const protocol = new ProcessProtocol();
      protocol.processEnded = (reason) => resolve([reason.name, reason.cause.code]);
      spawnProcess(protocol, '/bin/true', []);
    }),
  ]);
  await new Promise(setImmediate);
  openAll(); // Also those that the failed attempts have closed.
  console.log(JSON.stringify({ port: port.getHost().port, failures }));
  process.stdin.once('data', async () => {
    for (const file of files) fs.closeSync(file);
    console.log('"freed"');
  });
  process.stdin.once('end', () => port.stopListening());
`;

describe('A process that has no file descriptor left', () => {
  before(function () {
    if (process.platform === 'win32') this.skip();
  });

  it('fails to connect, to listen and to start a process with EMFILE, and its port goes on listening', async () => {
    const node = [process.execPath, '--import', 'tsx/esm', '--input-type=module', '--eval'];
    // More than the loader holds open at once: it may have all modules of the library in flight.
    const child = spawn('/bin/sh', ['-c', 'ulimit -n 1000; exec "$@"', 'sh', ...node, PROGRAM], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const next = async () => JSON.parse(String((await lines.next()).value)) as unknown;
    /** Connects. @returns the text that the client receives before the other end closes. */
    const visit = async (port: number): Promise<string> => {
      const client = net.connect(port, '127.0.0.1').on('error', () => {});
      let received = '';
      client.on('data', (data) => (received += String(data)));
      await once(client, 'close');
      return received;
    };

    const { port, failures } = (await next()) as { port: number; failures: unknown };
    expect(failures).to.deep.equal([
      ['ConnectError', 'EMFILE'],
      ['CannotListenError', 'EMFILE'],
      ['ProcessTerminated', 'EMFILE'],
    ]);
    expect(await visit(port), 'while there are none').to.equal('');
    child.stdin.write('go on');
    expect(await next()).to.equal('freed');
    expect(await visit(port), 'when there are some again').to.equal('hello');
    child.stdin.end();
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).to.equal(0);
  });
});
