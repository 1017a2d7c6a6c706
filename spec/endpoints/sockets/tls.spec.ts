import net from 'node:net';
import tls from 'node:tls';

import { expect } from 'chai';

import {
  ClientFactory,
  connect,
  ConnectionDone,
  ConnectionLost,
  Factory,
  listen,
  type ClientTLSOptions,
  type ListeningPort,
  type ServerTLSOptions,
} from '../../../lib/index.js';
import { certificate } from '../../support/certificate.js';
import { local, portOf } from '../../support/connections.js';
import {
  authority,
  clientCertificates,
  SecureEnd,
  trusting,
  visit,
} from '../../support/tls-clients.js';
import { until } from '../../support/until.js';

const versions = ['TLSv1.2', 'TLSv1.3'] as const;

describe('TLS connections', () => {
  const asking = { ...certificate(), ca: authority.cert, requestCert: true };
  let ports: ListeningPort[];
  beforeEach(() => (ports = []));
  afterEach(() => Promise.all(ports.map((port) => port.stopListening())));

  /** A server of `ours`, one for each connection, and the port where it is. */
  const serve = async (options: ServerTLSOptions, make: () => SecureEnd | null) => {
    const factory = new Factory();
    factory.buildProtocol = make;
    const listening = await listen(factory, { port: 0, ...local, tls: options });
    ports.push(listening);
    return portOf(listening);
  };
  /** A client of ours, until its connection is over. */
  const call = async (port: number, options: ClientTLSOptions, ours = new SecureEnd()) => {
    const factory = new ClientFactory();
    factory.buildProtocol = () => ours;
    connect(factory, { port, ...local, tls: options });
    await until(() => ours.reason !== undefined);
    return ours;
  };
  const isLost = async (ours: SecureEnd) => {
    await until(() => ours.reason !== undefined);
    return ours;
  };

  for (const maxVersion of versions) {
    describe(`whose clients must show a certificate, by ${maxVersion},`, () => {
      it('serve a client with a valid certificate', async () => {
        const ours = new SecureEnd();
        const port = await serve({ ...asking, maxVersion }, () => ours);
        const { received } = await visit(port, clientCertificates.valid);
        expect(received).to.equal('hello');
        await isLost(ours);
        expect(ours.told).to.deep.equal([
          'made',
          'secure valid authorized',
          'secret',
          'ConnectionDone',
        ]);
      });

      for (const [name, code] of [
        ['expired', 'CERT_HAS_EXPIRED'],
        ['unknown', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
        ['none', 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE'],
      ] as const) {
        it(`refuse a client (${name}), tell its protocol nothing, and give the reason`, async () => {
          const ours = new SecureEnd();
          const port = await serve({ ...asking, maxVersion }, () => ours);
          const { received, session } = await visit(port, clientCertificates[name] ?? {});
          expect([received, session?.length]).to.deep.equal(['', undefined]);
          await isLost(ours);
          expect(ours.told).to.deep.equal(['made', 'ConnectionLost']);
          expect(ours.reason?.cause?.code).to.equal(code);
        });
      }

      it('take a secureContext in place of the key, and still ask', async () => {
        const sessionIdContext = 'specs';
        const secureContext = tls.createSecureContext({
          ...certificate(),
          ca: authority.cert,
          maxVersion,
          sessionIdContext,
        });
        const made: SecureEnd[] = [];
        const port = await serve({ secureContext, requestCert: true }, () => {
          made.push(new SecureEnd());
          return made.at(-1) as SecureEnd;
        });
        const first = await visit(port, clientCertificates.valid);
        const { session } = first;
        const again = await visit(port, { ...clientCertificates.valid, session });
        const refused = await visit(port, clientCertificates.unknown);
        expect([first, again, refused].map(({ received }) => received)).to.deep.equal([
          'hello',
          'hello',
          '',
        ]);
        expect(again.isReused).to.equal(true);
        for (const end of made) await isLost(end);
        expect(made.map(({ told }) => told[1])).to.deep.equal([
          'secure valid authorized',
          'secure valid authorized',
          'ConnectionLost',
        ]);
      });
    });

    describe(`whose clients may show a certificate, by ${maxVersion},`, () => {
      const optional = { ...asking, rejectUnauthorized: false, maxVersion };

      it('tell the verified from the others', async () => {
        const ends: SecureEnd[] = [];
        const port = await serve(optional, () => {
          ends.push(new SecureEnd());
          return ends.at(-1) as SecureEnd;
        });
        for (const client of Object.values(clientCertificates)) {
          expect((await visit(port, client ?? {})).received).to.equal('hello');
        }
        expect(ends.map(({ told }) => told[1])).to.deep.equal([
          'secure valid authorized',
          'secure expired CERT_HAS_EXPIRED',
          'secure unknown DEPTH_ZERO_SELF_SIGNED_CERT',
          'secure UNABLE_TO_GET_ISSUER_CERT',
        ]);
        for (const end of ends) await isLost(end);
        const known = ends.map(({ transport }) => transport.authorized);
        expect(known, 'also when all is over').to.deep.equal([true, false, false, false]);
      });

      for (const name of ['valid', 'unknown', 'none'] as const) {
        it(`trust a client (${name}) that resumes its session no more than before`, async () => {
          const ends: SecureEnd[] = [];
          const port = await serve(optional, () => {
            ends.push(new SecureEnd());
            return ends.at(-1) as SecureEnd;
          });
          const shown = clientCertificates[name] ?? {};
          const { session } = await visit(port, shown);
          const { isReused, received } = await visit(port, { ...shown, session });
          expect([isReused, received]).to.deep.equal([true, 'hello']);
          expect(ends[1]?.told[1]).to.equal(ends[0]?.told[1]);
          expect(ends[1]?.transport.authorized).to.equal(name === 'valid');
        });
      }
    });
  }

  it('tell both protocols of the handshake, after connectionMade and before any data', async () => {
    const server = new SecureEnd('welcome');
    const port = await serve(asking, () => server);
    class Client extends SecureEnd {
      override dataReceived(data: Buffer): void {
        super.dataReceived(data);
        this.transport.loseConnection();
      }
    }
    const client = await call(
      port,
      { ...trusting(), ...clientCertificates.valid },
      new Client('hello'),
    );
    await isLost(server);
    expect(client.told).to.deep.equal([
      'made',
      'secure localhost authorized',
      'welcome',
      'ConnectionDone',
    ]);
    expect(server.told).to.deep.equal([
      'made',
      'secure valid authorized',
      'hello',
      'ConnectionDone',
    ]);
  });

  it('aren’t authorized, and have no certificate, before the handshake is complete', async () => {
    const seen: unknown[] = [];
    class Early extends SecureEnd {
      override connectionMade(): void {
        super.connectionMade();
        const { authorized, authorizationError, negotiatedProtocol } = this.transport;
        seen.push(authorized, authorizationError, negotiatedProtocol);
        seen.push(this.transport.getPeerCertificate());
      }
    }
    const ours = new Early();
    const port = await serve(asking, () => ours);
    await visit(port, clientCertificates.valid);
    expect(seen).to.deep.equal([false, null, null, null]);
  });

  it('take one text of PEM for the key and the certificate, as a .pem file may have both', async () => {
    const pem = `${String(certificate().key)}\n${String(certificate().cert)}`;
    const server = new SecureEnd();
    const port = await serve({ key: pem, cert: pem }, () => server);
    await visit(port, clientCertificates.valid);
    expect(server.told).to.include('made').and.include('ConnectionDone');
  });

  it('agree on a protocol by ALPN, and choose a certificate by the name that is asked for', async () => {
    const names: string[] = [];
    const server = new SecureEnd();
    const options: ServerTLSOptions = {
      ALPNProtocols: ['h2', 'ours'],
      SNICallback: (name, choose) => {
        names.push(name);
        choose(null, tls.createSecureContext(certificate()));
      },
    };
    const port = await serve(options, () => server);
    class Client extends SecureEnd {
      override handshakeCompleted(): void {
        super.handshakeCompleted();
        this.told.push(String(this.transport.negotiatedProtocol));
        this.transport.loseConnection();
      }
    }
    const client = await call(port, { ...trusting(), ALPNProtocols: ['ours'] }, new Client());
    await isLost(server);
    expect(names).to.deep.equal(['localhost']);
    expect(client.told.slice(1, 3)).to.deep.equal(['secure localhost authorized', 'ours']);
    expect(server.transport.negotiatedProtocol).to.equal('ours');
  });

  for (const greeting of ['', 'hello', 'x'.repeat(1_000_000)]) {
    it(`closed from connectionMade, deliver the bytes written before: ${greeting.length} bytes`, async () => {
      class Brief extends SecureEnd {
        override connectionMade(): void {
          super.connectionMade();
          this.transport.loseConnection();
        }
      }
      const ours = new Brief(greeting);
      const port = await serve(certificate(), () => ours);
      const { received, code } = await visit(port, {}, 'nothing of the kind');
      expect([received === greeting, code]).to.deep.equal([true, undefined]);
      await isLost(ours);
      expect(ours.reason).to.be.instanceOf(ConnectionDone);
    });
  }

  it('are closed at once, with no handshake, where the factory builds no protocol', async () => {
    const port = await serve(certificate(), () => null);
    const { received, code } = await visit(port, {});
    expect([received, code]).to.deep.equal(['', 'ECONNRESET']);
  });

  it('can be aborted from connectionMade', async () => {
    class Abrupt extends SecureEnd {
      override connectionMade(): void {
        super.connectionMade();
        this.transport.abortConnection();
      }
    }
    const ours = new Abrupt();
    const port = await serve(certificate(), () => ours);
    expect((await visit(port, {})).received).to.equal('');
    expect(ours.told).to.deep.equal(['made', 'ConnectionAborted']);
  });

  it('are lost where the other end does not speak TLS', async () => {
    const ours = new SecureEnd();
    const port = await serve(certificate(), () => ours);
    const socket = net.connect(port, '127.0.0.1').on('error', () => {});
    socket.resume().write('GET / HTTP/1.0\r\n\r\n');
    await isLost(ours);
    expect(ours.reason).to.be.instanceOf(ConnectionLost);
    expect(ours.reason?.cause?.code).to.equal('ERR_SSL_HTTP_REQUEST');
    await new Promise((resolve) => socket.once('close', resolve));
  });

  it('are lost where a callback of the options throws, with its error', async () => {
    for (const [name, options] of [
      ['SNICallback', {}],
      ['ALPNCallback', { ALPNProtocols: ['x'] }],
    ] as const) {
      const ours = new SecureEnd();
      const cause = new Error(`${name} failed`);
      const fail = () => {
        throw cause;
      };
      const port = await serve({ ...certificate(), [name]: fail }, () => ours);
      expect((await visit(port, options)).received).to.equal('');
      await isLost(ours);
      expect(ours.reason?.cause, name).to.equal(cause);
    }
  });

  it('end half of themselves', async () => {
    class Half extends SecureEnd {
      override connectionMade(): void {
        super.connectionMade();
        this.transport.loseWriteConnection();
      }
      readConnectionLost(): void {
        this.lost('read lost');
      }
      writeConnectionLost(): void {
        this.lost('write lost');
      }
      private lost(half: string): void {
        if (this.told.some((what) => what.endsWith('lost'))) this.transport.loseConnection();
        this.told.push(half);
      }
    }
    const server = new Half('from the server');
    const client = new Half('from the client');
    const port = await serve(certificate(), () => server);
    await call(port, trusting(), client);
    await isLost(server);
    for (const [end, other] of [
      [server, 'from the client'],
      [client, 'from the server'],
    ] as const) {
      expect([...end.told].sort()).to.deep.equal(
        ['made', end.told[1], other, 'read lost', 'write lost', 'ConnectionDone'].sort(),
      );
    }
  });
});
