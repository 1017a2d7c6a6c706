/** Receivers over real sockets. */
import net from 'node:net';
import { once } from 'node:events';

import { expect } from 'chai';

import { DuplexTransport } from '../../lib/index.js';
import { Int32StringReceiver, LineReceiver } from '../../lib/protocols/index.js';
import { loggedErrors } from '../support/logged.js';

/** Sends `text` to a server of `protocol`. @returns all that it answers until it closes. */
async function ask(protocol: LineReceiver | Int32StringReceiver, text: Buffer): Promise<string> {
  const server = net.createServer((socket) => new DuplexTransport(socket, { protocol }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
  client.on('error', () => {}); // A reset is the end, too.
  client.write(text);
  let answer = '';
  client.on('data', (data) => (answer += data.toString()));
  await new Promise((resolve) => client.on('close', resolve));
  server.close();
  return answer;
}

describe('A receiver over a socket', () => {
  const logged = loggedErrors();

  it('echoes lines until it is told to quit, and none that comes after', async () => {
    class Echo extends LineReceiver {
      override lineReceived(line: Buffer): void {
        if (line.equals(Buffer.from('quit'))) this.transport.loseConnection();
        else this.sendLine(line);
      }
    }
    const answer = await ask(new Echo(), Buffer.from('one\r\ntwo\r\nquit\r\nthree\r\n'));
    expect(answer).to.equal('one\r\ntwo\r\n');
  });

  it('takes lines one at a time, though each is answered later, if it pauses meanwhile', async () => {
    class Slow extends LineReceiver {
      override async lineReceived(line: Buffer): Promise<void> {
        this.pauseProducing();
        this.sendLine(Buffer.concat([line, Buffer.from('?')]));
        await new Promise(setImmediate);
        this.sendLine(Buffer.concat([line, Buffer.from('!')]));
        if (line.toString() === 'two') this.transport.loseConnection();
        this.resumeProducing();
      }
    }
    const answer = await ask(new Slow(), Buffer.from('one\r\ntwo\r\nthree\r\n'));
    expect(answer).to.equal('one?\r\none!\r\ntwo?\r\ntwo!\r\n');
  });

  it('loses its connection for an error that a callback returns', async () => {
    const why = new Error('why');
    let reason: Error | undefined;
    class Refusing extends LineReceiver {
      override lineReceived(): Error {
        return why;
      }
      override connectionLost(given: Error): void {
        reason = given;
      }
    }
    await ask(new Refusing(), Buffer.from('one\r\ntwo\r\n'));
    expect(reason).to.equal(why);
  });

  for (const [where, isResumed] of [
    ['', false],
    [', of a line that waited for a pause to end', true],
  ] as const) {
    it(`loses its connection with the reason with which an async callback rejects${where}`, async () => {
      const oops = new Error('Oops');
      let reason: Error | undefined;
      class Rejecting extends LineReceiver {
        override async lineReceived(line: Buffer): Promise<void> {
          this.pauseProducing();
          await Promise.resolve();
          if (isResumed && line.toString() === 'one') this.resumeProducing();
          else throw oops;
        }
        override connectionLost(why: Error): void {
          reason = why;
        }
      }
      await ask(new Rejecting(), Buffer.from('one\r\ntwo\r\n'));
      expect(logged).to.deep.equal([oops]);
      expect(reason).to.equal(oops);
    });
  }

  it('receives strings larger than any chunk', async () => {
    class Lengths extends Int32StringReceiver {
      override MAX_LENGTH = 5_000_000;
      override stringReceived(string: Buffer): void {
        this.sendString(Buffer.from(String(string.length)));
        if (string.length === 3) this.transport.loseConnection();
      }
    }
    const strings = [3_000_000, 0, 3].map((size) => {
      const string = Buffer.alloc(size + 4, 'x');
      string.writeUInt32BE(size);
      return string;
    });
    const answer = await ask(new Lengths(), Buffer.concat(strings));
    expect(answer).to.equal('\0\0\0\x073000000\0\0\0\x010\0\0\0\x013');
  });
});
