/** TLS from the start between ours and real Twisted, with certificates at both ends. */
import { expect } from 'chai';

import type { ClientTLSOptions, ServerTLSOptions } from '../../../lib/index.js';
import { certificate, type Certificate } from '../../support/certificate.js';
import { numbered, PushProducer } from '../../support/producers.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { authority, clientCertificates } from '../../support/tls-clients.js';
import { until } from '../../support/until.js';
import { End, hashed, meet, SIDES, stopTwisted, type Side } from '../support/peer.js';
import { describeWithTLS } from '../support/tls.js';

/** Ours. Notes when the handshake is complete, and with which other end. */
class Secure extends End {
  secure = false;

  constructor(private readonly aborts = false) {
    super();
  }

  override connectionMade(): void {
    super.connectionMade();
    if (this.aborts) this.transport.abortConnection();
  }

  handshakeCompleted(): void {
    const { CN } = this.transport.getPeerCertificate()?.subject ?? {};
    this.told.push(`secure ${String(CN)}, ${this.transport.authorized}`);
    this.secure = true;
  }
}

describeWithTLS('TLS between ours and real Twisted', () => {
  const folder = temporaryFolder();
  const data = numbered(4_000_000);
  let count = 0;
  after(stopTwisted);

  const paths = ({ key, cert }: Certificate): [string, string] => {
    count += 1;
    return [folder.write(`${count}.cert`, cert), folder.write(`${count}.key`, key)];
  };

  /** Connects a server, which shows the one of localhost, and a client that shows `shown`. */
  const connected = (
    side: Side,
    ours: Secure,
    {
      name = 'valid',
      role = 'secure',
    }: { name?: keyof typeof clientCertificates; role?: string } = {},
  ) => {
    const { [name]: shown } = clientCertificates;
    const [cert] = paths(certificate());
    const server: ServerTLSOptions = { ...certificate(), ca: authority.cert, requestCert: true };
    const client: ClientTLSOptions = { ...shown, ca: certificate().cert, servername: 'localhost' };
    const files =
      side === 'server'
        ? [cert, ...(shown ? paths(shown) : [])]
        : [paths(authority)[0], ...paths(certificate())];
    return meet(side, role, ours, files, side === 'server' ? server : client);
  };

  for (const side of SIDES) {
    describe(`where ours is the ${side}`, () => {
      const [name, other] = side === 'server' ? ['localhost', 'valid'] : ['valid', 'localhost'];

      it('has each know the other, after connectionMade and before all data', async () => {
        const { peer, ours } = await connected(side, new Secure());
        expect((await peer.hears('secure'))[0]).to.equal(name);
        peer.ask('line', 'hello');
        await until(() => ours.size > 0);
        expect(ours.told).to.deep.equal(['made', `secure ${other}, true`]);
        ours.transport.loseConnection();
        expect([await peer.lost(), await ours.lost()]).to.deep.equal([
          'ConnectionDone',
          'ConnectionDone',
        ]);
        expect(
          peer.told.map(([what]) => what).filter((what) => what !== 'listening'),
        ).to.deep.equal(['made', 'secure', 'heard', 'lost']);
      });

      it('carries the bytes written before the handshake, a transfer, and a clean close', async () => {
        class Eager extends Secure {
          override connectionMade(): void {
            super.connectionMade();
            new PushProducer(this.transport, data, 65_536).start();
            this.transport.loseConnection();
          }
        }
        const { peer, ours } = await connected(side, new Eager());
        expect(await peer.heard()).to.deep.equal(hashed(data));
        expect([await peer.lost(), await ours.lost()]).to.deep.equal([
          'ConnectionDone',
          'ConnectionDone',
        ]);
      });

      it('is a clean end for Twisted when ours writes and closes as the handshake completes', async () => {
        class Brief extends Secure {
          override handshakeCompleted(): void {
            super.handshakeCompleted();
            this.transport.write(Buffer.from('farewell'));
            this.transport.loseConnection();
          }
        }
        const { peer, ours } = await connected(side, new Brief());
        expect(await peer.heard()).to.deep.equal(hashed(Buffer.from('farewell')));
        expect([await peer.lost(), await ours.lost()]).to.deep.equal([
          'ConnectionDone',
          'ConnectionDone',
        ]);
      });

      for (const shown of ['unknown', 'none'] as const) {
        // Without a certificate, Twisted's client has none to show; ours as client shows none.
        it(`is lost at the server where the client’s certificate is ${shown}`, async () => {
          const { peer, ours } = await connected(side, new Secure(), { name: shown });
          const lost = side === 'server' ? await ours.lost() : await peer.lost();
          expect(lost).to.equal(side === 'server' ? 'ConnectionLost' : 'Error');
          expect(ours.told.filter((what) => what.startsWith('secure')).length).to.be.at.most(
            side === 'server' ? 0 : 1,
          );
        });
      }

      it('is a loss for Twisted when ours aborts in the handshake', async () => {
        const { peer, ours } = await connected(side, new Secure(true));
        expect(await ours.lost()).to.equal('ConnectionAborted');
        // The reset of a server may come before Twisted has found that it is connected.
        expect(await peer.lost()).to.be.oneOf(['ConnectionLost', 'ConnectError']);
      });
    });
  }

  // A server that aborts is gone before ours has connected.
  it('is a loss for ours when Twisted aborts in the handshake', async () => {
    const { ours } = await connected('server', new Secure(), { role: 'abort-handshake' });
    expect(await ours.lost()).to.equal('ConnectionLost');
    expect(ours.told).to.deep.equal(['made', 'ConnectionLost']);
  });
});
