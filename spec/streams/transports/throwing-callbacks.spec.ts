/** The other end of a connection whose callback has thrown. */
import { expect } from 'chai';

import { DuplexTransport, Protocol } from '../../../lib/index.js';
import { failure, fails } from '../../support/failure.js';
import { loggedErrors } from '../../support/logged.js';
import { readAll, tcpPair } from '../../support/sockets.js';

describe('A connection that a throwing callback ends', () => {
  const logged = loggedErrors();

  for (const callback of ['connectionMade', 'dataReceived'] as const) {
    it(`ends for the other end as any other, although not all input was read (${callback})`, async () => {
      const { server, client } = await tcpPair();
      await new Promise((resolve) => client.write(Buffer.alloc(200_000), resolve));
      const protocol = Object.assign(new Protocol(), { [callback]: fails });
      const input = readAll(client);
      const transport = new DuplexTransport(server, { protocol });
      expect(await transport.closed).to.equal(failure);
      expect(await input).to.have.lengthOf(0);
      expect(logged).to.deep.equal([failure]);
      client.destroy();
    });
  }

  it('is no longer listened to when that was the first callback, nor claimed', async () => {
    const { server, client } = await tcpPair();
    const protocol = Object.assign(new Protocol(), { connectionMade: fails });
    const transport = new DuplexTransport(server, { protocol });
    await transport.closed;
    expect(server.listenerCount('data')).to.equal(0);
    expect(logged).to.deep.equal([failure]);
    client.destroy();
  });

  it('is told to its protocol, although its producer throws as it is stopped', async () => {
    const { server, client } = await tcpPair();
    const lost: Error[] = [];
    const protocol = Object.assign(new Protocol(), {
      connectionLost: (reason: Error) => lost.push(reason),
    });
    const transport = new DuplexTransport(server, { protocol });
    transport.registerProducer(
      { pauseProducing() {}, resumeProducing() {}, stopProducing: fails },
      true,
    );
    transport.abortConnection();
    const reason = await transport.closed;
    expect(lost).to.deep.equal([reason]);
    expect(logged).to.deep.equal([failure]);
    client.destroy();
  });
});
