import * as core from 'node:stream';

import { expect } from 'chai';
import * as rs from 'readable-stream';

import { ProducerReadable, TransportDuplex } from '../../../lib/index.js';
import { StringTransport } from '../../../lib/testing/index.js';

/** Streams to which nothing is to be added, and of which not all was read. */
const complete = {
  ProducerReadable: () => {
    const readable = new ProducerReadable();
    for (const chunk of 'abc') readable.write(Buffer.from(chunk));
    readable.finish();
    return readable;
  },
  TransportDuplex: () => {
    const duplex = new TransportDuplex();
    duplex.makeConnection(new StringTransport());
    for (const chunk of 'abc') duplex.dataReceived(Buffer.from(chunk));
    duplex.readConnectionLost();
    return duplex;
  },
};

const libraries = { 'node:stream': core, 'readable-stream': rs as unknown as typeof core };

for (const [name, make] of Object.entries(complete)) {
  describe(`A ${name} that is destroyed without an error when its data is complete`, () => {
    for (const [library, { pipeline }] of Object.entries(libraries)) {
      it(`fails a pipeline of ${library} that has not read all, and does not hang`, async () => {
        const readable = make();
        const sink = new core.Writable({
          highWaterMark: 1,
          write(_chunk, _encoding, callback) {
            readable.destroy();
            setImmediate(callback);
          },
        });
        const error = await new Promise((resolve) => pipeline(readable, sink, resolve));
        expect(error).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
        expect(sink.destroyed).to.equal(true);
      });
    }

    it('has ended in any case for a reader that has read everything', async () => {
      const readable = make();
      const chunks: string[] = [];
      for await (const chunk of readable) chunks.push(String(chunk));
      readable.destroy();
      expect(chunks.join('')).to.equal('abc');
      expect(readable.readableEnded).to.equal(true);
      // Where libraries look that know streams without that getter.
      const { _readableState: state } = readable as unknown as { _readableState: object };
      expect(state).to.have.property('ended', true);
    });
  });
}
