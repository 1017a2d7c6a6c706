import { expect } from 'chai';

import { ENDED, opened } from '../../support/stream-input.js';
import { turns } from '../../support/turns.js';

describe('StreamInput', () => {
  describe('of an HTTP/2 stream', () => {
    const http2 = (state: object = {}) => opened({ rstCode: 0, ...state });

    it('tells of the end only once it is known that the end is not a reset', async () => {
      const { input, news } = http2();
      input.ended();
      expect(news()).to.deep.equal([]);
      await turns();
      expect(news()).to.deep.equal(ENDED);
    });

    it('loses the connection, and tells of no end, if it was a reset', async () => {
      const { input, stream, news } = http2();
      input.ended();
      Object.assign(stream, { rstCode: 8 });
      await turns();
      expect(news()).to.deep.equal(['reset']);
    });

    it('delivers the data that came before the end, and the close after it', async () => {
      const { input, gives, news } = http2();
      input.stop();
      gives('a');
      input.ended();
      input.start();
      news();
      await Promise.resolve();
      await new Promise<void>((resolve) => process.nextTick(resolve));
      expect(news()).to.deep.equal(['a']);
      expect(input.delayClose()).to.equal(true);
      expect(news()).to.deep.equal([]);
      await turns();
      expect(news()).to.deep.equal([...ENDED, 'closed']);
    });

    it('closes while it is stopped, if nothing but the end is buffered', async () => {
      const { input, news } = http2();
      input.stop();
      input.ended();
      expect(input.delayClose()).to.equal(true);
      expect(news()).to.deep.equal(['pause']);
      await turns();
      expect(news()).to.deep.equal([...ENDED, 'closed']);
    });

    it('keeps the end while it is stopped and not closed, or has data before the end', async () => {
      const quiet = http2();
      quiet.input.stop();
      quiet.input.ended();
      const full = http2();
      full.input.stop();
      full.gives('a');
      full.input.ended();
      full.input.delayClose();
      [quiet, full].forEach(({ news }) => news());
      await turns();
      expect([quiet.news(), full.news()]).to.deep.equal([[], []]);
      [quiet, full].forEach(({ input }) => input.start());
      await turns();
      expect([quiet.news(), full.news()]).to.deep.equal([ENDED, ['a', ...ENDED, 'closed']]);
    });

    it('delays no close once it discards', () => {
      const { input } = http2();
      input.discard();
      input.ended();
      expect(input.delayClose()).to.equal(false);
    });
  });
});
