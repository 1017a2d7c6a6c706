/** STARTTLS between ours and real Twisted: a line in the clear, and then all is encrypted. */
import { expect } from 'chai';

import { certificate } from '../../support/certificate.js';
import { End, hashed, meet, SIDES, stopTwisted, type Side } from '../support/peer.js';
import { numbered, PushProducer } from '../../support/producers.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { describeWithTLS } from '../support/tls.js';
import { until } from '../../support/until.js';

/** Ours: asks for TLS if it is the client, and grants it if it is the server. */
class Upgrading extends End {
  private upgraded = false;
  secure = false;

  constructor(readonly side: Side) {
    super();
  }

  override connectionMade(): void {
    super.connectionMade();
    if (this.side === 'client') this.transport.write(Buffer.from('STARTTLS\r\n'));
  }

  override dataReceived(data: Buffer): void {
    if (this.upgraded) {
      super.dataReceived(data);
      return;
    }
    this.upgraded = true;
    const { key, cert } = certificate();
    if (this.side === 'server') {
      expect(String(data)).to.equal('STARTTLS\r\n');
      this.transport.write(Buffer.from('220 ready\r\n'));
      this.transport.startTLS({ key, cert });
    } else {
      expect(String(data)).to.equal('220 ready\r\n');
      this.transport.startTLS({ ca: cert, servername: 'localhost' });
    }
  }

  handshakeCompleted(): void {
    this.secure = true;
  }
}

describeWithTLS('STARTTLS between ours and real Twisted', () => {
  const folder = temporaryFolder();
  const data = numbered(8_000_000);
  let files: { key: string; cert: string };
  before(() => {
    const { key, cert } = certificate();
    files = { key: folder.write('key.pem', key), cert: folder.write('cert.pem', cert) };
  });
  after(stopTwisted);

  async function upgraded(side: Side) {
    const given = side === 'server' ? [files.cert] : [files.cert, files.key];
    const met = await meet(side, 'starttls', new Upgrading(side), given);
    if (side === 'server') met.peer.ask('line', 'STARTTLS');
    await met.peer.hears('upgraded');
    await until(() => met.ours.secure);
    return met;
  }

  for (const side of SIDES) {
    describe(`where ours is the ${side}`, () => {
      it('carries a transfer from ours, and its clean close', async () => {
        const { peer, ours } = await upgraded(side);
        const producer = new PushProducer(ours.transport, data, 65_536).start();
        ours.transport.loseConnection();
        expect(producer.log).to.include('pause');
        expect(await peer.heard()).to.deep.equal(hashed(data));
        expect([await peer.lost(), await ours.lost()]).to.deep.equal([
          'ConnectionDone',
          'ConnectionDone',
        ]);
      });

      it('carries a transfer from Twisted to a slow reader, and its clean close', async () => {
        const { peer, ours } = await upgraded(side);
        ours.transport.pauseProducing();
        peer.ask('send', data.length);
        await peer.hears('paused');
        peer.ask('lose');
        ours.transport.resumeProducing();
        expect([await peer.lost(), await ours.lost()]).to.deep.equal([
          'ConnectionDone',
          'ConnectionDone',
        ]);
        expect(ours.heard()).to.deep.equal(hashed(data));
      });

      it('is a loss for Twisted when ours aborts', async () => {
        const { peer, ours } = await upgraded(side);
        ours.transport.abortConnection();
        expect(await ours.lost()).to.equal('ConnectionAborted');
        expect(await peer.lost()).to.equal('ConnectionLost');
      });

      it('is a loss for ours when Twisted aborts', async () => {
        const { peer, ours } = await upgraded(side);
        // Ours reads the bytes right behind the handshake first: Node takes bytes and a reset for an end.
        peer.ask('line', 'goodbye');
        await until(() => ours.size > 0);
        peer.ask('abort');
        expect(await ours.lost()).to.equal('ConnectionLost');
      });
    });
  }
});
