/** Why a stream is gone, asked of streams that tell and of others. */
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { lossOf, PrematureCloseError, tellLoss } from '../../../lib/streams/any-stream/index.js';
import { duplexKinds } from '../../support/duplex-kinds.js';
import { failure } from '../../support/failure.js';

/** Those that keep no error: it is known only while they say it, in a later tick. */
const forgetful = [
  'readable-stream 2',
  'readable-stream 3',
  'through2 2',
  'through2 4',
  'duplexify',
];

describe('Why a stream is gone', () => {
  for (const [name, make] of Object.entries(duplexKinds)) {
    if (name === 'readable-stream 1') continue; // It cannot be destroyed.

    it(`is its error, if it was destroyed with one: ${name}`, async () => {
      const stream = make().on('error', () => {});
      const before = stream.listenerCount('error');
      stream.destroy(failure);
      let isTold = false;
      const told = new Promise((resolve) =>
        tellLoss(stream, (reason) => {
          isTold = true;
          resolve(reason);
        }),
      );
      expect(isTold).to.equal(!forgetful.includes(name));
      expect(await told).to.equal(failure);
      if (!forgetful.includes(name)) expect(lossOf(stream)).to.equal(failure);
      expect(stream.listenerCount('error')).to.equal(before);
    });

    it(`is that it closed too early, otherwise: ${name}`, async () => {
      const stream = make();
      stream.destroy();
      await turn();
      expect(lossOf(stream)).to.be.instanceOf(PrematureCloseError);
      const told = await new Promise((resolve) => tellLoss(stream, resolve));
      expect(told).to.be.instanceOf(PrematureCloseError);
      expect(stream.listenerCount('error')).to.equal(0);
    });
  }
});
