import { once } from 'node:events';
import { Writable } from 'node:stream';

import { expect } from 'chai';

import { hasDelivered } from '../../../lib/streams/any-stream/index.js';
import { tcpPair } from '../../support/sockets.js';

describe('Whether a stream that has closed without finish has delivered everything', () => {
  it('is denied of one that was not ended', async () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
    stream.write('all of it');
    stream.destroy();
    await once(stream, 'close');
    expect(hasDelivered(stream)).to.equal(false);
  });

  it('is said of one that was ended, and has called back for all of it', async () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
    stream.end('all of it');
    stream.destroy();
    await once(stream, 'close');
    expect(stream.writableFinished).to.equal(false);
    expect(hasDelivered(stream)).to.equal(true);
  });

  it('is denied of a socket, which hands on what it has to others', async () => {
    const { client, server } = await tcpPair();
    client.end();
    client.destroy();
    await once(client, 'close');
    expect(client.writableFinished).to.equal(false);
    expect(hasDelivered(client)).to.equal(false);
    server.destroy();
  });
});
