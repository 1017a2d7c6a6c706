/** How a `ReadableProducer` treats the stream that it reads by its events. */
import { EventEmitter } from 'node:events';
import { Duplex, PassThrough, Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import sinon from 'sinon';

import { ReadableProducer, type ReadableLike } from '../../../lib/index.js';
import { failure, fails } from '../../support/failure.js';
import { expectNothingLogged } from '../../support/logged.js';
import { Minipass, readableStreams } from '../../support/older-libraries.js';
import { consumerThat, RecordingConsumer } from '../../support/recording-consumer.js';
import { rejection } from '../../support/rejection.js';
import { settled } from '../../support/settled.js';

/** A stream of the oldest kind, with `members`. */
const oldest = (members: object = {}): EventEmitter & ReadableLike =>
  Object.assign(new EventEmitter(), { pause() {}, resume() {} }, members);

/** Begins to read `stream`, for a consumer that takes everything. */
function reading(stream: ReadableLike, consumer = new RecordingConsumer()) {
  const producer = new ReadableProducer(stream);
  const produced = producer.startProducing(consumer);
  produced.catch(() => {}); // Awaited by those that it concerns.
  return { consumer, producer, produced };
}

describe('The stream of a ReadableProducer', () => {
  const logged = expectNothingLogged();

  it('is told to flow and to stop once each time, and no more when it has ended', async () => {
    const told: string[] = [];
    const stream = oldest({ pause: () => told.push('pause'), resume: () => told.push('resume') });
    const { consumer, produced } = reading(stream);
    for (let count = 0; count < 2; count += 1) consumer.pushed.resumeProducing();
    for (let count = 0; count < 2; count += 1) consumer.pushed.pauseProducing();
    for (let count = 0; count < 2; count += 1) consumer.pushed.resumeProducing();
    expect(told).to.deep.equal(['resume', 'pause', 'resume']);
    stream.emit('end');
    await produced;
    expect(told).to.have.lengthOf(3);
  });

  it('is not paused for a consumer that pauses with each chunk and resumes before the next', () => {
    const stream = new PassThrough();
    const pause = sinon.spy(stream, 'pause');
    const { consumer } = reading(
      stream,
      consumerThat((to) => to.pushed.pauseProducing()),
    );
    for (let count = 0; count < 5; count += 1) {
      stream.write('a');
      consumer.pushed.resumeProducing();
    }
    expect(consumer.chunks).to.have.lengthOf(5);
    sinon.assert.notCalled(pause);
  });

  it('need not be able to pause, nor to resume: what comes meanwhile waits', async () => {
    const stream = Object.assign(new EventEmitter(), { readable: true, pipe() {} });
    const { consumer, produced } = reading(stream as unknown as ReadableLike);
    consumer.pushed.pauseProducing();
    stream.emit('data', Buffer.from('a'));
    expect(consumer.log).to.deep.equal(['register push']);
    consumer.pushed.resumeProducing();
    stream.emit('end');
    await produced;
    expect(consumer.log).to.deep.equal(['register push', 'a', 'unregister']);
  });

  it('fails the transfer with a chunk that cannot be bytes', async () => {
    const destroyed: unknown[] = [];
    const stream = oldest({
      destroy: (reason: unknown) => destroyed.push(reason),
      setEncoding() {}, // So that nothing can tell what a string was.
    });
    const got: unknown[] = [];
    const consumer = new RecordingConsumer();
    consumer.write = (value) => void got.push(value);
    const { produced } = reading(stream, consumer);
    stream.emit('data', 'text');
    const error = await rejection(produced);
    expect(error).to.have.property('code', 'ERR_INVALID_ARG_TYPE');
    expect(destroyed).to.deep.equal([error]);
    expect(got).to.deep.equal([]);
    expect(consumer.log).to.deep.equal(['register push', 'unregister']);
  });

  it('is heard no more once it was stopped, also in the midst of an event', async () => {
    for (const [event, argument] of [
      ['data', Buffer.from('a')],
      ['data', new Uint8Array([97])],
      ['data', 7],
      ['close'],
      ['end'],
    ] as const) {
      const stream = oldest();
      stream.on(event, () => consumer.pushed.stopProducing());
      const { consumer, produced } = reading(stream);
      stream.emit(event, argument);
      expect(await rejection(produced)).to.have.property('code', 'ERR_PRODUCER_STOPPED');
      expect(consumer.chunks).to.deep.equal([]);
    }
  });

  it('is listened to no more, though it was stopped by data from inside the call that listens', async () => {
    const stream = new Minipass();
    for (const text of ['a', 'b']) stream.write(Buffer.from(text));
    const consumer = consumerThat((to) => to.pushed.stopProducing());
    await rejection(reading(stream, consumer).produced);
    expect(consumer.log).to.deep.equal(['register push', 'a']);
    expect(stream.eventNames()).to.deep.equal(['error']);
  });

  it('is destroyed once, however often the producer is stopped before it starts', () => {
    let closes = 0;
    const producer = new ReadableProducer(oldest({ close: () => (closes += 1) }));
    for (let count = 0; count < 2; count += 1) producer.stopProducing();
    expect(closes).to.equal(1);
  });

  it('is not destroyed once it has ended: it may have another half', async () => {
    const destroy = sinon.spy();
    const old = oldest({ destroy });
    const modern = new Duplex({ autoDestroy: false, read() {} });
    modern.destroy = destroy as never;
    for (const stream of [old, modern]) {
      const { consumer, produced } = reading(stream);
      consumer.pushed.pauseProducing();
      stream.emit('data', Buffer.from('held'));
      if (stream === modern) modern.push(null);
      else stream.emit('end');
      consumer.pushed.stopProducing();
      expect(await rejection(produced)).to.have.property('code', 'ERR_PRODUCER_STOPPED');
    }
    sinon.assert.calledOnce(destroy); // The modern one has yet to be read to its end.
    expect(destroy.firstCall.thisValue).to.equal(modern);
  });

  it('may throw when it is destroyed: that is logged', async () => {
    const { consumer, produced } = reading(oldest({ destroy: fails }));
    consumer.pushed.stopProducing();
    expect(await rejection(produced)).to.have.property('code', 'ERR_PRODUCER_STOPPED');
    expect(logged.splice(0)).to.deep.equal([failure]);
  });

  it('may fail after its end where it cannot count its listeners: that is not logged', async () => {
    const events = new EventEmitter();
    const stream = {
      on: events.on.bind(events),
      removeListener: events.removeListener.bind(events),
      pause() {},
      resume() {},
    };
    const { produced } = reading(stream);
    events.emit('end');
    await produced;
    events.emit('error', failure);
  });

  it('fails the transfer before anything is read if its encoding was told too late', async () => {
    const stream = new readableStreams['readable-stream 2'].PassThrough();
    stream.write(Buffer.from('abc'));
    stream.setEncoding('hex');
    const { consumer, produced } = reading(stream);
    expect(consumer.log).to.deep.equal(['register push', 'unregister']);
    expect(await rejection(produced)).to.have.property('code', 'ERR_INVALID_ARG_TYPE');
    expect(stream.destroyed).to.equal(true);
  });

  it('fails it at once if it closes before its end, and can tell why', async () => {
    const stream = oldest();
    const { consumer, produced } = reading(stream);
    stream.emit('close');
    expect(consumer.log).to.deep.equal(['register push', 'unregister']);
    expect(await rejection(produced)).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
  });

  it('fails it with the error that comes after its close, if it tells that only then', async () => {
    const stream = oldest({ destroyed: false });
    const { produced } = reading(stream);
    Object.assign(stream, { destroyed: true });
    stream.emit('close');
    await Promise.resolve();
    stream.emit('error', failure);
    expect(await rejection(produced)).to.equal(failure);
  });

  it('has nothing more to say after its close to a producer that was stopped', async () => {
    const stream = oldest({ destroyed: false });
    const { consumer, produced } = reading(stream);
    Object.assign(stream, { destroyed: true });
    stream.emit('close');
    consumer.pushed.stopProducing();
    expect(await rejection(produced)).to.have.property('code', 'ERR_PRODUCER_STOPPED');
    await settled();
  });

  it('may outlive a socket that it has, unless it is a message of HTTP', async () => {
    const socket = new EventEmitter();
    const stream = Object.assign(new PassThrough(), { socket });
    const { consumer, produced } = reading(stream);
    socket.emit('close');
    await settled();
    stream.end('more');
    await produced;
    expect(consumer.log).to.deep.equal(['register push', 'more', 'unregister']);
  });

  it('may be a response whose request fails, too, and has no listener for that', async () => {
    for (const req of [new EventEmitter(), {}, null]) {
      const stream = oldest({ req });
      const { produced } = reading(stream);
      stream.emit('error', failure);
      if (req instanceof EventEmitter) req.emit('error', failure);
      expect(await rejection(produced)).to.equal(failure);
    }
  });

  describe('if it can be reset after it has said its end,', () => {
    const resettable = () => oldest({ rstCode: 0, aborted: false });

    it('has ended although it closes at once', async () => {
      const stream = resettable();
      const { consumer, produced } = reading(stream);
      for (const event of ['end', 'close']) stream.emit(event);
      await produced;
      expect(consumer.log).to.deep.equal(['register push', 'unregister']);
    });

    it('has nothing more to say to a producer that was stopped meanwhile', async () => {
      const stream = resettable();
      const { consumer, produced } = reading(stream);
      stream.emit('end');
      consumer.pushed.stopProducing();
      await rejection(produced);
      await settled();
      expect(consumer.log).to.deep.equal(['register push']);
    });
  });

  it('fails the transfer at its end where its decoder has lost half a unit of UTF-16', async () => {
    const stream = new PassThrough().setEncoding('utf16le');
    const { produced } = reading(stream);
    stream.end(Buffer.from([97, 0, 98]));
    expect(await rejection(produced)).to.have.property('code', 'ERR_INVALID_ARG_TYPE');
  });

  it('may lose half a unit of UTF-16 where its strings are wanted, and not its bytes', async () => {
    const stream = Readable.from([Buffer.from([97, 0, 98])]).setEncoding('utf16le');
    const consumer = Object.assign(new RecordingConsumer(), { takesObjects: true });
    const got: unknown[] = [];
    consumer.write = (value) => got.push(value);
    await new ReadableProducer(stream).startProducing(consumer);
    await turn();
    expect(got.join('')).to.match(/^a/);
    for (const value of got) expect(value).to.be.a('string');
  });
});
