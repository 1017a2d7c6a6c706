/** Streams that were cut although they say `end`. */
import { EventEmitter, once } from 'node:events';
import http2 from 'node:http2';
import { PassThrough } from 'node:stream';

import { expect } from 'chai';
import * as rs from 'readable-stream';

import {
  afterEnd,
  discardUpload,
  isEndOfDestroyed,
  isResettable,
  isYetToEnd,
  wasReset,
} from '../../../lib/streams/any-stream/index.js';
import { http2Exchange } from '../../support/http2-exchange.js';
import { OldStyleStream } from '../../support/old-style-stream.js';
import { readableStreams } from '../../support/older-libraries.js';
import { duplexKinds } from '../../support/duplex-kinds.js';

/** The answer with which `afterEnd` calls back. */
const cut = (stream: object) => new Promise<boolean>((resolve) => afterEnd(stream, resolve));

describe('A stream that can be reset', () => {
  it('is one of HTTP/2, or a request over it, and no other', async () => {
    for (const as of ['stream', 'request'] as const) {
      const { accepted, request, dispose } = await http2Exchange('GET', as);
      for (const stream of [accepted, request]) {
        expect(isResettable(stream)).to.equal(true);
        expect(wasReset(stream)).to.equal(false);
      }
      dispose();
    }
    for (const make of Object.values(duplexKinds)) expect(isResettable(make())).to.equal(false);
    for (const stream of [null, undefined, 'text', 7, {}, new PassThrough()]) {
      const wrapper = Object.assign(new EventEmitter(), { stream });
      expect(isResettable(wrapper)).to.equal(false);
      expect(wasReset(wrapper)).to.equal(false);
    }
  });

  it('was reset once its other end has, or its own, with any code but that of no error', async () => {
    for (const as of ['stream', 'request'] as const) {
      const { accepted, request, dispose } = await http2Exchange('POST', as);
      for (const stream of [accepted, request]) stream.on('error', () => {});
      const { stream = accepted } = accepted as { stream?: http2.ServerHttp2Stream };
      stream.on('error', () => {});
      request.write('some');
      request.close(http2.constants.NGHTTP2_CANCEL);
      await once(stream, 'close');
      expect(wasReset(accepted)).to.equal(true);
      expect(wasReset(request)).to.equal(true);
      dispose();
    }
  });

  it('was reset if it says that it was aborted, with any code', () => {
    const { NGHTTP2_NO_ERROR: rstCode } = http2.constants;
    const aborted = { rstCode, aborted: true };
    const whole = { rstCode, aborted: false };
    for (const [stream, expected] of [
      [aborted, true],
      [whole, false],
      [{ stream: aborted }, true],
      [{ stream: whole }, false],
      [{ rstCode: http2.constants.NGHTTP2_CANCEL, aborted: false }, true],
    ] as const) {
      expect(wasReset(stream), JSON.stringify(stream)).to.equal(expected);
    }
  });

  it('has lost its data in the same way if Node has discarded some of it', () => {
    const whole = { _dumped: false, readableDidRead: true };
    const empty = { _dumped: true, readableDidRead: false };
    expect([whole, empty, { ...whole, _dumped: true }].map(wasReset)).to.deep.equal([
      false,
      false,
      true,
    ]);
  });
});

describe('A close without an end', () => {
  it('is the end of the data where a stream has no state that says otherwise', () => {
    expect(isYetToEnd(new OldStyleStream(['unread']))).to.equal(false);
  });
});

describe('An upload that is discarded', () => {
  it('is that of an HTTP/2 request alone: another stream stays as it is', () => {
    const stream = new PassThrough();
    discardUpload(stream);
    expect(stream.readableFlowing).to.equal(null);
    expect(stream.listenerCount('data')).to.equal(0);
  });
});

describe('An end', () => {
  it('of a destroyed stream of readable-stream 2 is no end of its data', () => {
    const stream = new readableStreams['readable-stream 2'].PassThrough();
    expect(isEndOfDestroyed(stream)).to.equal(false);
    stream.destroy();
    expect(isEndOfDestroyed(stream)).to.equal(true);
    // Newer ones say no `end` then; the oldest keep no state, and say what they mean.
    for (const other of [new PassThrough().destroy(), new rs.PassThrough().destroy()]) {
      expect(isEndOfDestroyed(other)).to.equal(false);
    }
    expect(isEndOfDestroyed({ destroyed: true })).to.equal(false);
  });

  it('is judged at once where no reset can follow it', () => {
    const told: boolean[] = [];
    afterEnd(new PassThrough(), (wasCut) => told.push(wasCut));
    expect(told).to.deep.equal([false]);
  });

  it('of a stream that was destroyed is judged after its error', async () => {
    const told: unknown[] = [];
    const stream = new readableStreams['readable-stream 2'].PassThrough();
    stream.on('error', (error: Error) => told.push(error.message));
    stream.destroy(new Error('broken'));
    await new Promise<void>((resolve) => {
      afterEnd(stream, (wasCut) => resolve(void told.push(wasCut)));
      expect(told).to.deep.equal([]);
    });
    expect(told).to.deep.equal(['broken', true]);
  });

  it('of an HTTP/2 stream is judged when a reset behind it would be known', async () => {
    const stream = { rstCode: 0, aborted: false, destroyed: false };
    let isJudged = false;
    const judged = cut(stream).then((wasCut) => {
      isJudged = true;
      return wasCut;
    });
    const turn = () => new Promise(setImmediate);
    for (let count = 0; count < 3; count += 1) await turn();
    expect(isJudged).to.equal(false);
    Object.assign(stream, { destroyed: true }); // As it is after an end that is none.
    expect(await judged).to.equal(false);

    const late = { ...stream, destroyed: false };
    const lateJudged = cut(late);
    for (let count = 0; count < 2; count += 1) await turn();
    late.rstCode = http2.constants.NGHTTP2_CANCEL;
    expect(await lateJudged).to.equal(true);
  });

  it('of an HTTP/2 stream that was destroyed by then is none', async () => {
    const stream = { rstCode: 0, aborted: false, destroyed: true };
    expect(await cut(stream)).to.equal(true);
    expect(await cut({ stream })).to.equal(true);
  });

  it('of an HTTP/2 stream is none if its destroy has made it say so, but ends what a request has read of it', async () => {
    const stream = { rstCode: 0, aborted: false, destroyed: true, readableEnded: true };
    expect(await cut(stream)).to.equal(true);
    expect(await cut({ stream })).to.equal(false);
    expect(await cut({ stream: { ...stream, aborted: true } })).to.equal(true);
  });

  it('of an HTTP/2 body that came whole is one', async () => {
    const { accepted, request, dispose } = await http2Exchange('POST');
    request.end('whole');
    accepted.resume();
    await once(accepted, 'end');
    expect(await cut(accepted)).to.equal(false);
    dispose();
  });
});
