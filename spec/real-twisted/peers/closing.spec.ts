/** How connections between ours and real Twisted end, as each end sees it. */
import { expect } from 'chai';

import { End, HalfEnd, hashed, meet, SIDES, stopTwisted } from '../support/peer.js';
import { numbered } from '../../support/producers.js';
import { describeWithTwisted } from '../support/twisted.js';
import { until } from '../../support/until.js';

describeWithTwisted('Closing a connection to real Twisted', () => {
  const data = numbered(4_000_000);
  after(stopTwisted);

  for (const side of SIDES) {
    describe(`where ours is the ${side}`, () => {
      it('is clean for both when ours loses it, and all was delivered', async () => {
        const { peer, ours } = await meet(side, 'record', new End());
        ours.transport.write(data);
        ours.transport.loseConnection();
        expect(await peer.heard()).to.deep.equal(hashed(data));
        expect([await peer.lost(), await ours.lost()]).to.deep.equal([
          'ConnectionDone',
          'ConnectionDone',
        ]);
        expect(ours.told).to.deep.equal(['made', 'ConnectionDone']);
      });

      it('is clean for both when Twisted loses it, and all was delivered', async () => {
        const { peer, ours } = await meet(side, 'record', new End());
        peer.ask('send', data.length);
        peer.ask('lose');
        expect([await peer.lost(), await ours.lost()]).to.deep.equal([
          'ConnectionDone',
          'ConnectionDone',
        ]);
        expect(ours.heard()).to.deep.equal(hashed(data));
      });

      it('is clean for both when both close it although bytes are still to be received', async () => {
        const { peer, ours } = await meet(side, 'echo', new End());
        ours.transport.write(data);
        ours.transport.loseConnection();
        expect(await peer.heard()).to.deep.equal(hashed(data));
        expect([await peer.lost(), await ours.lost()]).to.deep.equal([
          'ConnectionDone',
          'ConnectionDone',
        ]);
      });

      it('is a loss for Twisted when ours aborts', async () => {
        const { peer, ours } = await meet(side, 'record', new End());
        ours.transport.abortConnection();
        expect([await peer.lost(), await ours.lost()]).to.deep.equal([
          'ConnectionLost',
          'ConnectionAborted',
        ]);
      });

      it('is a loss for Twisted when ours aborts with data on its way', async () => {
        const { peer, ours } = await meet(side, 'slow', new End());
        ours.transport.write(numbered(20_000_000));
        peer.ask('expect', 100_000);
        await peer.hears('reached');
        ours.transport.abortConnection();
        expect([await peer.lost(), await ours.lost()]).to.deep.equal([
          'ConnectionLost',
          'ConnectionAborted',
        ]);
        expect((await peer.hears('heard'))[0]).to.be.below(20_000_000);
      });

      it('is a loss for ours when Twisted aborts', async () => {
        const { peer, ours } = await meet(side, 'record', new End());
        peer.ask('abort');
        expect([await peer.lost(), await ours.lost()]).to.deep.equal([
          'ConnectionAborted',
          'ConnectionLost',
        ]);
      });

      it('in one direction leaves the other to Twisted', async () => {
        const { peer, ours } = await meet(side, 'half', new HalfEnd());
        ours.transport.write(data);
        ours.transport.loseWriteConnection();
        await peer.hears('readConnectionLost');
        expect(ours.told).to.deep.equal(['made', 'writeConnectionLost']);
        peer.ask('send', data.length);
        peer.ask('lose');
        expect(await peer.heard()).to.deep.equal(hashed(data));
        await until(() => ours.told.includes('readConnectionLost'));
        expect(ours.heard()).to.deep.equal(hashed(data));
        ours.transport.loseConnection();
        expect([await peer.lost(), await ours.lost()]).to.deep.equal([
          'ConnectionDone',
          'ConnectionDone',
        ]);
      });

      it('in one direction leaves the other to ours', async () => {
        const { peer, ours } = await meet(side, 'half', new HalfEnd());
        ours.onReadLost = () => {
          ours.transport.write(data);
          ours.transport.loseConnection();
        };
        peer.ask('send', data.length);
        peer.ask('half');
        await peer.hears('writeConnectionLost');
        await peer.hears('readConnectionLost');
        peer.ask('lose'); // With both halves gone, Twisted says nothing before that (its #5662).
        expect(await peer.heard()).to.deep.equal(hashed(data));
        expect([await peer.lost(), await ours.lost()]).to.deep.equal([
          'ConnectionDone',
          'ConnectionDone',
        ]);
        expect(ours.heard()).to.deep.equal(hashed(data));
        expect(ours.told).to.deep.equal(['made', 'readConnectionLost', 'ConnectionDone']);
      });

      it('in one direction is the end for a Twisted protocol that can’t do with half', async () => {
        const { peer, ours } = await meet(side, 'record', new HalfEnd());
        ours.transport.loseWriteConnection();
        expect(await peer.lost()).to.equal('ConnectionDone');
        await until(() => ours.told.includes('readConnectionLost'));
      });

      it('in one direction is the end for a protocol of ours that can’t do with half', async () => {
        const { peer, ours } = await meet(side, 'half', new End());
        peer.ask('half');
        await peer.hears('readConnectionLost');
        peer.ask('lose');
        expect([await ours.lost(), await peer.lost()]).to.deep.equal([
          'ConnectionDone',
          'ConnectionDone',
        ]);
      });
    });
  }
});
