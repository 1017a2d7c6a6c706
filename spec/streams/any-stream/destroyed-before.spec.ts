/** A stream, of whichever library, that was destroyed before an adapter was given it. */
import type { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  ConnectionLost,
  DuplexTransport,
  Protocol,
  ReadableProducer,
  toWeb,
  WritableConsumer,
} from '../../../lib/index.js';
import { duplexKinds } from '../../support/duplex-kinds.js';
import { failure } from '../../support/failure.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';
import { rejection } from '../../support/rejection.js';

/** That of a stream which cannot tell why, and streamx's own. */
const codes = ['ERR_STREAM_PREMATURE_CLOSE', 'STREAM_DESTROYED'];

describe('A stream that was destroyed before', () => {
  for (const [name, make] of Object.entries(duplexKinds)) {
    if (name === 'readable-stream 1') continue; // It cannot be.

    for (const [when, wait] of [
      ['long ago', turn],
      ['just now', () => Promise.resolve()],
    ] as const) {
      const open = async () => {
        const stream = make().on('error', () => {});
        stream.destroy();
        await wait();
        return stream;
      };

      it(`has nothing to read, and loses what is written, ${when}: ${name}`, async () => {
        const reader = new RecordingConsumer();
        const produced = new ReadableProducer(await open()).startProducing(reader);
        expect(await rejection(produced))
          .to.have.property('code')
          .that.is.oneOf(codes);
        expect(reader.log).to.deep.equal(['register push', 'unregister']);

        const consumer = new WritableConsumer(await open());
        const transport = new DuplexTransport(await open(), { protocol: new Protocol() });
        for (const written of [consumer, transport]) {
          written.write(Buffer.from('lost'));
          written.loseConnection();
          expect(await written.closed).to.be.instanceOf(ConnectionLost);
        }
      });

      // Those of `readable-stream` 2 and 3 keep no error that they have said.
      const keepsItsError = /^(node:stream|readable-stream 4|streamx|minipass)$/.test(name);
      if (when === 'long ago' && !keepsItsError) continue;

      it(`tells why, if it was destroyed with an error, ${when}: ${name}`, async () => {
        const withFailed = async <T>(use: (stream: Duplex) => T): Promise<Awaited<T>> => {
          const stream = make().on('error', () => {});
          stream.destroy(failure);
          if (when === 'long ago') await turn(); // Else its `error` has yet to come.
          return await use(stream);
        };
        const produced = withFailed((stream) =>
          new ReadableProducer(stream).startProducing(new RecordingConsumer()),
        );
        expect(await rejection(produced)).to.equal(failure);
        for (const written of [
          await withFailed((stream) => new WritableConsumer(stream)),
          await withFailed((stream) => new DuplexTransport(stream, { protocol: new Protocol() })),
        ]) {
          expect(written.disconnected).to.equal(true);
          expect(await written.closed).to.be.instanceOf(ConnectionLost);
          expect(await written.closed).to.have.property('cause', failure);
        }
        const { readable, writable } = await withFailed((stream) => toWeb(stream));
        expect(await rejection(readable.getReader().read())).to.equal(failure);
        expect(await rejection(writable.getWriter().closed)).to.equal(failure);
      });
    }
  }
});
