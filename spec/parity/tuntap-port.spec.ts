/**
 * `TuntapPort`: a device that is not a socket, opened by its descriptor, as a transport: a character device (the
 * far end of a pseudo-terminal), and FIFOs.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream, openSync, readFileSync } from 'node:fs';

import { expect } from 'chai';

import { ConnectionDone, FileSender, Protocol, StandardIO } from '../../lib/index.js';
import { numbered } from '../support/producers.js';
import { describeWithTool } from '../support/programs.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/**
 * Makes a raw terminal, says its name, and talks to the process that opened it; what it hears is in
 * a file.
 */
const OTHER_END = `
import os, pty, sys, tty
near, far = pty.openpty()
tty.setraw(far)
print(os.ttyname(far), flush=True)
sys.stdin.readline()
os.write(near, b'from the device')
size = int(sys.argv[1])
with open(sys.argv[2], 'wb') as heard:
    while size > 0:
        data = os.read(near, 65536)
        heard.write(data)
        size -= len(data)
sys.stdin.readline()
`;

class Device extends Protocol {
  readonly pieces: Buffer[] = [];

  get received(): Buffer {
    return Buffer.concat(this.pieces);
  }
  override dataReceived(data: Buffer): void {
    this.pieces.push(data);
  }
}

const hasPython = spawnSync('python3', ['-c', 'import pty']).status === 0;
const why = hasPython ? '' : ' (SKIPPED: needs python3)';

describe('A device that was opened by its descriptor', () => {
  const folder = temporaryFolder();
  const contents = numbered(100_000);
  let path: string;
  before(() => (path = folder.write('contents', contents)));

  (hasPython ? it : it.skip)(`is a transport: a character device${why}`, async () => {
    const args = ['-c', OTHER_END, String(contents.length), folder.path('heard')];
    const other = spawn('python3', args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const exit = once(other, 'exit');
    const [name] = (await once(other.stdout.setEncoding('utf8'), 'data')) as [string];
    // One for each stream, which closes it.
    const [input, output] = [openSync(name.trim(), 'r'), openSync(name.trim(), 'w')];
    const device = new Device();
    const transport = new StandardIO(device, {
      stdin: createReadStream('', { fd: input }),
      stdout: createWriteStream('', { fd: output }),
    });
    other.stdin.write('open\n');
    await new FileSender().beginFileTransfer(path, transport);
    other.stdin.end('close\n');
    const { cause } = await transport.closed;
    if (cause !== undefined) expect(cause).to.have.property('code', 'EIO'); // So Linux says it.
    await exit;
    expect(String(device.received)).to.equal('from the device');
    expect(readFileSync(folder.path('heard')).equals(contents)).to.equal(true);
  });

  describeWithTool('mkfifo', 'by mkfifo', () => {
    it('is a transport: a FIFO for each direction', async () => {
      const [there, back] = [folder.path('there'), folder.path('back')];
      execFileSync('mkfifo', [there, back]);
      const echo = spawn('sh', ['-c', 'exec cat "$1" > "$2"', 'sh', there, back]);
      const exit = once(echo, 'exit');
      const [input, output] = [openSync(back, 'r'), openSync(there, 'w')]; // In cat's order.
      const device = new Device();
      const transport = new StandardIO(device, {
        stdin: createReadStream('', { fd: input }),
        stdout: createWriteStream('', { fd: output }),
      });
      const sent = new FileSender().beginFileTransfer(path, transport);
      transport.loseWriteConnection();
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
      await Promise.all([sent, exit]);
      expect(device.received.equals(contents)).to.equal(true);
    });
  });
});
