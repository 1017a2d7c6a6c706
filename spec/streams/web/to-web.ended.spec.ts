/** `toWeb` of a stream, of whichever library, that had ended before. */
import { once } from 'node:events';

import { expect } from 'chai';

import { toWeb } from '../../../lib/index.js';
import { duplexKinds } from '../../support/duplex-kinds.js';
import { rejection } from '../../support/rejection.js';
import { settled } from '../../support/settled.js';
import { allTextOf } from '../../support/text-of.js';

/** Those of whose streams nothing can destroy any. */
const refused = ['readable-stream 1'];
/** Those whose streams do not destroy themselves when they have ended. */
const stays = ['readable-stream 2', 'readable-stream 3', 'through2 2', 'through2 4', 'duplexify'];

describe('toWeb of a stream that had ended', () => {
  for (const [name, make] of Object.entries(duplexKinds)) {
    if (refused.includes(name)) continue;

    it(`has nothing more to read: ${name}`, async () => {
      const stream = make();
      const ended = once(stream, 'end');
      stream.resume();
      stream.end();
      await ended;
      await settled();
      expect(await allTextOf(toWeb(stream).readable)).to.equal('');
    });

    if (!stays.includes(name)) continue;
    it(`closes, because all bytes have left it: ${name}`, async () => {
      const stream = make();
      const ended = once(stream, 'end');
      stream.resume();
      stream.end();
      await ended;
      await toWeb(stream).writable.getWriter().close();
    });
  }

  it('closes a stream that finishes, and never closes', async () => {
    for (const name of stays) {
      const stream = duplexKinds[name]!();
      stream.resume();
      const writer = toWeb(stream).writable.getWriter();
      await writer.write(Buffer.from('a'));
      await writer.close();
      await writer.closed;
    }
  });

  it('is no stream that was destroyed before its end', async () => {
    for (const [name, make] of Object.entries(duplexKinds)) {
      if (refused.includes(name)) continue;
      const stream = make().on('error', () => {});
      stream.destroy();
      await settled();
      const { readable, writable } = toWeb(stream);
      for (const half of [allTextOf(readable), writable.getWriter().closed]) {
        const error = await rejection(half);
        expect(error, name).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
      }
    }
  });
});
