/** A file transfer that a signal ends. */
import { Buffer } from 'node:buffer';
import { getEventListeners } from 'node:events';
import { PassThrough } from 'node:stream';

import { expect } from 'chai';
import sinon from 'sinon';

import { FileSender, WritableConsumer } from '../../../lib/index.js';
import { rejection } from '../../support/rejection.js';

describe('FileSender with a signal', () => {
  const stuck = () => new WritableConsumer(new PassThrough({ highWaterMark: 100 }));

  for (const [kind, file] of [
    ['a path', process.execPath],
    ['a file-like', { read: (size: number) => Buffer.alloc(size) }],
    ['a file-like that never answers', { read: () => new Promise<Buffer>(() => {}) }],
  ] as const) {
    it(`ends the transfer of ${kind} when it aborts, and unregisters`, async () => {
      const controller = new AbortController();
      const { signal } = controller;
      const consumer = stuck();
      const sent = new FileSender().beginFileTransfer(file, consumer, null, { signal });
      await new Promise(setImmediate);
      expect(consumer.producer).to.not.equal(null);
      const reason = new Error('enough');
      controller.abort(reason);
      expect(await rejection(sent)).to.equal(reason);
      expect(consumer.producer).to.equal(null);
      expect(getEventListeners(signal, 'abort')).to.have.length(0);
    });
  }

  it('leaves nothing on the signal once everything is sent', async () => {
    const { signal } = new AbortController();
    const consumer = new WritableConsumer(new PassThrough().resume());
    await new FileSender().beginFileTransfer('package.json', consumer, null, { signal });
    await Promise.resolve();
    expect(getEventListeners(signal, 'abort')).to.have.length(0);
  });

  it('rejects and touches nothing if the signal has aborted, or is not a signal', async () => {
    const consumer = stuck();
    const registerProducer = sinon.spy(consumer, 'registerProducer');
    const reason = new Error('too late');
    const begin = (options: object) =>
      new FileSender().beginFileTransfer('package.json', consumer, null, options);
    expect(await rejection(begin({ signal: AbortSignal.abort(reason) }))).to.equal(reason);
    for (const wrong of [{ signal: 1 }, { singal: new AbortController().signal }, null]) {
      expect(await rejection(begin(wrong as never))).to.include({ code: 'ERR_INVALID_ARG_TYPE' });
    }
    expect(registerProducer.callCount).to.equal(0);
  });
});
