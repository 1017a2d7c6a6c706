import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { expect } from 'chai';

import { startServer, type RunningServer } from '../support/programs.js';
import { port, readAll } from '../support/sockets.js';

describe('examples/port-forwarder.ts', () => {
  let target: net.Server;
  let forwarder: RunningServer;
  const clients = new Set<net.Socket>();

  beforeEach(async () => {
    target = net.createServer().listen(0, '127.0.0.1');
    await once(target, 'listening');
    forwarder = await startServer('port-forwarder.ts', '0', '127.0.0.1', String(port(target)));
  });
  afterEach(async () => {
    for (const client of clients) client.destroy();
    clients.clear();
    target.close();
    await forwarder.stop();
  });

  /** Both ends of a connection through the forwarder. */
  async function connect(): Promise<{ near: net.Socket; far: net.Socket }> {
    const near = net.connect(forwarder.port, '127.0.0.1');
    const [far] = (await once(target, 'connection')) as [net.Socket];
    for (const socket of [near, far]) {
      clients.add(socket);
      socket.on('error', () => {});
    }
    return { near, far };
  }

  it('passes on the bytes of both sides, to the last byte, and closes with them', async () => {
    const { near, far } = await connect();
    const request = randomBytes(1_000_000);
    const reply = randomBytes(3_000_000);
    near.write(request);
    let received = Buffer.alloc(0);
    far.on('data', (data: Buffer) => {
      received = Buffer.concat([received, data]);
      if (received.length === request.length) far.end(reply);
    });
    expect((await readAll(near)).equals(reply)).to.equal(true);
    expect(received.equals(request)).to.equal(true);
  });

  it('passes on the bytes that were sent before the other side was connected', async () => {
    const near = net.connect(forwarder.port, '127.0.0.1');
    clients.add(near);
    near.write('early');
    const [far] = (await once(target, 'connection')) as [net.Socket];
    clients.add(far);
    const [data] = (await once(far, 'data')) as [Buffer];
    expect(data.toString()).to.equal('early');
  });

  it('slows down a sender that is faster than the other side reads, then delivers everything', async () => {
    const { near, far } = await connect();
    near.pause();
    const chunk = Buffer.alloc(1 << 20);
    const chunks = 200;
    let sent = 0;
    const send = () => {
      while (sent < chunks) {
        sent += 1;
        if (!far.write(chunk)) return;
      }
      far.end();
    };
    far.on('drain', send);
    send();
    for (let before = -1, quiet = 0; quiet < 5; quiet = sent === before ? quiet + 1 : 0) {
      before = sent;
      await delay(30);
    }
    expect(sent).to.be.below(chunks / 2);
    let received = 0;
    for await (const data of near) received += (data as Buffer).length;
    expect(received).to.equal(chunks * chunk.length);
  });

  it('hangs up, says why and serves on when there is nothing to connect to', async () => {
    target.close();
    const near = net.connect(forwarder.port, '127.0.0.1');
    expect((await readAll(near)).length).to.equal(0);
    expect(await forwarder.nextLine()).to.match(/^Unable to connect: .*refused/);
    expect((await readAll(net.connect(forwarder.port, '127.0.0.1'))).length).to.equal(0);
  });
});
