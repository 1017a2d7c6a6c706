/**
 * Streams of `readable-stream` 2 say `end` when they are destroyed. Node's TLS client destroys
 * itself while it says `end`, if its handshake is not complete.
 */
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import tls from 'node:tls';

import { expect } from 'chai';

import {
  ConnectionDone,
  ConnectionLost,
  DuplexTransport,
  ReadableProducer,
  WritableConsumer,
} from '../../../lib/index.js';
import { AccumulatingProtocol, StringTransport } from '../../../lib/testing/index.js';
import { readableStreams, through2 } from '../../support/older-libraries.js';
import { HalfCloseable } from '../../support/recording-protocols.js';
import { tcpPair } from '../../support/sockets.js';
import { trusting } from '../../support/tls-clients.js';

const { PassThrough, Readable } = readableStreams['readable-stream 2'];

describe('A stream of readable-stream 2 that is destroyed without an error', () => {
  for (const streaming of [true, false]) {
    it(`fails the transfer of a ${streaming ? 'pushing' : 'pulled'} ReadableProducer`, async () => {
      const stream = new Readable({ read() {} });
      const transport = new StringTransport();
      const sent = new ReadableProducer(stream, { streaming }).startProducing(transport);
      const failure = sent.then(
        () => 'it resolved',
        (error: Error) => error,
      );
      stream.push('first');
      await turn();
      stream.destroy();
      await turn();
      if (!streaming) (transport.producer as ReadableProducer | null)?.resumeProducing();
      expect(await failure).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
      expect(String(transport.value())).to.equal('first');
    });
  }

  it('loses the connection of a DuplexTransport', async () => {
    const stream = new PassThrough();
    const transport = new DuplexTransport(stream, { protocol: new AccumulatingProtocol() });
    await turn();
    stream.destroy();
    const reason = await transport.closed;
    expect(reason).to.be.instanceOf(ConnectionLost);
    expect(reason.cause).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
  });

  it('is not taken for a stream that ends: an ended stream completes', async () => {
    for (const make of [() => new PassThrough(), () => through2['through2 2']()]) {
      const stream = make();
      const transport = new StringTransport();
      const sent = new ReadableProducer(stream).startProducing(transport);
      stream.end('all');
      await sent;
      expect(String(transport.value())).to.equal('all');

      const protocol = new AccumulatingProtocol();
      const connection = new DuplexTransport(make(), { protocol });
      connection.loseWriteConnection();
      expect(await connection.closed).to.be.instanceOf(ConnectionDone);
    }
  });
});

describe('A stream of a library whose streams do not say `errored`, destroyed with an error', () => {
  const broken = new Error('broken');
  const libraries = [readableStreams['readable-stream 2'], readableStreams['readable-stream 3']];

  for (const library of libraries) {
    const name = library === libraries[0] ? 'readable-stream 2' : 'readable-stream 3';
    for (const streaming of [true, false]) {
      it(`fails a ${streaming ? 'pushed' : 'pulled'} transfer with it, also one that begins after that (${name})`, async () => {
        for (const isFirst of [true, false]) {
          const stream = new library.PassThrough();
          if (isFirst) stream.destroy(broken);
          stream.on('error', () => {});
          const producer = new ReadableProducer(stream, { streaming });
          const sent = producer.startProducing(new StringTransport());
          const failure = sent.then(
            () => 'it resolved',
            (error: Error) => error,
          );
          if (!isFirst) {
            await turn();
            stream.destroy(broken);
          }
          expect(await failure).to.equal(broken);
        }
      });
    }

    it(`is the cause of the loss of a connection, whatever it says first (${name})`, async () => {
      for (const isClosing of [true, false]) {
        const stream = new library.PassThrough();
        const protocol = new AccumulatingProtocol();
        const transport = new DuplexTransport(stream, { protocol });
        transport.write(Buffer.alloc(100_000));
        await turn();
        if (isClosing) transport.loseConnection();
        stream.destroy(broken);
        const reason = await transport.closed;
        expect(reason).to.be.instanceOf(ConnectionLost);
        expect(reason.cause).to.equal(broken);
        expect(protocol.closedReason).to.equal(reason);
      }
    });

    it(`is the cause of the loss of a WritableConsumer (${name})`, async () => {
      const stream = new library.PassThrough();
      const consumer = new WritableConsumer(stream);
      consumer.write(Buffer.alloc(100_000));
      stream.destroy(broken);
      expect(await consumer.closed).to.have.property('cause', broken);
    });
  }
});

describe('A stream that is destroyed with an error by a listener of its `end`, before ours', () => {
  const kinds: Record<string, () => Duplex | Promise<Duplex>> = {
    'any stream': () => {
      const stream = new Duplex({ read: () => stream.push(null), write() {} });
      return stream.on('end', () => stream.destroy(Object.assign(new Error(), { code: 'OURS' })));
    },
    'a TLS client whose server hangs up in place of a handshake': async () => {
      const raw = await tcpPair();
      const client = tls.connect({ socket: raw.client, ...trusting() });
      raw.server.on('error', () => {}).resume();
      await once(raw.server, 'data');
      raw.server.end();
      return client;
    },
  };

  for (const [name, make] of Object.entries(kinds)) {
    const code = name === 'any stream' ? 'OURS' : 'ECONNRESET';
    for (const streaming of [true, false]) {
      it(`fails the transfer of a ${streaming ? 'pushing' : 'pulled'} ReadableProducer (${name})`, async () => {
        const producer = new ReadableProducer(await make(), { streaming });
        const transport = new StringTransport();
        const sent = producer.startProducing(transport);
        if (!streaming) producer.resumeProducing();
        const failure = sent.then(
          () => 'it resolved',
          (error: Error) => error,
        );
        expect(await failure).to.have.property('code', code);
      });
    }

    it(`loses the connection of a DuplexTransport, of whichever protocol (${name})`, async () => {
      for (const protocol of [new AccumulatingProtocol(), new HalfCloseable()]) {
        const transport = new DuplexTransport(await make(), { protocol });
        transport.write(Buffer.from('hello'));
        const reason = await transport.closed;
        expect(reason).to.be.instanceOf(ConnectionLost);
        expect(reason.cause).to.have.property('code', code);
        if (protocol instanceof HalfCloseable) {
          expect(protocol.told).to.deep.equal(['made', 'ConnectionLost']);
        }
      }
    });
  }
});
