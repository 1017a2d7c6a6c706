/** A `TransportDuplex` over one end of a TCP connection is destroyed: the bytes and the end that reach the other. */
import { once } from 'node:events';
import type { Duplex } from 'node:stream';

import { expect } from 'chai';

import { ConnectionDone, ConnectionLost } from '../../../lib/index.js';
import { numbered } from '../../support/producers.js';
import { tcpPair } from '../../support/sockets.js';
import { duplexOver } from '../../support/transports.js';

/** A stream over one end of a connection; what the other end gets, and how that ends for it. */
async function connected(paused = false) {
  const { server: peer, client } = await tcpPair();
  const { duplex, transport } = duplexOver(client);
  const chunks: Buffer[] = [];
  const fate = new Promise<string>((resolve) => {
    peer.on('end', () => resolve('a clean end'));
    peer.on('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)));
  });
  peer.on('data', (chunk: Buffer) => chunks.push(chunk));
  if (paused) peer.pause();
  return {
    duplex: duplex as Duplex & { resetAndDestroy(): unknown },
    transport,
    peer,
    fate,
    received: () => Buffer.concat(chunks),
  };
}

/** Whether this Node destroys a half-open stream of its own that `for await` has read to its end. */
async function isDestroyedByReading(): Promise<boolean> {
  const { server: peer, client } = await tcpPair();
  peer.end();
  for await (const chunk of client) expect.fail(String(chunk));
  const isDestroyed = client.destroyed;
  client.destroy();
  peer.destroy();
  return isDestroyed;
}

const large = numbered(8_000_000);

describe('A TransportDuplex over TCP', () => {
  for (const data of [Buffer.from('abc'), large]) {
    it(`destroyed plainly, delivers ${data.length} bytes in many writes, and then the end`, async () => {
      const { duplex, transport, fate, received, peer } = await connected(true);
      const step = Math.ceil(data.length / 20);
      for (let i = 0; i < data.length; i += step) duplex.write(data.subarray(i, i + step));
      duplex.destroy();
      peer.resume();
      expect(await fate).to.equal('a clean end');
      expect(received().equals(data)).to.equal(true);
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    });
  }

  it('read with for await to its end, delivers the bytes that were written meanwhile', async () => {
    const { duplex, transport, fate, received, peer } = await connected();
    peer.end('question');
    for await (const chunk of duplex) {
      expect(String(chunk)).to.equal('question');
      for (let i = 0; i < 20; i++) duplex.write(large.subarray(0, 100_000));
    }
    // Some releases of Node, 24.21 for one, leave the write half of a half-open stream as it is.
    if (!(await isDestroyedByReading())) duplex.end();
    expect(await fate).to.equal('a clean end');
    expect(received()).to.have.lengthOf(2_000_000);
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
  });

  it('left by break, delivers the bytes that were written', async () => {
    const { duplex, fate, received, peer } = await connected();
    peer.write('question');
    for await (const chunk of duplex) {
      duplex.write(`${String(chunk)}, answer`);
      break;
    }
    expect(await fate).to.equal('a clean end');
    expect(received().toString()).to.equal('question, answer');
  });

  it('destroyed with an error, by a signal or by resetAndDestroy, resets the connection', async () => {
    const ways: ((stream: Duplex & { resetAndDestroy(): unknown }) => void)[] = [
      (stream) => stream.destroy(new Error('broken')),
      (stream) => stream.resetAndDestroy(),
    ];
    for (const destroy of ways) {
      const { duplex, transport, fate, received, peer } = await connected();
      duplex.on('error', () => {});
      duplex.write('abc');
      await once(peer, 'data');
      destroy(duplex);
      expect(await fate).to.equal('ECONNRESET');
      expect(received().toString()).to.equal('abc');
      expect(await transport.closed).to.be.instanceOf(ConnectionLost);
    }
  });
});
