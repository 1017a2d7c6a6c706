/** The program that docs/porting.md moves: in Python it says what the page says that ours says. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { createInterface } from 'node:readline';

import { expect } from 'chai';

import { clientFromString, connectProtocol } from '../../lib/index.js';
import { LineReceiver } from '../../lib/protocols/index.js';
import { codeBlocks, readPage } from '../support/markdown.js';
import { Newcomer } from '../support/newcomer.js';
import { run } from '../support/programs.js';
import { port as portOf } from '../support/sockets.js';
import { describeWithTwisted, PYTHON } from './support/twisted.js';

const BLOCKS = codeBlocks(readPage('docs/porting.md'));
const ORIGINAL = BLOCKS.find(({ language }) => language === 'python')?.code ?? '';
/** The output of the last step: the client's lines behind `>`, then the server's own. */
const PRINTED = printedUnder('Step 4: the whole program');

/** The output of the last program under `title`. */
function printedUnder(title: string): string {
  return BLOCKS.filter(({ heading }) => heading === title).at(-1)?.code ?? '';
}

/** Asks for two prices, one that there is and one that there is not, and hears the answers. */
class Customer extends LineReceiver {
  readonly heard: string[] = [];
  private readonly questions = ['ACME', 'NOPE', 'quit'];

  override lineReceived(line: Buffer) {
    this.heard.push(`> ${line.toString()}`);
    this.sendLine(Buffer.from(this.questions.shift() ?? ''));
  }
}

/** A server whose first client ends its process with a signal. */
const SIGNALLED = `
import os, signal
from twisted.internet import protocol, reactor

class Greeter(protocol.Protocol):
    def connectionMade(self):
        os.kill(os.getpid(), signal.SIGTERM)
    def connectionLost(self, reason):
        print(reason.getErrorMessage())

class Greeters(protocol.ServerFactory):
    protocol = Greeter
    def stopFactory(self):
        print('stopFactory')

port = reactor.listenTCP(0, Greeters(), interface='127.0.0.1')
silent = protocol.ClientFactory.forProtocol(protocol.Protocol)
reactor.connectTCP('127.0.0.1', port.getHost().port, silent)
reactor.run()
`;
const SIGNALLED_HERE = `
import net from 'node:net';
import { Factory, listen, Protocol } from 'twisted-streams';

class Greeter extends Protocol {
  connectionMade() {
    process.kill(process.pid, 'SIGTERM');
  }
  connectionLost(reason) {
    console.log(reason.message);
  }
}
class Greeters extends Factory {
  protocol = Greeter;
  stopFactory() {
    console.log('stopFactory');
  }
}
const port = await listen(new Greeters(), { port: 0, host: '127.0.0.1' });
net.connect(port.getHost().port, '127.0.0.1');
`;

const OUTPUTS = `
from twisted.internet import defer, reactor, utils

@defer.inlineCallbacks
def main():
    shell = lambda f, text: f('/bin/sh', ['-c', text])
    out, err, code = yield shell(utils.getProcessOutputAndValue, 'echo hello; exit 3')
    print('%s, %d' % (out.decode().strip(), code))
    print((yield shell(utils.getProcessOutput, 'echo hello; exit 3')))
    try:
        yield shell(utils.getProcessOutput, 'echo hello >&2')
    except OSError:
        print('refused')
    reactor.stop()

reactor.callWhenRunning(main)
reactor.run()
`;

const ANSWERED = `
from twisted.internet import defer
from twisted.internet.testing import StringTransport
from twisted.protocols.basic import LineReceiver

class Client(LineReceiver):
    reader = 'guest'
    @defer.inlineCallbacks
    def connectionMade(self):
        self.answer = defer.Deferred()
        yield self.answer
        self.reader = 'ann'
    def lineReceived(self, line):
        if line == b'welcome':
            self.answer.callback(None)
        else:
            print('%s reads: %s' % (self.reader, line.decode()))

client = Client()
client.makeConnection(StringTransport())
client.dataReceived(b'welcome\\r\\nnews\\r\\n')
`;

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

  it('a signal ends the connections of Twisted first, and a Node process at once', async () => {
    const there = await run(PYTHON, ['-c', SIGNALLED]);
    const lost = 'Connection to the other side was lost in a non-clean fashion: Connection lost.';
    expect(there.stdout.trim().split('\n')).to.have.members([lost, 'stopFactory']);
    const newcomer = await Newcomer.arrive();
    const { stdout } = await newcomer.run(SIGNALLED_HERE);
    newcomer.leave();
    expect(stdout).to.equal('');
  });

  it('getProcessOutput of Twisted accepts every exit code, and refuses what a program writes to stderr', async () => {
    const { stdout } = await run(PYTHON, ['-c', OUTPUTS]);
    expect(stdout).to.equal(`hello, 3\nb'hello\\n'\nrefused\n`);
    expect(printedUnder('The output of a program')).to.equal('hello, 3\n');
  });

  it('the callbacks of a Deferred run before the next line of the chunk', async () => {
    const { stdout } = await run(PYTHON, ['-c', ANSWERED]);
    const printed = printedUnder('Callbacks come after the rest of the chunk');
    expect(printed).to.equal(`guest reads: news\n${stdout}`);
  });
});
