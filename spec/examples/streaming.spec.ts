import { once } from 'node:events';
import net from 'node:net';

import { expect } from 'chai';

import { describeWithTool, run, runExample, startServer } from '../support/programs.js';
import type { RunningServer } from '../support/programs.js';
import { readAll } from '../support/sockets.js';

const QUESTION = 'How many random integers do you want?\r\n';

describe('examples/streaming.ts', () => {
  let server: RunningServer;
  before(async () => {
    server = await startServer('streaming.ts', '0');
  });
  after(() => server.stop());

  async function ask(answer: string): Promise<string> {
    const client = net.connect(server.port, '127.0.0.1');
    client.write(answer);
    return (await readAll(client)).toString();
  }

  it('asks how many integers, sends as many lines, and closes', async () => {
    const answer = await ask('1000\r\n');
    expect(answer.startsWith(QUESTION)).to.equal(true);
    expect(answer.slice(QUESTION.length)).to.match(/^(\d{1,4}\r\n){1000}$/);
  });

  it('sends no integers to a client that asks for none', async () => {
    expect(await ask('0\r\n')).to.equal(QUESTION);
  });

  it('waits for an answer that comes in pieces', async () => {
    const client = net.connect(server.port, '127.0.0.1');
    const answer = readAll(client);
    await once(client, 'ready');
    client.setNoDelay().write('1');
    client.write('0');
    client.write('\r\n');
    expect((await answer).toString().split('\r\n')).to.have.length(12);
  });

  for (const nonsense of ['many', '-1', '1.5', '']) {
    it(`closes after telling a client that answers "${nonsense}" that it is not a number`, async () => {
      expect(await ask(`${nonsense}\r\n`)).to.equal(`${QUESTION}That is not a number.\r\n`);
    });
  }

  it('delivers everything to a client that reads later', async () => {
    const client = net.connect(server.port, '127.0.0.1').pause();
    client.write('2000000\r\n');
    while (!(await server.nextLine()).includes('2000000'));
    expect((await readAll(client.resume())).toString().split('\r\n')).to.have.length(2_000_002);
  });

  it('goes on serving when a client hangs up in the middle', async () => {
    const client = net.connect(server.port, '127.0.0.1').pause();
    client.write('90000000\r\n');
    while (!(await server.nextLine()).includes('90000000'));
    client.resetAndDestroy();
    while (!(await server.nextLine()).includes('Connection lost'));
    expect((await ask('3\r\n')).split('\r\n')).to.have.length(5);
  });

  describeWithTool('nc', 'with nc', () => {
    it('is used as its header says', async () => {
      const { stdout } = await run('nc', ['-C', '127.0.0.1', String(server.port)], {
        input: '5\n',
      });
      expect(stdout.slice(QUESTION.length)).to.match(/^(\d{1,4}\r\n){5}$/);
    });
  });
});

describe('examples/streaming.ts, started wrongly', () => {
  it('says in one line that an argument is not a port', async () => {
    const { code, stderr } = await runExample('streaming.ts', 'abc');
    expect({ code, stderr }).to.deep.equal({
      code: 2,
      stderr: '"abc" is not a port: 0 to 65535.\n',
    });
  });

  it('says in a line that the port is taken', async () => {
    const taken = net.createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as net.AddressInfo;
    const { code, stderr } = await runExample('streaming.ts', String(port));
    taken.close();
    expect(code).to.equal(2);
    expect(stderr).to.match(/EADDRINUSE.*\n$/);
  });
});
