/** Bytes between ours and real Twisted, as fast as the slower end takes them. */
import { randomBytes } from 'node:crypto';

import { expect } from 'chai';

import { FileSender } from '../../../lib/index.js';
import { End, hashed, meet, Peer, SIDES, SlowEnd, stopTwisted } from '../support/peer.js';
import { numbered, PullProducer, PushProducer } from '../../support/producers.js';
import { startServer } from '../../support/programs.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { describeWithTwisted } from '../support/twisted.js';

const CLEAN = ['ConnectionDone', 'ConnectionDone'];

describeWithTwisted('Transfers between ours and real Twisted', () => {
  const folder = temporaryFolder();
  /** More than the two kernels' buffers hold. */
  const data = numbered(16_000_000);
  after(stopTwisted);

  for (const side of SIDES) {
    describe(`where ours is the ${side}`, () => {
      for (const Producer of [PushProducer, PullProducer]) {
        it(`a ${Producer.name} of ours goes at the pace of a slow Twisted reader`, async () => {
          const { peer, ours } = await meet(side, 'slow', new End());
          const producer = new Producer(ours.transport, data, 65_536).start();
          ours.transport.loseConnection();
          // Not all fits in between: what it takes at once, it takes because it was read.
          expect(producer.sent).to.be.below(data.length);
          expect(await peer.heard()).to.deep.equal(hashed(data));
          expect([await ours.lost(), await peer.lost()]).to.deep.equal(CLEAN);
          expect(producer.log).to.include('resume').and.not.include('stop');
        });
      }

      it('a fast Twisted producer goes at the pace of a slow reader of ours', async () => {
        const { peer, ours } = await meet(side, 'record', new SlowEnd());
        ours.transport.pauseProducing();
        peer.ask('send', data.length);
        peer.ask('lose');
        const [left] = await peer.hears('paused');
        expect(left).to.be.above(0);
        expect(ours.size).to.equal(0);
        ours.transport.resumeProducing();
        expect([await ours.lost(), await peer.lost()]).to.deep.equal(CLEAN);
        expect(ours.heard()).to.deep.equal(hashed(data));
      });

      it('a producer of ours is stopped when Twisted aborts, and Twisted’s when ours does', async () => {
        const first = await meet(side, 'record', new End());
        first.peer.ask('pause');
        const producer = new PushProducer(first.ours.transport, data, 65_536).start();
        first.peer.ask('abort');
        await first.ours.lost();
        expect(producer.log.at(-1)).to.equal('stop');

        const second = await meet(side, 'record', new End());
        second.ours.transport.pauseProducing();
        second.peer.ask('send', data.length);
        await second.peer.hears('paused');
        second.ours.transport.abortConnection();
        await second.peer.hears('stopped');
        expect(await second.peer.lost()).to.equal('ConnectionLost');
      });

      it('a file goes from our FileSender, and from Twisted’s', async () => {
        const contents = randomBytes(3_000_000);
        const path = folder.write(`file-${side}`, contents);
        const receiving = await meet(side, 'record', new End());
        const sender = new FileSender();
        const last = await sender.beginFileTransfer(path, receiving.ours.transport);
        receiving.ours.transport.loseConnection();
        expect(last).to.deep.equal(contents.subarray(-1));
        expect(await receiving.peer.heard()).to.deep.equal(hashed(contents));

        const serving = await meet(side, 'file', new End());
        serving.ours.transport.write(Buffer.from(`${path}\n`));
        expect([await serving.ours.lost(), await serving.peer.lost()]).to.deep.equal(CLEAN);
        expect(serving.ours.heard()).to.deep.equal(hashed(contents));
      });
    });
  }

  describe('the integers of the producers’ howto', () => {
    const COUNT = 200_000;

    it('come from Twisted’s server to a slow client of ours', async () => {
      const { peer, ours } = await meet('client', 'integers', new SlowEnd());
      const expected = Array.from({ length: COUNT }, (_, i) => `${COUNT - i}\r\n`).join('');
      ours.transport.write(Buffer.from(`${COUNT}\r\n`));
      expect([await ours.lost(), await peer.lost()]).to.deep.equal(CLEAN);
      expect(ours.heard()).to.deep.equal(hashed(Buffer.from(expected)));
    });

    it('come from our server (examples/streaming.ts) to Twisted’s client', async () => {
      const server = await startServer('streaming.ts', '0');
      try {
        const peer = new Peer();
        peer.connect('slow', server.port);
        await peer.hears('made');
        peer.ask('line', COUNT);
        expect(await peer.lost()).to.equal('ConnectionDone');
        const [, , lines] = await peer.hears('heard');
        expect(lines).to.be.within(COUNT, COUNT + 1); // After a greeting.
      } finally {
        await server.stop();
      }
    });
  });

  describe('between two Twisted ends, forwarded by ours (examples/port-forwarder.ts)', () => {
    async function forwarded(serverRole: string, clientRole: string) {
      const [server, client] = [new Peer(), new Peer()];
      const port = await server.listen(serverRole);
      const forwarder = await startServer('port-forwarder.ts', '0', '127.0.0.1', String(port));
      client.connect(clientRole, forwarder.port);
      await Promise.all([client.hears('made'), server.hears('made')]);
      return { server, client, forwarder };
    }

    it('arrive in both directions, and the close with them', async () => {
      const { server, client, forwarder } = await forwarded('echo', 'record');
      try {
        client.ask('expect', 3_000_000);
        client.ask('send', 3_000_000);
        await client.hears('reached');
        client.ask('lose');
        const sent = hashed(numbered(3_000_000));
        expect([await client.heard(), await server.heard()]).to.deep.equal([sent, sent]);
        expect([await client.lost(), await server.lost()]).to.deep.equal(CLEAN);
      } finally {
        await forwarder.stop();
      }
    });

    it('wait for a slow reader at the other end', async () => {
      const { server, client, forwarder } = await forwarded('record', 'record');
      try {
        client.ask('pause');
        server.ask('send', data.length);
        await server.hears('paused');
        server.ask('lose');
        expect(server.told.some(([what]) => what === 'sent')).to.equal(false);
        client.ask('resume');
        expect(await client.heard()).to.deep.equal(hashed(data));
        expect([await client.lost(), await server.lost()]).to.deep.equal(CLEAN);
      } finally {
        await forwarder.stop();
      }
    });
  });
});
