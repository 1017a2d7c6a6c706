import { once } from 'node:events';
import net from 'node:net';

import { expect } from 'chai';
import sinon from 'sinon';

import {
  ClientFactory,
  connect,
  ConnectionLost,
  Factory,
  listen,
  type ClientTLSOptions,
  type ListeningPort,
  type StartTLSOptions,
} from '../../../lib/index.js';
import { certificate } from '../../support/certificate.js';
import { local, portOf } from '../../support/connections.js';
import { canCountDescriptors, openDescriptors } from '../../support/descriptors.js';
import { SecureEnd, trusting } from '../../support/tls-clients.js';
import { until } from '../../support/until.js';

/** Writes, and closes, before the handshake. */
class Speaker extends SecureEnd {
  constructor(
    private readonly size: number,
    private readonly isClosed: boolean,
    private readonly upgrade?: StartTLSOptions,
  ) {
    super('');
  }
  override connectionMade(): void {
    super.connectionMade();
    if (this.upgrade) this.transport.startTLS(this.upgrade);
    if (this.size > 0) this.transport.write(Buffer.alloc(this.size));
    if (this.isClosed) this.transport.loseConnection();
  }
}

/** How the other end leaves: what it sends, and what it calls. */
const beginning = Buffer.from([22, 3, 1, 0, 200, 1]); // Of a record, which never becomes whole.
const leavings: [string, (socket: net.Socket) => unknown][] = [
  ['ends', (socket) => socket.end()],
  ['ends in the middle of a record', (socket) => socket.end(beginning)],
  ['is destroyed', (socket) => socket.destroy()],
  ['resets', (socket) => socket.resetAndDestroy()],
];

/** The ways to TLS: each gives the end of `make` a connection, whose other end is a plain socket. */
type Meet = (make: (options?: StartTLSOptions) => Speaker) => Promise<[Speaker, net.Socket]>;

