/** The half of a reactor that reads: what it hands on, what it buffers, and when the stream is paused. */
import { Buffer } from 'node:buffer';
import { EventEmitter } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { InvalidStateError } from '../../../lib/index.js';
import { assertUnread } from '../../../lib/streams/any-stream/claims.js';
import { StreamInput } from '../../../lib/streams/transports/stream-input.js';
import type { Descriptor, StreamReactor } from '../../../lib/streams/transports/stream-reactor.js';

const ENDED = ['read lost', 'read half ended'];

/** An input, the stream that it reads, and a log of what it does with the stream and the reactor. */
function made(state: object = {}) {
  const log: string[] = [];
  const told = (what: string) => () => void log.push(what);
  const stream = Object.assign(new EventEmitter(), {
    readableEnded: false,
    pause: told('pause'),
    resume: told('resume'),
    unshift: (chunk: unknown) => log.push(`unshift ${String(chunk)}`),
    ...state,
  });
  /** What the descriptor does with a chunk, beside adding it to the log. */
  const behaviour = { onData: (_data: string): void => {} };
  const descriptor = {
    doRead() {
      const data = String(input.take());
      log.push(data);
      behaviour.onData(data);
    },
    readConnectionLost: told('read lost'),
  };
  const reactor = {
    stream,
    call: (event: (descriptor: Descriptor) => unknown) =>
      event(descriptor as unknown as Descriptor),
    settle: (event: string) => log.push(event),
    closed: told('closed'),
    readHalfEnded: told('read half ended'),
  };
  const input = new StreamInput(reactor as unknown as StreamReactor);
  const gives = (...chunks: string[]) =>
    chunks.forEach((chunk) => input.received(Buffer.from(chunk)));
  return { input, stream, behaviour, gives, news: () => log.splice(0) };
}

/** As `made`, opened. */
function opened(state: object = {}) {
  const all = made(state);
  all.input.open();
  all.news();
  return all;
}

/** More turns than it takes until an HTTP/2 stream is known to have ended or to be reset. */
async function turns(): Promise<void> {
  for (let count = 0; count < 6; count += 1) await turn();
}

describe('StreamInput', () => {
  it('has the stream for itself from when it is made, and again when it is opened anew', () => {
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
      expect(() => input.open()).to.throw('The input is listening, not unopened');
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
      await turn();
      expect(news()).to.deep.equal(ENDED);
      expect(input.half).to.equal('ended');
    });

    it('tells nothing of an end that came before once it discards', async () => {
      const { input, news } = made({ readableEnded: true });
      input.discard();
      input.open();
      expect(input.half).to.equal('ended');
      await turn();
      expect(news()).to.not.include('read lost');
    });
  });

  describe('stopped', () => {
    it('pauses the stream once, and hands on what comes all the same when it is started', async () => {
      const { input, gives, news } = opened();
      input.stop();
      gives('a', 'b');
      expect(news()).to.deep.equal(['pause']);
      input.start();
      gives('c');
      expect(news()).to.deep.equal([]);
      await turn();
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
      await turn();
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
      await turn();
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
      await turn();
      expect(news()).to.deep.equal([]);
      input.start();
      await turn();
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

    it('tells of it behind what is buffered', async () => {
      const { input, gives, news } = opened();
      input.stop();
      gives('a');
      input.start();
      input.ended();
      news();
      await turn();
      expect(news()).to.deep.equal(['a', ...ENDED]);
    });

    it('delays no close without an end, although data is buffered', () => {
      const { input, gives } = opened();
      input.stop();
      gives('a');
      expect(input.delayClose()).to.equal(false);
    });

    it('loses the connection instead, while a TLS handshake is under way', () => {
      const { input, news } = opened({ secureConnecting: true });
      input.ended();
      expect(news()).to.deep.equal(['handshake']);
    });
  });

  describe('of an HTTP/2 stream', () => {
    const http2 = (state: object = {}) => opened({ rstCode: 0, ...state });

    it('tells of the end only once it is known to be none of a reset', async () => {
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

    it('hands on what came before the end meanwhile, and the close behind it', async () => {
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

  describe('told to discard', () => {
    it('lets the stream flow, once, and hands on nothing more', () => {
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

    it('closes what has closed already', () => {
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
    it('gives the stream back what was buffered, in order, keeps the end, and can be opened', async () => {
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
      await turn();
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
    await turn();
    expect(news()).to.deep.equal([]);
    expect(input.half).to.equal('unread');
  });
});
