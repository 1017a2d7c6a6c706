/** A `WritableConsumer` leaves the half of a socket that is read to other code. */
import { expect } from 'chai';

import { ConnectionDone, WritableConsumer } from '../../../lib/index.js';
import { readAll, tcpPair, tlsPair, unixPair } from '../../support/sockets.js';
import { until } from '../../support/until.js';

for (const [family, open] of [
  ['TCP', tcpPair],
  ['TLS', tlsPair],
  ['a Unix socket', unixPair],
] as const) {
  describe(`A WritableConsumer over ${family}`, () => {
    it('closes without reading: an answer that came before can be read after the close', async () => {
      const { server: ours, client: peer } = await open();
      const question = readAll(peer);
      const consumer = new WritableConsumer(ours);
      peer.end('answer');
      await until(() => ours.readableLength > 0);
      consumer.write(Buffer.from('question'));
      consumer.loseConnection();
      expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
      expect(String(await question)).to.equal('question');
      expect(String(await readAll(ours))).to.equal('answer');
      ours.destroy();
    });
  });
}
