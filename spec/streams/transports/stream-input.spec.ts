/** The half of a reactor that reads: what it hands on, what it buffers, and when the stream is paused. */
import { expect } from 'chai';

import { InvalidStateError } from '../../../lib/index.js';
import { assertUnread } from '../../../lib/streams/any-stream/claims.js';
import { ENDED, made, opened } from '../../support/stream-input.js';
import { turns } from '../../support/turns.js';

describe('StreamInput', () => {
  it('has the stream for itself from its construction, and when it is opened again', () => {
    const { input, stream } = made();
    expect(() => assertUnread(stream)).to.throw(InvalidStateError);
    input.open();
    input.suspend();
    assertUnread(stream);
    input.open();
    expect(() => assertUnread(stream)).to.throw(InvalidStateError);
  });

  describe('opened', () => {
    it('listens, and lets the stream flow at once', () => {
      const { input, stream, news } = made();
      input.open();
      expect(news()).to.deep.equal(['resume']);
      expect([stream.listenerCount('data'), stream.listenerCount('end')]).to.deep.equal([1, 1]);
    });

    it('pauses a stream that it was stopped for before', () => {
      const { input, news } = made();
      input.stop();
      expect(news()).to.deep.equal([]);
      expect(input.isStopped).to.equal(true);
      input.open();
      expect(news()).to.deep.equal(['pause']);
      input.start();
      expect(input.isStopped).to.equal(false);
      expect(news()).to.deep.equal(['resume']);
    });

    it('tells of an end that came before, a tick later, and lets the stream be', async () => {
      const { input, news } = made({ readableEnded: true });
      input.open();
      expect(news()).to.deep.equal([]);
      await turns();
      expect(news()).to.deep.equal(ENDED);
      expect(input.half).to.equal('ended');
    });

    it('tells nothing of an end that came before once it discards', async () => {
      const { input, news } = made({ readableEnded: true });
      input.discard();
      input.open();
      expect(input.half).to.equal('ended');
      await turns();
      expect(news()).to.not.include('read lost');
    });
  });

  describe('stopped', () => {
    it('pauses the stream once, and delivers the data that comes all the same when it is started', async () => {
      const { input, gives, news } = opened();
      input.stop();
      gives('a', 'b');
      expect(news()).to.deep.equal(['pause']);
      input.start();
      gives('c');
      expect(news()).to.deep.equal([]);
      await turns();
      expect(news()).to.deep.equal(['a', 'b', 'c', 'resume']);
    });

    it('from inside a chunk, pauses the stream only when that gives another', () => {
      const { input, behaviour, gives, news } = opened();
      behaviour.onData = () => input.stop();
      gives('a');
      expect(news()).to.deep.equal(['a']);
      input.start();
      expect(news(), 'it was never paused').to.deep.equal([]);
      gives('b', 'c', 'd');
      expect(news()).to.deep.equal(['b', 'pause']);
    });

    it('from inside a chunk, pauses the stream each time that it gives more than that', async () => {
      const { input, behaviour, gives, news } = opened();
      behaviour.onData = () => input.stop();
      for (let times = 0; times < 2; times++) {
        gives('a', 'b');
        expect(news()).to.deep.equal(['a', 'pause']);
        behaviour.onData = () => {};
        input.start();
        await turns();
        expect(news()).to.deep.equal(['b', 'resume']);
        behaviour.onData = () => input.stop();
      }
    });

    it('after a chunk, pauses the stream at once', () => {
      const { input, gives, news } = opened();
      gives('a');
      input.stop();
      expect(news()).to.deep.equal(['a', 'pause']);
      input.start();
      input.start();
      expect(news()).to.deep.equal(['resume']);
    });

    it('by the last chunk that was buffered, does not let the stream flow', async () => {
      const { input, behaviour, gives, news } = opened();
      input.stop();
      gives('a');
      behaviour.onData = () => input.stop();
      input.start();
      await turns();
      expect(news()).to.deep.equal(['pause', 'a']);
    });

    it('and started several times in a turn, hands on and resumes once', async () => {
      const { input, gives, news } = opened();
      input.stop();
      gives('a');
      input.start();
      input.stop();
      input.start();
      news();
      await turns();
      expect(news()).to.deep.equal(['a', 'resume']);
    });

    it('keeps the end, and a close behind data, until it is started', async () => {
      const { input, gives, news } = opened();
      input.stop();
      gives('a');
      input.ended();
      expect(input.half).to.equal('open');
      expect(input.delayClose()).to.equal(true);
      news();
      await turns();
      expect(news()).to.deep.equal([]);
      input.start();
      await turns();
      expect(news()).to.deep.equal(['a', ...ENDED, 'closed']);
      expect(input.half).to.equal('ended');
    });

    it('does not keep the end back any longer when the stream closes', () => {
      const { input, news } = opened();
      input.stop();
      input.ended();
      news();
      expect(input.delayClose()).to.equal(true);
      expect(news()).to.deep.equal([...ENDED, 'closed']);
    });
  });

  describe('at the end', () => {
    it('tells of it once', () => {
      const { input, news } = opened();
      input.ended();
      input.ended();
      expect(news()).to.deep.equal(ENDED);
      expect(input.delayClose()).to.equal(false);
    });

    it('tells of it after the buffered data', async () => {
      const { input, gives, news } = opened();
      input.stop();
      gives('a');
      input.start();
      input.ended();
      news();
      await turns();
      expect(news()).to.deep.equal(['a', ...ENDED]);
    });

    it('delays no close without an end, although data is buffered', () => {
      const { input, gives } = opened();
      input.stop();
      gives('a');
      expect(input.delayClose()).to.equal(false);
    });

    it('loses the connection instead, if a stream of readable-stream 2 says end because it was destroyed', () => {
      const { input, news } = opened({ readableEnded: undefined, _readableState: {} });
      Object.assign(input['stream'], { destroyed: true });
      input.ended();
      expect(news()).to.deep.equal(['reset']);
    });

    it('loses the connection instead, while a TLS handshake is under way', () => {
      const { input, news } = opened({ secureConnecting: true });
      input.ended();
      expect(news()).to.deep.equal(['handshake']);
    });
  });

  describe('told to discard', () => {
    it('lets the stream flow, once, and delivers nothing more', () => {
      const { input, gives, news } = opened();
      input.stop();
      gives('a');
      news();
      expect(input.half).to.equal('open');
      input.discard();
      input.discard();
      input.stop();
      input.start();
      gives('b');
      expect(input.half).to.equal('unread');
      input.ended();
      expect(news()).to.deep.equal(['resume']);
    });

    it('before it is opened, leaves the stream alone', () => {
      const { input, news } = made();
      input.discard();
      expect(news()).to.deep.equal([]);
      input.open();
      expect(news()).to.deep.equal(['resume']);
    });

    it('does not read the half until it ends', () => {
      const { input } = opened();
      input.discard();
      expect(input.half).to.equal('unread');
      input.ended();
      expect(input.half).to.equal('ended');
    });

    it('closes a stream that has closed already', () => {
      const { input, gives, news } = opened();
      input.stop();
      gives('a');
      input.ended();
      input.delayClose();
      news();
      input.discard();
      expect(news()).to.deep.equal(['resume', 'closed']);
    });
  });

  describe('suspended', () => {
    it('gives the buffered data back to the stream, in order, keeps the end, and can be opened', async () => {
      const { input, stream, gives, news } = opened();
      input.stop();
      gives('a', 'b');
      input.ended();
      news();
      input.suspend();
      expect(news()).to.deep.equal(['pause', 'unshift b', 'unshift a']);
      expect(stream.eventNames()).to.deep.equal([]);
      assertUnread(stream);
      input.open();
      input.start();
      news();
      await turns();
      expect(news()).to.deep.equal(ENDED);
    });

    it('before it is opened, leaves the stream alone', () => {
      const { input, stream, news } = made();
      input.suspend();
      expect(news()).to.deep.equal([]);
      expect(() => assertUnread(stream), 'it is still ours').to.throw(InvalidStateError);
      input.open();
      expect(news()).to.deep.equal(['resume']);
    });

    it('loses nothing that a stream without unshift could not take back anyway', () => {
      const { input, gives } = opened({ unshift: undefined });
      input.stop();
      gives('a');
      input.suspend();
      expect(input.half).to.equal('open');
    });
  });

  it('has nothing to do with the stream once it is closed', async () => {
    const { input, stream, gives, news } = opened();
    input.stop();
    gives('a');
    news();
    input.close();
    assertUnread(stream);
    expect(stream.eventNames()).to.deep.equal([]);
    input.start();
    input.discard();
    await turns();
    expect(news()).to.deep.equal([]);
    expect(input.half).to.equal('unread');
  });
});
