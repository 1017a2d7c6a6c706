/** Streams without `emitClose`: destroyed without an error, they say nothing at all. */
import * as core from 'node:stream';

import { expect } from 'chai';
import * as rs from 'readable-stream';

import { ConnectionLost, WritableConsumer } from '../../../lib/index.js';

const libraries: [string, Pick<typeof core, 'Writable'>][] = [
  ['node:stream', core],
  ['readable-stream', rs as unknown as Pick<typeof core, 'Writable'>],
];

const uses: [string, (consumer: WritableConsumer) => void][] = [
  ['written to', (consumer) => consumer.write(Buffer.from('more'))],
  ['closed', (consumer) => consumer.loseConnection()],
  ['half closed', (consumer) => consumer.loseWriteConnection()],
];

for (const [name, { Writable }] of libraries) {
  describe(`A full Writable of ${name} that was destroyed and says nothing`, () => {
    for (const [use, happen] of uses) {
      it(`is lost when its consumer is ${use}`, async () => {
        const stream = new Writable({ emitClose: false, highWaterMark: 10, write() {} });
        const consumer = new WritableConsumer(stream);
        consumer.write(Buffer.alloc(20));
        await new Promise(setImmediate);
        stream.destroy();
        await new Promise(setImmediate);
        expect(consumer.disconnected).to.equal(false);
        happen(consumer);
        const reason = await consumer.closed;
        expect(reason).to.be.instanceOf(ConnectionLost);
        expect(reason.cause).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
      });
    }
  });
}
