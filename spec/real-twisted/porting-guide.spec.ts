/** The program that docs/porting.md moves: in Python it says what the page says that ours says. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { createInterface } from 'node:readline';

import { expect } from 'chai';

import { clientFromString, connectProtocol } from '../../lib/index.js';
import { LineReceiver } from '../../lib/protocols/index.js';
import { codeBlocks, readPage } from '../support/markdown.js';
import { port as portOf } from '../support/sockets.js';
import { describeWithTwisted, PYTHON } from './support/twisted.js';

const BLOCKS = codeBlocks(readPage('docs/porting.md'));
const ORIGINAL = BLOCKS.find(({ language }) => language === 'python')?.code ?? '';
/** What the last step prints: the client's lines behind `>`, then the server's own. */
const PRINTED = BLOCKS.filter(({ heading }) => heading.startsWith('Step 4')).at(-1)?.code ?? '';

/** Asks for two prices, one that there is and one that there is not, and hears the answers. */
class Customer extends LineReceiver {
  readonly heard: string[] = [];
  private readonly questions = ['ACME', 'NOPE', 'quit'];

  override lineReceived(line: Buffer) {
    this.heard.push(`> ${line.toString()}`);
    this.sendLine(Buffer.from(this.questions.shift() ?? ''));
  }
}

async function freePort(): Promise<string> {
  const server = net.createServer().listen(0);
  await once(server, 'listening');
  const number = portOf(server);
  server.close();
  return String(number);
}

describeWithTwisted('The porting guide:', function () {
  this.timeout(30_000);
  let child: ChildProcess | undefined;
  afterEach(() => child?.kill());

  it('the original, in real Twisted, prints the same text as the ported program', async () => {
    const port = await freePort();
    const program = ORIGINAL.replace('8007', port).replace(
      'reactor.run()',
      'reactor.callWhenRunning(print, "listening")\nreactor.run()',
    );
    child = spawn(PYTHON, ['-u', '-c', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const reader = createInterface(child.stdout as NodeJS.ReadableStream);
    const lines: AsyncIterator<string, string> = reader[Symbol.asyncIterator]();
    expect((await lines.next()).value).to.equal('listening');

    const customer = new Customer();
    await connectProtocol(clientFromString(`tcp:127.0.0.1:${port}`), customer);
    const { value: reason } = await lines.next();
    expect(`${[...customer.heard, reason].join('\n')}\n`).to.equal(PRINTED);
  });
});
