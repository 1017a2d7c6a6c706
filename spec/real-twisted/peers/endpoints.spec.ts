/** Endpoints of ours and of real Twisted, each made of a string, at either end of a connection. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

import { expect } from 'chai';

import {
  clientFromString,
  ClientService,
  connectProtocol,
  Factory,
  quoteStringArgument,
  serverFromString,
  type TCPAddress,
} from '../../../lib/index.js';
import { certificate } from '../../support/certificate.js';
import { numbered, PushProducer } from '../../support/producers.js';
import { rejection } from '../../support/rejection.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { until } from '../../support/until.js';
import {
  End,
  HalfEnd,
  hashed,
  Peer,
  SIDES,
  SlowEnd,
  stopTwisted,
  type Side,
} from '../support/peer.js';
import { describeWithTwisted, PYTHON } from '../support/twisted.js';

const SIZE = 1 << 20;

/** How a server and a client are described; the client, once the port of the server is known. */
interface Described {
  server: string;
  client: (port: number) => string;
}

const twistedHasTLS =
  spawnSync(PYTHON, ['-c', 'import OpenSSL, service_identity; from twisted.internet import ssl'])
    .status === 0;

describeWithTwisted('Endpoints, with real Twisted at the other end', function () {
  this.timeout(20_000);
  const folder = temporaryFolder();
  let sockets = 0;
  after(stopTwisted);

  const kinds: Record<string, () => Described> = {
    TCP: () => ({
      server: 'tcp:0:interface=127.0.0.1',
      client: (port) => `tcp:127.0.0.1:${port}`,
    }),
    'Unix sockets, locked': () => {
      const path = quoteStringArgument(folder.path(`socket${(sockets += 1)}`));
      return { server: `unix:${path}`, client: () => `unix:${path}:lockfile=1` };
    },
    ...(twistedHasTLS && {
      TLS: () => {
        const { key, cert } = certificate();
        const pem = folder.write('both.pem', `${String(key)}${String(cert)}`);
        folder.write('authority.pem', cert);
        const roots = `trustRoots=${quoteStringArgument(folder.path('.'))}`;
        return {
          server: `ssl:0:interface=127.0.0.1:privateKey=${quoteStringArgument(pem)}`,
          client: (port) => `tls:localhost:${port}:${roots}:endpoint=tcp\\:127.0.0.1\\:${port}`,
        };
      },
    }),
  };

  /** Connects ours, on `side`, to a Twisted end that has `role`. */
  async function meet(
    { server, client }: Described,
    side: Side,
    role: string,
    ours: End,
  ): Promise<Peer> {
    const peer = new Peer();
    if (side === 'server') {
      const factory = new Factory();
      factory.buildProtocol = () => ours;
      const port = await serverFromString(server).listen(factory);
      peer.ask('reach', role, client((port.getHost() as TCPAddress).port));
      await until(() => ours.connected);
      await port.stopListening();
    } else {
      peer.ask('serve', role, server);
      const [port] = (await peer.hears('listening')) as [number];
      await connectProtocol(clientFromString(client(port)), ours);
    }
    await peer.hears('made');
    return peer;
  }

  for (const [kind, makeDescribed] of Object.entries(kinds)) {
    for (const side of SIDES) {
      it(`carry all both ways over ${kind}, ours the ${side}, to slow readers`, async () => {
        const ours = new SlowEnd();
        const peer = await meet(makeDescribed(), side, 'slow', ours);
        new PushProducer(ours.transport, numbered(SIZE), 65_536).start();
        peer.ask('send', SIZE);
        peer.ask('expect', SIZE);
        await peer.hears('reached');
        await until(() => ours.size === SIZE);
        ours.transport.loseConnection();
        expect(await peer.heard()).to.deep.equal(hashed(numbered(SIZE)));
        expect(ours.heard()).to.deep.equal(hashed(numbered(SIZE)));
        expect([await ours.lost(), await peer.lost()]).to.deep.equal([
          ...['ConnectionDone', 'ConnectionDone'],
        ]);
      });
    }
  }

  for (const side of SIDES) {
    it(`go on after a half close, ours the ${side}`, async () => {
      const ours = new HalfEnd();
      const peer = await meet(kinds['TCP']?.() as Described, side, 'half', ours);
      ours.onReadLost = () => {
        ours.transport.write(numbered(SIZE));
        ours.transport.loseConnection();
      };
      peer.ask('half');
      await peer.hears('writeConnectionLost');
      await peer.hears('readConnectionLost');
      peer.ask('lose'); // With both halves gone, Twisted says nothing before that (its #5662).
      expect(await peer.heard()).to.deep.equal(hashed(numbered(SIZE)));
      await ours.lost();
      expect(ours.told).to.deep.equal(['made', 'readConnectionLost', 'ConnectionDone']);
    });

    it(`notice a reset, ours the ${side}`, async () => {
      const ours = new End();
      const peer = await meet(kinds['TCP']?.() as Described, side, 'record', ours);
      peer.ask('abort');
      expect(await ours.lost()).to.equal('ConnectionLost');
    });
  }

  it('keep each other away from a Unix socket by its lock', async () => {
    const path = folder.path('contested');
    const [server, client] = [`unix:${path}`, `unix:${path}:lockfile=1`];
    const port = await serverFromString(server).listen(new Factory());
    const peer = new Peer();
    peer.ask('serve', 'record', server);
    expect(await peer.hears('failed')).to.deep.equal(['CannotListenError']);
    expect(existsSync(path)).to.equal(true);
    await port.stopListening();

    const holder = new Peer();
    holder.ask('serve', 'record', server);
    await holder.hears('listening');
    expect(await rejection(serverFromString(server).listen(new Factory()))).to.include({
      name: 'CannotListenError',
    });
    const ours = new End();
    await connectProtocol(clientFromString(client), ours);
    ours.transport.loseConnection();
    expect(await ours.lost()).to.equal('ConnectionDone');
  });

  it('are kept connected by a ClientService, from one server to the next', async () => {
    const path = folder.path('kept');
    const built: End[] = [];
    const factory = new Factory();
    factory.buildProtocol = () => {
      built.push(new End());
      return built.at(-1) as End;
    };
    const service = new ClientService(clientFromString(`unix:${path}`), factory, {
      retryPolicy: () => 0.01,
    });
    service.startService();
    for (const round of [1, 2]) {
      const peer = new Peer();
      peer.ask('serve', 'record', `unix:${path}`);
      expect(await service.whenConnected()).to.equal(built[round - 1]);
      await peer.hears('made');
      built[round - 1]?.transport.write(Buffer.from('hello'));
      peer.ask('expect', 5);
      await peer.hears('reached');
      if (round === 1) peer.ask('lose');
      else await service.stopService();
      expect(await peer.lost()).to.equal('ConnectionDone');
      await built[round - 1]?.lost();
    }
    expect(built.map(({ told }) => told)).to.deep.equal([
      ['made', 'ConnectionDone'],
      ['made', 'ConnectionDone'],
    ]);
  });
});
