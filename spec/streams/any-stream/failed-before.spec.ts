/** A stream without `autoDestroy` that had failed, and was not destroyed, before an adapter came. */
import * as core from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import * as rs from 'readable-stream';

import {
  ConnectionLost,
  DuplexTransport,
  Protocol,
  ReadableProducer,
  toWeb,
  WritableConsumer,
} from '../../../lib/index.js';
import { failure } from '../../support/failure.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';
import { rejection } from '../../support/rejection.js';

const libraries: [string, Pick<typeof core, 'Duplex'>][] = [
  ['node:stream', core],
  ['readable-stream', rs as unknown as Pick<typeof core, 'Duplex'>],
];

const failures: [string, core.DuplexOptions, (stream: core.Duplex) => void][] = [
  ['to begin', { construct: (callback) => callback(failure) }, () => {}],
  [
    'a write',
    { write: (_chunk, _encoding, callback) => callback(failure) },
    (stream) => stream.write('lost'),
  ],
  ['its last step', { final: (callback) => callback(failure) }, (stream) => stream.end()],
];

for (const [name, { Duplex }] of libraries) {
  for (const [what, options, fail] of failures) {
    describe(`A Duplex of ${name} that failed ${what} before, and was not destroyed`, () => {
      const open = async () => {
        const stream = new Duplex({ autoDestroy: false, read() {}, ...options });
        stream.on('error', () => {});
        fail(stream);
        await turn();
        expect(stream).to.include({ errored: failure, destroyed: false });
        return stream;
      };

      it('is lost to what writes to it', async () => {
        for (const written of [
          new WritableConsumer(await open()),
          new DuplexTransport(await open(), { protocol: new Protocol() }),
        ]) {
          expect(written.disconnected).to.equal(true);
          written.write(Buffer.from('lost'));
          written.loseConnection();
          expect(await written.closed).to.be.instanceOf(ConnectionLost);
          expect(await written.closed).to.have.property('cause', failure);
        }
      });

      it('fails what reads it', async () => {
        const reader = new RecordingConsumer();
        const produced = new ReadableProducer(await open()).startProducing(reader);
        expect(await rejection(produced)).to.equal(failure);
      });

      it('fails both of its WHATWG counterparts', async () => {
        const { readable, writable } = toWeb(await open());
        expect(await rejection(readable.getReader().read())).to.equal(failure);
        expect(await rejection(writable.getWriter().closed)).to.equal(failure);
      });
    });
  }
}
