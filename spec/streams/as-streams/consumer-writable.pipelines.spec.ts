import * as core from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import * as rs from 'readable-stream';
import * as streamx from 'streamx';

import {
  ConnectionDone,
  ConsumerWritable,
  DuplexTransport,
  ProducerStoppedError,
} from '../../../lib/index.js';
import { errorOf } from '../../support/error-event.js';
import { SlowConsumer } from '../../support/consumers.js';
import { numbered } from '../../support/producers.js';
import { readAll, tcpPair } from '../../support/sockets.js';
import { made } from '../../support/driven-writable.js';

describe('ConsumerWritable', () => {
  describe('beside other streams', () => {
    const data = numbered(300_000);
    const pieces = () =>
      Array.from({ length: 30 }, (_, index) => data.subarray(index * 10_000, (index + 1) * 10_000));
    const sources = {
      'node:stream': () => core.Readable.from(pieces(), { objectMode: false }),
      'readable-stream': () =>
        rs.Readable.from(pieces(), { objectMode: false }) as unknown as core.Readable,
    };
    /** The declarations for Node 20 lack `compose`; those of readable-stream lack more. */
    type Library = typeof core & { compose(...streams: core.Writable[]): core.Duplex };
    const libraries = {
      'node:stream': core as Library,
      'readable-stream': rs as unknown as Library,
    };
    for (const [name, library] of Object.entries(libraries)) {
      for (const [kind, source] of Object.entries(sources)) {
        it(`ends a pipeline of ${name} from a Readable of ${kind}`, async () => {
          const consumer = new SlowConsumer();
          const writable = new ConsumerWritable(consumer);
          const done = new Promise<unknown>((resolve) => library.finished(writable, resolve));
          await new Promise<void>((resolve, reject) =>
            library.pipeline(source(), new core.PassThrough(), writable, (error) =>
              error ? reject(error) : resolve(),
            ),
          );
          expect(await done).to.equal(undefined);
          expect(consumer.received.equals(data)).to.equal(true);
          expect(consumer.log.at(-1)).to.equal('unregister');
        });

        it(`takes a failure of ${kind} from a pipeline of ${name}, and unregisters`, async () => {
          const { consumer, writable } = made();
          const readable = source();
          const done = new Promise<unknown>((resolve) =>
            library.pipeline(readable, writable, resolve),
          );
          const broken = new Error('broken');
          readable.destroy(broken);
          expect(await done).to.equal(broken);
          expect(writable.destroyed).to.equal(true);
          expect(consumer.log.at(-1)).to.equal('unregister');
        });

        it(`passes a stop on to ${kind} through a pipeline of ${name}`, async () => {
          const { consumer, writable } = made();
          const readable = source();
          consumer.onWrite = () => consumer.stop();
          const error = await new Promise((resolve) =>
            library.pipeline(readable, writable, resolve),
          );
          expect(error).to.be.instanceOf(ProducerStoppedError);
          expect(readable.destroyed).to.equal(true);
        });
      }

      it(`is the end of a stream composed by ${name}`, async () => {
        const consumer = new SlowConsumer();
        const composed = library.compose(new core.PassThrough(), new ConsumerWritable(consumer));
        await new Promise<void>((resolve) => composed.end(data, resolve));
        await turn();
        expect(consumer.received.equals(data)).to.equal(true);
      });

      it(`is destroyed by an AbortSignal that ${name} adds`, async () => {
        const { consumer, writable } = made();
        const abort = new AbortController();
        library.addAbortSignal(abort.signal, writable);
        abort.abort();
        expect(await errorOf(writable)).to.have.property('name', 'AbortError');
        expect(consumer.log.at(-1)).to.equal('unregister');
      });
    }

    it('can be piped into by streamx', async () => {
      const consumer = new SlowConsumer();
      const writable = new ConsumerWritable(consumer);
      streamx.Readable.from(pieces()).pipe(writable as never);
      await finished(writable);
      expect(consumer.received.equals(data)).to.equal(true);
    });

    it('sends the bytes of a file to a slow peer, over a socket that is the consumer', async () => {
      const { server, client } = await tcpPair();
      const transport = new DuplexTransport(server);
      const received = readAll(client);
      const big = Buffer.concat(Array.from({ length: 20 }, () => data));
      await pipeline(core.Readable.from([big, data]), new ConsumerWritable(transport));
      transport.loseConnection();
      client.end();
      expect((await received).equals(Buffer.concat([big, data]))).to.equal(true);
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    });
  });
});
