/** `TransportDuplex` over TCP, in what Node and readable-stream make of streams. */
import * as core from 'node:stream';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type net from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import * as rs from 'readable-stream';

import { ConnectionAborted, ConnectionDone, ConnectionLost } from '../../../lib/index.js';
import { numbered } from '../../support/producers.js';
import { readAll, tcpPair } from '../../support/sockets.js';
import { duplexOver } from '../../support/transports.js';

/** The declarations for Node 20 lack `compose`; those of readable-stream lack more. */
type Library = typeof core & { compose(...streams: core.Duplex[]): core.Duplex };
const libraries = { 'node:stream': core as Library, 'readable-stream': rs as unknown as Library };

const data = numbered(2_000_000);
const source = () =>
  core.Readable.from(
    Array.from({ length: 20 }, (_, index) => data.subarray(index * 100_000, (index + 1) * 100_000)),
    { objectMode: false },
  );
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** A stream over one end of a connection, and the bare socket at the other. */
async function connected(peer: 'echoes' | 'waits' = 'echoes') {
  const { server, client } = await tcpPair();
  server.on('error', () => {});
  if (peer === 'echoes') server.pipe(server);
  const { duplex, transport } = duplexOver(client);
  return { duplex: duplex as unknown as core.Duplex, transport, peer: server };
}

/** A slow writable that keeps what it is given. */
function slowSink() {
  const chunks: Buffer[] = [];
  const sink = new core.Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _encoding, callback) {
      chunks.push(chunk);
      setImmediate(callback);
    },
  });
  return { sink, received: () => Buffer.concat(chunks) };
}

/** Runs a pipeline of `streams`. @returns the error that ends it, or `undefined`. */
function outcome(library: Library, ...streams: (core.Readable | core.Writable)[]) {
  return new Promise<unknown>((resolve) => {
    const [first, ...rest] = streams as [core.Readable, ...core.Duplex[]];
    library.pipeline([first, ...rest], (error) => resolve(error ?? undefined));
  });
}

/** How the connection of `peer` ended: it was reset, or it was closed. */
function fateOf(peer: net.Socket): Promise<string> {
  return new Promise((resolve) => {
    peer.on('error', () => resolve('reset'));
    peer.on('close', () => resolve('closed'));
    peer.resume();
  });
}

for (const [name, library] of Object.entries(libraries)) {
  describe(`TransportDuplex, in ${name}`, () => {
    it('carries a pipeline there and back, whole', async () => {
      const { duplex, transport } = await connected();
      const { sink, received } = slowSink();
      expect(await outcome(library, source(), duplex, sink)).to.equal(undefined);
      expect(sha256(received())).to.equal(sha256(data));
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    });

    it('ends a pipeline', async () => {
      const { duplex, peer } = await connected('waits');
      const received = readAll(peer);
      expect(await outcome(library, source(), duplex)).to.equal(undefined);
      expect(sha256(await received)).to.equal(sha256(data));
    });

    it('begins a pipeline', async () => {
      const { duplex, peer } = await connected('waits');
      const { sink, received } = slowSink();
      peer.end(data);
      expect(await outcome(library, duplex, sink)).to.equal(undefined);
      expect(sha256(received())).to.equal(sha256(data));
    });

    it('finishes when both halves have', async () => {
      const { duplex, transport } = await connected();
      const done = new Promise((resolve) => library.finished(duplex, resolve));
      duplex.resume().end(data);
      expect(await done).to.be.oneOf([null, undefined]);
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    });

    it('can be composed', async () => {
      const { duplex } = await connected();
      const composed = library.compose(new core.PassThrough(), duplex, new core.PassThrough());
      const received = readAll(composed);
      composed.end(data);
      expect(sha256(await received)).to.equal(sha256(data));
    });

    it('can be read with for await, which closes the connection when it breaks off', async () => {
      const { duplex, transport, peer } = await connected('waits');
      peer.write(data);
      for await (const chunk of duplex) {
        expect((chunk as Buffer).length).to.be.greaterThan(0);
        break;
      }
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    });

    it('is destroyed by an AbortSignal, with the connection', async () => {
      const { duplex, transport } = await connected();
      const abort = new AbortController();
      library.addAbortSignal(abort.signal, duplex);
      const error = once(duplex, 'error');
      abort.abort();
      expect((await error)[0]).to.have.property('name', 'AbortError');
      expect(await transport.closed).to.be.instanceOf(ConnectionAborted);
    });

    it('resets the connection when the source fails, so that the peer knows', async () => {
      const { duplex, transport, peer } = await connected('waits');
      const fate = fateOf(peer);
      const readable = new core.PassThrough();
      const broken = new Error('broken');
      const result = outcome(library, readable, duplex);
      readable.write('not all');
      await once(peer, 'data');
      readable.destroy(broken);
      expect(await result).to.equal(broken);
      expect(await transport.closed).to.be.instanceOf(ConnectionAborted);
      expect(await fate).to.equal('reset');
    });

    it('destroys the source, and resets the connection, when the sink fails', async () => {
      const { duplex, transport } = await connected();
      const { sink } = slowSink();
      const readable = source();
      const broken = new Error('broken');
      const result = outcome(library, readable, duplex, sink);
      await turn();
      sink.destroy(broken);
      expect(await result).to.equal(broken);
      expect(readable.destroyed).to.equal(true);
      expect(await transport.closed).to.be.instanceOf(ConnectionAborted);
    });

    it('does not take for the end that the connection closes after its own end', async () => {
      const { duplex, transport, peer } = await connected('waits');
      const { sink } = slowSink();
      const result = outcome(library, duplex, sink);
      duplex.end('all');
      await once(duplex, 'finish');
      peer.write('not all');
      await once(duplex, 'data');
      transport.reactor.stream.destroy?.();
      expect(await result).to.be.instanceOf(ConnectionLost);
      expect(sink.writableFinished).to.equal(false);
      peer.destroy();
    });

    it('fails source and sink when the connection is reset', async () => {
      const { duplex, peer } = await connected('waits');
      const { sink } = slowSink();
      const readable = new core.PassThrough();
      const result = outcome(library, readable, duplex, sink);
      readable.write('x');
      await once(peer, 'readable');
      peer.resetAndDestroy();
      expect(await result).to.be.instanceOf(ConnectionLost);
      expect(readable.destroyed).to.equal(true);
      expect(sink.destroyed).to.equal(true);
    });
  });
}