describe('A TLS handshake', () => {
  const tls = { ...certificate(), handshakeTimeout: 70_000 };
  let opened: { close(): void }[];
  beforeEach(() => (opened = []));
  afterEach(() => {
    for (const each of opened) each.close();
  });
  const stopping = (listening: ListeningPort) => {
    opened.push({ close: () => void listening.stopListening() });
    return portOf(listening);
  };

  const serve = async (ours: Speaker, options: { tls?: typeof tls }): Promise<net.Socket> => {
    const factory = new Factory();
    factory.buildProtocol = () => ours;
    const port = stopping(await listen(factory, { port: 0, ...local, ...options }));
    const socket = net.connect({ port, host: '127.0.0.1' }).on('error', () => {});
    await once(socket, 'connect');
    return socket;
  };
  const call = async (ours: Speaker, options: { tls?: ClientTLSOptions }): Promise<net.Socket> => {
    const server = net.createServer().listen(0, '127.0.0.1');
    opened.push(server);
    await once(server, 'listening');
    const accepted = once(server, 'connection');
    const factory = new ClientFactory();
    factory.buildProtocol = () => ours;
    const { port } = server.address() as net.AddressInfo;
    connect(factory, { port, host: '127.0.0.1', ...options });
    const [socket] = (await accepted) as [net.Socket];
    return socket.on('error', () => {});
  };
  const client = { ...trusting(), handshakeTimeout: 70_000 };
  const ways: Record<string, Meet> = {
    listen: async (make) => {
      const ours = make();
      return [ours, await serve(ours, { tls })];
    },
    connect: async (make) => {
      const ours = make();
      return [ours, await call(ours, { tls: client })];
    },
    'startTLS as the server': async (make) => {
      const ours = make(tls);
      return [ours, await serve(ours, {})];
    },
    'startTLS as the client': async (make) => {
      const ours = make(client);
      return [ours, await call(ours, {})];
    },
  };

  for (const [name, meet] of Object.entries(ways)) {
    describe(`of ${name}`, () => {
      for (const [how, leave] of leavings) {
        it(`is lost when the other end ${how}, after any number of bytes, closed or not`, async () => {
          const ends: Speaker[] = [];
          for (const size of [0, 100, 200_000]) {
            for (const isClosed of [false, true]) {
              const make = (options?: StartTLSOptions) => new Speaker(size, isClosed, options);
              const [ours, socket] = await meet(make);
              await until(() => ours.told.includes('made'));
              ends.push(ours);
              // Input that is not read would turn each end into a reset.
              if (name.includes('client') || name === 'connect') await once(socket, 'data');
              leave(socket);
            }
          }
          await until(() => ends.every(({ reason }) => reason !== undefined));
          for (const ours of ends) {
            expect(ours.told).to.deep.equal(['made', 'ConnectionLost']);
            expect(ours.reason?.cause).to.be.instanceOf(Error);
          }
        });
      }

      it('is lost after its time, and not before', async () => {
        const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
        try {
          const [ours, socket] = await meet((options) => new Speaker(100, false, options));
          await until(() => ours.told.length > 0 && clock.countTimers() > 0);
          clock.tick(69_999);
          expect(ours.told).to.deep.equal(['made']);
          clock.tick(1);
          expect(ours.told).to.deep.equal(['made', 'ConnectionLost']);
          expect(ours.reason?.cause?.code).to.equal('ERR_TLS_HANDSHAKE_TIMEOUT');
          expect(clock.countTimers()).to.equal(0);
          socket.destroy();
        } finally {
          clock.restore();
        }
      });

      it('leaves no timer once it is aborted', async () => {
        const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
        try {
          const [ours, socket] = await meet((options) => new Speaker(100, false, options));
          await until(() => ours.told.length > 0 && clock.countTimers() > 0);
          ours.transport.abortConnection();
          await until(() => ours.reason !== undefined);
          expect(ours.told).to.deep.equal(['made', 'ConnectionAborted']);
          expect(clock.countTimers()).to.equal(0);
          socket.destroy();
        } finally {
          clock.restore();
        }
      });
    });
  }

  it('may take 120 seconds unless it is told otherwise', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const ours = new Speaker(0, false, certificate());
      const socket = await serve(ours, {});
      await until(() => clock.countTimers() > 0);
      clock.tick(119_999);
      expect(ours.told).to.deep.equal(['made']);
      clock.tick(1);
      expect(ours.told).to.deep.equal(['made', 'ConnectionLost']);
      socket.destroy();
    } finally {
      clock.restore();
    }
  });

  (canCountDescriptors ? it : it.skip)(
    'leaks no socket of a client that only looks whether the port is open',
    async () => {
      const sockets = () => openDescriptors().filter((name) => name.startsWith('socket:')).length;
      const before = sockets();
      const ends: Speaker[] = [];
      const factory = new Factory();
      factory.buildProtocol = () => {
        ends.push(new Speaker(100, true));
        return ends.at(-1) as Speaker;
      };
      const port = stopping(await listen(factory, { port: 0, ...local, tls }));
      for (let count = 0; count < 40; count += 1) {
        const socket = net.connect(port, '127.0.0.1').on('error', () => {});
        await once(socket, 'connect');
        leavings[count % leavings.length]?.[1](socket);
      }
      await until(() => ends.length === 40 && ends.every(({ reason }) => reason !== undefined));
      expect(ends.every(({ reason }) => reason instanceof ConnectionLost)).to.equal(true);
      await until(() => sockets() <= before + 1);
    },
  );

  it('is still the transport’s own: it is asked for its addresses in connectionLost', async () => {
    const hosts: string[] = [];
    class Asking extends Speaker {
      override connectionLost(reason: Error): void {
        super.connectionLost(reason);
        hosts.push(JSON.stringify(this.transport.getPeer()));
      }
    }
    const ours = new Asking(0, false);
    const socket = await serve(ours, { tls });
    const { localPort: port } = socket;
    socket.end();
    await until(() => ours.reason !== undefined);
    expect(hosts.map((text) => JSON.parse(text) as unknown)).to.deep.equal([
      { type: 'TCP', family: 'IPv4', host: '127.0.0.1', port },
    ]);
  });
});
