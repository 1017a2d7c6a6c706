/** The folder that the FTP example serves, with clients that behave well and clients that do not. */
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import net from 'node:net';

import { expect } from 'chai';

import { numbered } from '../support/producers.js';
import { startServer, type RunningServer } from '../support/programs.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

/** A client that says what it is told to, and no more. */
class Client {
  private said = '';
  private constructor(private readonly control: net.Socket) {
    control.on('data', (text: Buffer) => (this.said += String(text)));
  }

  static async open(port: number): Promise<Client> {
    const control = net.connect(port, '127.0.0.1');
    await once(control, 'connect');
    const client = new Client(control);
    await client.answer();
    for (const line of ['USER anonymous', 'PASS x', 'TYPE I']) await client.ask(line);
    return client;
  }

  /** The code of the next answer. */
  async answer(): Promise<number> {
    const whole = /^(\d{3}) .*\r\n/m;
    await until(() => whole.test(this.said));
    const [, code = ''] = whole.exec(this.said) ?? [];
    this.said = this.said.slice(this.said.search(whole)).replace(whole, '');
    return Number(code);
  }

  ask(line: string): Promise<number> {
    this.control.write(`${line}\r\n`);
    return this.answer();
  }

  /** Asks for a transfer; resolves with its connection, once the server has opened the file. */
  async transfer(line: string): Promise<net.Socket> {
    this.control.write('EPSV\r\n');
    await until(() => this.said.includes('|)'));
    const port = Number(/\|(\d+)\|\)/.exec(this.said)?.[1]);
    await this.answer();
    const data = net
      .connect({ port, host: '127.0.0.1', allowHalfOpen: true })
      .on('error', () => {});
    await once(data, 'connect');
    expect(await this.ask(line)).to.equal(150);
    return data;
  }

  close(): void {
    this.control.destroy();
  }
}

describe('The FTP example', () => {
  const served = temporaryFolder();
  const outside = temporaryFolder();
  let server: RunningServer;
  let client: Client;
  before(async () => {
    server = await startServer('ftp-server.ts', served.path(''), '0');
  });
  after(() => server.stop());
  beforeEach(async () => {
    client = await Client.open(server.port);
  });
  afterEach(() => client.close());

  /** Sends a part of an upload, all of which has reached the disk when this resolves. */
  const sendPart = async (line: string, part: Buffer): Promise<net.Socket> => {
    const total = () =>
      readdirSync(served.path('')).reduce((sum, name) => sum + statSync(served.path(name)).size, 0);
    const before = total();
    const data = await client.transfer(line);
    data.write(part);
    // Only then: Node takes a reset right behind bytes for a clean end.
    await until(() => total() === before + part.length);
    return data;
  };

  describe('when the connection of an upload is cut', () => {
    const part = numbered(500_000);
    let before: string[];
    beforeEach(() => {
      served.write('old', 'as it was');
      before = readdirSync(served.path(''));
    });
    const isAsBefore = () => readdirSync(served.path('')).join() === before.join();

    it('leaves nothing of a new file', async () => {
      const data = await sendPart('STOR new', part);
      data.resetAndDestroy();
      expect(await client.answer()).to.equal(550);
      await until(isAsBefore);
    });

    it('leaves a file that was to be replaced as it was', async () => {
      const data = await sendPart('STOR old', part);
      data.resetAndDestroy();
      expect(await client.answer()).to.equal(550);
      await until(isAsBefore);
      expect(String(readFileSync(served.path('old')))).to.equal('as it was');
    });

    it('leaves a file that was to be appended to as it was', async () => {
      const data = await sendPart('APPE old', part);
      data.resetAndDestroy();
      expect(await client.answer()).to.equal(550);
      await until(() => statSync(served.path('old')).size < 100);
      expect(String(readFileSync(served.path('old')))).to.equal('as it was');
    });

    it('leaves nothing of a file that was to be begun by appending', async () => {
      const data = await sendPart('APPE begun', part);
      data.resetAndDestroy();
      expect(await client.answer()).to.equal(550);
      await until(isAsBefore);
    });

    it('serves on', async () => {
      (await sendPart('STOR new', part)).resetAndDestroy();
      expect(await client.answer()).to.equal(550);
      const data = await client.transfer('STOR whole');
      data.resume().end(part);
      expect(await client.answer()).to.equal(226);
      expect(readFileSync(served.path('whole')).equals(part)).to.equal(true);
    });
  });

  it('keeps the permissions of a file that it replaces', async () => {
    chmodSync(served.write('mine', 'x'), 0o600);
    const data = await client.transfer('STOR mine');
    data.resume().end('y');
    expect(await client.answer()).to.equal(226);
    expect(statSync(served.path('mine')).mode & 0o777).to.equal(0o600);
    expect(String(readFileSync(served.path('mine')))).to.equal('y');
  });

  describe('where a link leads out of the folder', () => {
    before(() => {
      outside.write('secret', 'a secret');
      mkdirSync(outside.path('room'));
      symlinkSync(outside.path('secret'), served.path('link'));
      symlinkSync(outside.path(''), served.path('door'));
      symlinkSync(outside.path('nothing'), served.path('dangling'));
    });

    for (const line of [
      'RETR link',
      'RETR door/secret',
      'STOR link',
      'STOR door/made',
      'STOR dangling',
      'APPE link',
    ]) {
      it(`refuses ${line}`, async () => {
        const answers = client.transfer(line);
        await answers.then(
          () => expect.fail('it was granted'),
          (error: Error) => expect(error.message).to.match(/expected 55[01] to equal 150/),
        );
      });
    }

    for (const line of [
      'SIZE link',
      'MDTM link',
      'CWD door',
      'DELE door/secret',
      'MKD door/made',
      'RMD door/room',
      'SITE CHMOD 777 link',
    ]) {
      it(`refuses ${line}`, async () => {
        expect(await client.ask(line)).to.be.within(500, 599);
      });
    }

    it('refuses to rename a file behind the link, or to a name behind it', async () => {
      served.write('here', 'x');
      for (const [from, to] of [
        ['door/secret', 'taken'],
        ['here', 'door/given'],
      ]) {
        const answers = [await client.ask(`RNFR ${from}`), await client.ask(`RNTO ${to}`)];
        expect(answers[1]).to.be.within(500, 599);
      }
      expect(existsSync(served.path('here'))).to.equal(true);
    });

    it('tells nothing of it in a listing', async () => {
      const data = await client.transfer('LIST');
      let listing = '';
      data.on('data', (text: Buffer) => (listing += String(text))).end();
      expect(await client.answer()).to.equal(226);
      expect(listing)
        .to.include('mine')
        .and.not.match(/link|door|dangling/);
    });

    after(() => {
      expect(readdirSync(outside.path('')).sort()).to.deep.equal(['room', 'secret']);
      expect(String(readFileSync(outside.path('secret')))).to.equal('a secret');
    });
  });
});
