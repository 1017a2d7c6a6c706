/** A stream, of whichever library, that was destroyed before an adapter was given it. */
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  ConnectionLost,
  DuplexTransport,
  Protocol,
  ReadableProducer,
  WritableConsumer,
} from '../../../lib/index.js';
import { duplexKinds } from '../../support/duplex-kinds.js';
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
    }
  }
});
