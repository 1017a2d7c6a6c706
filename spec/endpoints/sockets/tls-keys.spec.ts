import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import tls from 'node:tls';

import { expect } from 'chai';

import {
  ClientFactory,
  connect,
  DuplexTransport,
  Factory,
  listen,
  type ClientTLSOptions,
  type ListeningPort,
  type ServerTLSOptions,
} from '../../../lib/index.js';
import { certificate } from '../../support/certificate.js';
import { local, portOf } from '../../support/connections.js';
import { port } from '../../support/sockets.js';
import {
  authority,
  clientCertificates,
  SecureEnd,
  trusting,
  visit,
  type Outcome,
} from '../../support/tls-clients.js';
import { until } from '../../support/until.js';

const identity = 'friend';
const psk = Buffer.alloc(16, 'secret key');
/** The first for TLS 1.2, the second for TLS 1.3. */
const ciphers = 'PSK-AES128-GCM-SHA256:TLS_AES_128_GCM_SHA256';
const serverOptions = (maxVersion: tls.SecureVersion): ServerTLSOptions => ({
  ciphers,
  maxVersion,
  pskCallback: (_socket, name) => (name === identity ? psk : null),
});
const clientOptions = (maxVersion: tls.SecureVersion): ClientTLSOptions => ({
  ciphers,
  maxVersion,
  pskCallback: () => ({ identity, psk }),
  checkServerIdentity: () => undefined,
});

const optional = { requestCert: true, rejectUnauthorized: false };

/** A word for `authorized` and `authorizationError` of a client. */
const verdict = (authorized: boolean, error: unknown): string =>
  authorized ? 'authorized' : ((error as { code?: string }).code ?? String(error));

/**
 * Node's own verdict on a client with the key, if it is asked for a certificate too: newer versions
 * do not authorize it.
 */
async function verdictOfNode(maxVersion: tls.SecureVersion): Promise<string> {
  let said = '';
  const options = { ...(serverOptions(maxVersion) as tls.TlsOptions), ...optional };
  const server = tls.createServer(options, (socket) => {
    said = verdict(socket.authorized, socket.authorizationError);
    socket.end('hello');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await visit(port(server), clientOptions(maxVersion));
  server.close();
  return said;
}

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
  describe(`Ends of TLS that have a key in common, by ${maxVersion},`, () => {
    let listening: ListeningPort;
    afterEach(() => listening.stopListening());

    /** Connects both protocols. @returns both, once the client has received the server's greeting. */
    const exchange = async (options: ClientTLSOptions): Promise<[SecureEnd, SecureEnd]> => {
      const [server, client] = [new SecureEnd(), new SecureEnd('')];
      const factory = new Factory();
      factory.buildProtocol = () => server;
      listening = await listen(factory, {
        port: 0,
        ...local,
        tls: { ...serverOptions(maxVersion), ...optional },
      });
      client.dataReceived = () => client.transport.loseConnection();
      const callers = new ClientFactory();
      callers.buildProtocol = () => client;
      connect(callers, { port: portOf(listening), ...local, tls: options });
      await until(() => server.reason !== undefined && client.reason !== undefined);
      return [server, client];
    };

    it('are authorized if Node says so, although neither has shown a certificate', async () => {
      const said = await verdictOfNode(maxVersion);
      const [server, client] = await exchange(clientOptions(maxVersion));
      expect(server.told).to.deep.equal(['made', `secure ${said}`, 'ConnectionDone']);
      expect(client.told).to.deep.equal(['made', 'secure authorized', 'ConnectionDone']);
    });

    it('are lost if the keys differ', async () => {
      const pskCallback = () => ({ identity, psk: Buffer.alloc(16, 'another key') });
      const [server, client] = await exchange({ ...clientOptions(maxVersion), pskCallback });
      expect(server.told).to.deep.equal(['made', 'ConnectionLost']);
      expect(client.told).to.deep.equal(['made', 'ConnectionLost']);
    });
  });

  describe(`A DuplexTransport over a socket of another tls.Server, by ${maxVersion},`, () => {
    /** Lets clients visit a server with `options`. @returns the verdicts of its transports on them. */
    const trusted = async (
      options: tls.TlsOptions,
      visits: (port: number) => Promise<Outcome>,
    ): Promise<{ told: unknown[]; outcome: Outcome }> => {
      const told: unknown[] = [];
      const server = tls.createServer({ ...options, maxVersion }, (socket) => {
        const transport = new DuplexTransport(socket, { protocol: new SecureEnd() });
        told.push(verdict(transport.authorized, transport.authorizationError));
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const outcome = await visits(port(server));
      server.close();
      return { told, outcome };
    };

    for (const [name, expected] of [
      ['valid', 'authorized'],
      ['none', 'UNABLE_TO_GET_ISSUER_CERT'],
    ] as const) {
      it(`trusts a client (${name}) that resumes its session no more than before`, async () => {
        const shown = clientCertificates[name] ?? {};
        const options = { ...certificate(), ca: authority.cert, ...optional };
        const { told, outcome } = await trusted(options, async (at) => {
          const { session } = await visit(at, { ...trusting(), ...shown });
          return visit(at, { ...trusting(), ...shown, session });
        });
        expect(outcome.isReused).to.equal(true);
        expect(told).to.deep.equal([expected, expected]);
      });
    }

    if (maxVersion === 'TLSv1.2') {
      it('trusts a client with the key as Node does', async () => {
        const { told } = await trusted(
          { ...(serverOptions(maxVersion) as tls.TlsOptions), ...optional },
          (at) => visit(at, clientOptions(maxVersion)),
        );
        expect(told).to.deep.equal([await verdictOfNode(maxVersion)]);
      });
    }
  });
}
