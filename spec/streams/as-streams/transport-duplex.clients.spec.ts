/** Node's own clients and servers over a Twisted transport over a real connection. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';

import { expect } from 'chai';

import { ConnectionDone, type DuplexTransport, type TransportDuplex } from '../../../lib/index.js';
import { certificate } from '../../support/certificate.js';
import { numbered } from '../../support/producers.js';
import { port, readAll } from '../../support/sockets.js';
import { duplexOver, socketOver } from '../../support/transports.js';

const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

/** Listens on any port of this machine, until the spec is over. */
async function listening<S extends net.Server>(server: S): Promise<S> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(server);
  return server;
}
const open: net.Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.close();
    if (server instanceof http.Server || server instanceof https.Server) {
      server.closeAllConnections();
    }
  }
});

const dial = (server: net.Server) => net.connect(port(server), '127.0.0.1');

async function responseTo(request: http.ClientRequest): Promise<http.IncomingMessage> {
  const [message] = (await once(request, 'response')) as [http.IncomingMessage];
  return message;
}

/** Answers with what it was sent. */
const echo: http.RequestListener = (request, response) => void request.pipe(response);

describe('TransportDuplex under Node’s own clients and servers', () => {
  const data = numbered(3_000_000);

  it('carries http.request({ createConnection }), both bodies intact', async () => {
    const server = await listening(http.createServer(echo));
    const createConnection = () => socketOver(dial(server));
    const request = http.request({ method: 'POST', createConnection });
    request.end(data);
    const body = await readAll(await responseTo(request));
    expect(sha256(body)).to.equal(sha256(data));
  });

  it('stays open for the next request of an http.Agent, and closes with the agent', async () => {
    const server = await listening(http.createServer(echo));
    const made: { duplex: TransportDuplex; transport: DuplexTransport }[] = [];
    class Agent extends http.Agent {
      override createConnection() {
        made.push(duplexOver(dial(server)));
        return made.at(-1)!.duplex as unknown as net.Socket;
      }
    }
    const agent = new Agent({ keepAlive: true, maxSockets: 1, timeout: 10_000 });
    for (const text of ['one', 'two', 'three']) {
      const request = http.request({ method: 'POST', agent });
      request.end(text);
      expect(String(await readAll(await responseTo(request)))).to.equal(text);
    }
    expect(made.length).to.equal(1);
    agent.destroy();
    await made[0]!.transport.closed;
    expect(made[0]!.duplex.destroyed).to.equal(true);
  });

  it('tells a client that the server hung up', async () => {
    const server = await listening(
      net.createServer((socket) => void socket.on('error', () => {}).end()),
    );
    const request = http.get({ createConnection: () => socketOver(dial(server)) });
    const [error] = (await once(request, 'error')) as [Error];
    expect(error).to.have.property('code', 'ECONNRESET');
  });

  it('tells a client that the connection was refused', async () => {
    const server = await listening(net.createServer());
    const to = port(server);
    server.close();
    await once(server, 'close');
    const createConnection = () => socketOver(net.connect(to, '127.0.0.1'));
    const request = http.get({ createConnection });
    const [error] = (await once(request, 'error')) as [Error];
    expect(error).to.be.instanceOf(Error);
  });

  it('times a silent server out', async () => {
    const server = await listening(
      net.createServer((socket) => void socket.on('error', () => {}).resume()),
    );
    const request = http.get({ createConnection: () => socketOver(dial(server)) });
    request.setTimeout(5);
    await once(request, 'timeout');
    const closed = new Promise<void>((resolve) => request.on('error', () => resolve()));
    request.destroy();
    await closed;
  });

  it('carries an http.Server, one connection or many requests on it', async () => {
    const server = http.createServer(echo);
    const accepted: DuplexTransport[] = [];
    const listener = await listening(
      net.createServer({ allowHalfOpen: true }, (socket) => {
        const { duplex, transport } = duplexOver(socket);
        accepted.push(transport);
        server.emit('connection', duplex);
      }),
    );
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const ask = async (headers: http.OutgoingHttpHeaders) => {
      const request = http.request({ port: port(listener), method: 'POST', agent, headers });
      request.end(data);
      expect(sha256(await readAll(await responseTo(request)))).to.equal(sha256(data));
    };
    await ask({});
    await ask({});
    await ask({ connection: 'close' });
    expect(accepted.length).to.equal(1);
    expect(await accepted[0]!.closed).to.be.instanceOf(ConnectionDone);
    agent.destroy();
  });

  it('carries an http2 session', async () => {
    const server = await listening(
      http2.createServer((request, response) => void request.pipe(response)),
    );
    const session = http2.connect('http://localhost', {
      createConnection: () => socketOver(dial(server)),
    });
    const stream = session.request({ ':method': 'POST' });
    stream.end(data);
    expect(sha256(await readAll(stream))).to.equal(sha256(data));
    session.close();
    await once(session, 'close');
  });

  describe('over TLS', () => {
    const secureServer = () =>
      listening(tls.createServer(certificate(), (socket) => void socket.pipe(socket)));

    for (const when of ['before it has connected', 'after it has connected']) {
      it(`carries tls.connect({ socket }) begun ${when}`, async () => {
        const server = await secureServer();
        const raw = dial(server);
        if (when.startsWith('after')) await once(raw, 'connect');
        const { duplex, transport } = duplexOver(raw);
        const socket = tls.connect({
          socket: duplex,
          ca: certificate().cert,
          servername: 'localhost',
        });
        await once(socket, 'secureConnect');
        expect(socket.authorized).to.equal(true);
        socket.end(data);
        expect(sha256(await readAll(socket))).to.equal(sha256(data));
        expect(await transport.closed).to.be.instanceOf(ConnectionDone);
      });
    }

    it('carries https.request', async () => {
      const server = await listening(https.createServer(certificate(), echo));
      const request = https.request({
        method: 'POST',
        createConnection: () =>
          tls.connect({
            socket: socketOver(dial(server)),
            ca: certificate().cert,
            servername: 'localhost',
          }),
      });
      request.end(data);
      expect(sha256(await readAll(await responseTo(request)))).to.equal(sha256(data));
    });

    it('carries the server’s end of TLS', async () => {
      const listener = await listening(
        net.createServer({ allowHalfOpen: true }, (raw) => {
          const socket = new tls.TLSSocket(socketOver(raw), { isServer: true, ...certificate() });
          socket.pipe(socket);
        }),
      );
      const client = tls.connect({
        port: port(listener),
        host: 'localhost',
        ca: certificate().cert,
      });
      client.end(data);
      expect(sha256(await readAll(client))).to.equal(sha256(data));
    });
  });
});
