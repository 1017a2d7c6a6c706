import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import tls from 'node:tls';

import { expect } from 'chai';

import { DuplexTransport, Protocol, TransportDuplex } from '../../../lib/index.js';
import { AccumulatingProtocol } from '../../../lib/testing/index.js';
import { Bucket } from '../../../lib/twisted/shaping/bucket.js';
import { ConnectionAborted, ConnectionDone } from '../../../lib/twisted/core/errors.js';
import { FileSender } from '../../../lib/twisted/producers/file-sender.js';

import { ShapedProtocolFactory } from '../../../lib/twisted/shaping/shaped-protocol-factory.js';
import { ShapedTransport } from '../../../lib/twisted/shaping/shaped-transport.js';
import { makeBucket } from '../../support/buckets.js';
import { certificate } from '../../support/certificate.js';
import { makeEnds } from '../../support/ends.js';
import { numbered } from '../../support/producers.js';
import { readAll, tcpPair } from '../../support/sockets.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

describe('ShapedTransport, over a real connection', () => {
  const folder = temporaryFolder();

  it('sends two files in a row, and closes after the last byte (twisted/twisted#4635)', async () => {
    const data = numbered(100_000);
    const file = folder.write('file', data);
    const { server, client } = await tcpPair();
    const transport = new DuplexTransport(server);
    const shaped = new ShapedTransport(transport, makeBucket(50_000, 1_000_000));
    const received = readAll(client);
    await new FileSender().beginFileTransfer(file, shaped);
    await new FileSender().beginFileTransfer(file, shaped);
    shaped.loseConnection();
    expect((await received).equals(Buffer.concat([data, data]))).to.equal(true);
    client.end();
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    expect(shaped.bucket.refcount).to.equal(0);
  });

  /** A shaped transport over TCP, its client and a protocol that does nothing but be there. */
  const connected = async (bucket: Bucket, waitsForProducer = true) => {
    const { server, client } = await tcpPair();
    const options = { protocol: new Protocol(), waitsForProducer };
    const transport = new DuplexTransport(server, options);
    return { transport, client, shaped: new ShapedTransport(transport, bucket) };
  };

  it('sends all after loseConnection although the other end hangs up meanwhile', async () => {
    const data = numbered(100_000);
    for (const waitsForProducer of [true, false]) {
      const bucket = makeBucket(20_000, 1_000_000);
      const { transport, client, shaped } = await connected(bucket, waitsForProducer);
      shaped.write(data);
      shaped.loseConnection();
      client.end();
      expect((await readAll(client)).equals(data)).to.equal(true);
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    }
  });

  it('sends what is written after loseConnection, before the event loop has turned', async () => {
    for (const first of ['', 'before, ']) {
      const { transport, client, shaped } = await connected(makeBucket(5, 1_000_000));
      await turn();
      shaped.write(Buffer.from(first));
      shaped.loseConnection();
      shaped.write(Buffer.from('after'));
      expect(String(await readAll(client))).to.equal(`${first}after`);
      client.end();
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    }
  });

  it('goes on reading after loseWriteConnection, while it sends and then', async () => {
    const { server, client } = await tcpPair();
    const protocol = new AccumulatingProtocol();
    const transport = new DuplexTransport(server, { protocol });
    const shaped = new ShapedTransport(transport, makeBucket(20_000, 1_000_000));
    const data = numbered(100_000);
    shaped.write(data);
    shaped.loseWriteConnection();
    expect(transport.disconnecting).to.equal(false);
    expect((await readAll(client)).equals(data)).to.equal(true);
    client.end('answer');
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    expect(protocol.data.toString()).to.equal('answer');
  });

  it('sends all that was written to a TransportDuplex over it, although other code closes it', async () => {
    const { server, client } = await tcpPair();
    const duplex = new TransportDuplex<ShapedTransport>();
    const filter = { getBucketFor: () => makeBucket(20_000, 1_000_000) };
    new DuplexTransport(server, { protocol: new ShapedProtocolFactory(() => duplex, filter)() });
    const data = numbered(100_000);
    duplex.write(data.subarray(0, 90_000));
    duplex.write(data.subarray(90_000));
    duplex.transport?.loseConnection();
    expect((await readAll(client)).equals(data)).to.equal(true);
    client.end();
  });

  it('closes although its producer is a transport that is lost, before or after', async () => {
    for (const when of ['before', 'after']) {
      const { transport, client, shaped } = await connected(new Bucket());
      const other = await connected(new Bucket());
      shaped.registerProducer(other.transport, true);
      if (when === 'after') shaped.loseConnection();
      other.client.end();
      await other.transport.closed;
      if (when === 'before') shaped.loseConnection();
      await once(client.resume(), 'end');
      client.end();
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    }
  });

  it('may be the producer of a ShapedTransport that is its own producer', async () => {
    const one = await connected(new Bucket());
    const two = await connected(new Bucket());
    one.shaped.registerProducer(two.shaped, true);
    two.shaped.registerProducer(one.shaped, true);
    one.shaped.write(Buffer.from('x'));
    const [byte] = (await once(one.client, 'data')) as [Buffer];
    expect(byte.toString()).to.equal('x');
    for (const { transport, client } of [one, two]) {
      client.on('error', () => {});
      transport.abortConnection();
      await transport.closed;
    }
  });

  it('sends the buffered bytes unencrypted when TLS begins', async () => {
    const { transport, client, shaped } = await connected(makeBucket(4, 1));
    shaped.write(Buffer.from('220 rea'));
    shaped.write(Buffer.from('dy'));
    shaped.startTLS(certificate());
    let clear = '';
    while (clear !== '220 ready') clear += String(await once(client, 'data'));
    const secure = tls.connect({
      socket: client,
      ca: certificate().cert,
      servername: 'localhost',
    });
    await once(secure, 'secureConnect');
    secure.on('error', () => {});
    transport.abortConnection();
    await transport.closed;
  });

  it('lets go of the bucket when the connection is lost', async () => {
    const { server, client } = await tcpPair();
    const transport = new DuplexTransport(server);
    const shaped = new ShapedTransport(transport, makeBucket(10, 1));
    const { producer, log: calls } = makeEnds();
    shaped.registerProducer(producer, true);
    shaped.write(Buffer.alloc(100));
    shaped.abortConnection();
    expect(await transport.closed).to.be.instanceOf(ConnectionAborted);
    expect(calls).to.deep.equal(['p stop']);
    expect(shaped.bucket.refcount).to.equal(0);
    client.destroy();
  });
});
