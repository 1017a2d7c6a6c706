/** Streams that end or say `close` by themselves, without being destroyed. */
import { setImmediate as turn } from 'node:timers/promises';
import { Duplex, Writable } from 'node:stream';

import { expect } from 'chai';

import {
  ConnectionDone,
  ConnectionLost,
  DuplexTransport,
  ReadableProducer,
  WritableConsumer,
} from '../../../lib/index.js';
import { Noting } from '../../support/noting-protocol.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';
import { rejection } from '../../support/rejection.js';

/** As a channel of ssh2, which says `close` as soon as the other end has closed it. */
function channel(): Duplex {
  return new Duplex({
    autoDestroy: false,
    read() {},
    write(_chunk, _encoding, callback) {
      callback();
    },
  });
}

/** A transport over `stream` that is paused. */
function paused(stream: Duplex, protocol = new Noting()) {
  const transport = new DuplexTransport(stream, { protocol });
  transport.pauseProducing();
  return { protocol, transport };
}

/** The other end sends `text`, ends and closes. */
function closeBehind(stream: Duplex, text: string): void {
  for (const character of text) stream.push(character);
  stream.push(null);
  stream.emit('close');
}

describe('A duplex that says close before all that it received was read', () => {
  it('gives its transport the rest, and the end after that', async () => {
    const stream = channel();
    const { protocol, transport } = paused(stream);
    closeBehind(stream, 'abc');
    await turn();
    expect(protocol.log).to.deep.equal([['it', 'made']]);
    transport.resumeProducing();
    const reason = await transport.closed;
    expect(protocol.text).to.equal('abc');
    expect(reason).to.be.instanceOf(ConnectionDone);
  });

  it('gives it the rest also if that pauses at each chunk', async () => {
    const protocol = new Noting();
    const stream = channel();
    const transport = new DuplexTransport(stream, { protocol });
    protocol.dataReceived = (data) => {
      protocol.received.push(data);
      transport.pauseProducing();
      setImmediate(() => transport.resumeProducing());
    };
    closeBehind(stream, 'abc');
    const reason = await transport.closed;
    expect(protocol.text).to.equal('abc');
    expect(reason).to.be.instanceOf(ConnectionDone);
  });

  it('loses a transport that closes meanwhile', async () => {
    const stream = channel();
    const { transport } = paused(stream);
    closeBehind(stream, 'abc');
    transport.loseConnection();
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
  });

  it('is lost after the rest if a protocol that half-closes has more to write', async () => {
    const stream = channel();
    stream._write = () => {}; // The other end takes nothing more.
    const protocol = Object.assign(new Noting(), {
      readConnectionLost: () => protocol.say('more'),
      writeConnectionLost() {},
    });
    const { transport } = paused(stream, protocol);
    transport.write(Buffer.from('unsent'));
    await turn();
    closeBehind(stream, 'abc');
    transport.resumeProducing();
    expect(await transport.closed).to.be.instanceOf(ConnectionLost);
    expect(protocol.text).to.equal('abc');
  });

  it('gives its transport the rest also if it ends its other half as well', async () => {
    const stream = channel();
    const { protocol, transport } = paused(stream);
    transport.write(Buffer.from('sent'));
    await turn();
    stream.end();
    closeBehind(stream, 'abc');
    await turn();
    expect(protocol.log).to.deep.equal([['it', 'made']]);
    transport.resumeProducing();
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    expect(protocol.text).to.equal('abc');
  });

  it('is lost at once if it ends its other half before its input has ended', async () => {
    const stream = channel();
    const { protocol, transport } = paused(stream);
    stream.push('abc');
    stream.end();
    expect(await transport.closed).to.be.instanceOf(ConnectionLost);
    expect(protocol.text).to.equal('');
  });

  for (const streaming of [true, false]) {
    it(`gives all to a transfer, with streaming ${streaming}`, async () => {
      const stream = channel();
      const consumer = new RecordingConsumer();
      const producer = new ReadableProducer(stream, { streaming });
      const sent = producer.startProducing(consumer);
      if (streaming) producer.pauseProducing();
      closeBehind(stream, 'abc');
      await turn();
      if (streaming) producer.resumeProducing();
      await sent;
      expect(consumer.received.toString()).to.equal('abc');
    });
  }

  it('fails a transfer if it was destroyed, or has yet to be told of its end', async () => {
    const cut = channel();
    const sent = new ReadableProducer(cut).startProducing(new RecordingConsumer());
    cut.emit('close');
    expect(await rejection(sent)).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
    const gone = channel();
    const producer = new ReadableProducer(gone);
    const unsent = producer.startProducing(new RecordingConsumer());
    producer.pauseProducing();
    gone.push('abc');
    gone.push(null);
    gone.destroy();
    expect(await rejection(unsent)).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
  });
});

describe('A writable that says close from its own listener for finish', () => {
  /** As the parser of unzipper does. */
  const closing = (stream: Writable): Writable => {
    stream.on('finish', () => stream.emit('close'));
    return stream;
  };

  it('closes cleanly, because all that was written has left it', async () => {
    const stream = closing(new Writable({ write: (_chunk, _encoding, callback) => callback() }));
    const consumer = new WritableConsumer(stream);
    consumer.write(Buffer.from('all'));
    consumer.loseConnection();
    expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
  });

  it('is lost if it says close before it has finished', async () => {
    const stream = new Writable({ write() {} });
    const consumer = new WritableConsumer(stream);
    consumer.write(Buffer.from('all'));
    consumer.loseConnection();
    await turn();
    stream.emit('close');
    expect(await consumer.closed).to.be.instanceOf(ConnectionLost);
  });
});
