/** Streams that end or say `close` by themselves, without being destroyed. */
import { setImmediate as turn } from 'node:timers/promises';
import * as core from 'node:stream';
import { Duplex, Writable } from 'node:stream';

import { expect } from 'chai';
import * as rs from 'readable-stream';

import {
  ConnectionDone,
  ConnectionLost,
  DuplexTransport,
  ReadableProducer,
  StandardIO,
  toWeb,
  WritableConsumer,
} from '../../../lib/index.js';
import { Noting } from '../../support/noting-protocol.js';
import { readableStreams, type StreamLibrary } from '../../support/older-libraries.js';
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

  for (const library of ['readable-stream-2', 'readable-stream-3']) {
    it(`closes cleanly, too, if that destroys one of ${library} without a word`, async () => {
      const { Writable: Old } = (await import(library)) as { Writable: typeof Writable };
      const write = (_chunk: unknown, _encoding: string, callback: () => void) => callback();
      const stream = new Old({ write, emitClose: false });
      stream.on('finish', () => stream.destroy());
      const consumer = new WritableConsumer(stream);
      consumer.write(Buffer.from('all'));
      consumer.loseConnection();
      expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
    });
  }

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

/** How a file ends. */
type Ending = 'calls back' | 'never calls back' | 'fails';

/** As a file of ssh2's SFTP, which destroys itself as it ends, and says `close`, but no `finish`. */
function file({ Writable }: Pick<StreamLibrary, 'Writable'>, ending: Ending = 'calls back') {
  const received: Buffer[] = [];
  const stream = new Writable({
    autoDestroy: false,
    emitClose: false,
    highWaterMark: 1000,
    write(chunk: Buffer, _encoding, callback) {
      received.push(chunk);
      setImmediate(callback);
    },
    final(callback) {
      this.destroy();
      if (ending !== 'never calls back') callback();
    },
    destroy(error, callback) {
      callback(error);
      setImmediate(() => {
        if (ending === 'fails') this.emit('error', new Error('boom'));
        else this.emit('close');
      });
    },
  });
  return { stream, text: () => String(Buffer.concat(received)) };
}

const libraries: [string, Pick<StreamLibrary, 'Writable'>][] = [
  ['node:stream', core],
  ['readable-stream 4', rs as unknown as StreamLibrary],
  ['readable-stream 3', readableStreams['readable-stream 3']],
];

describe('A writable that says close and never finish, because it destroys itself as it ends,', () => {
  const sent = 'x'.repeat(5000);

  for (const [name, library] of libraries) {
    it(`is closed cleanly once it has taken everything (${name})`, async () => {
      const { stream, text } = file(library);
      const consumer = new WritableConsumer(stream);
      consumer.write(Buffer.from(sent));
      consumer.loseConnection();
      expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
      expect(text()).to.equal(sent);
    });

    it(`is lost if its end has not called back, or fails (${name})`, async () => {
      for (const ending of ['never calls back', 'fails'] as const) {
        const consumer = new WritableConsumer(file(library, ending).stream);
        consumer.write(Buffer.from(sent));
        consumer.loseConnection();
        expect(await consumer.closed, ending).to.be.instanceOf(ConnectionLost);
      }
    });

    it(`is closed cleanly as the standard output (${name})`, async () => {
      for (const [ending, reason] of [
        ['calls back', 'ConnectionDone'],
        ['never calls back', 'ConnectionLost'],
        ['fails', 'ConnectionLost'],
      ] as const) {
        const { stream, text } = file(library, ending);
        const stdio = { stdin: new core.PassThrough(), stdout: stream };
        const transport = new StandardIO(new Noting(), stdio);
        transport.write(Buffer.from(sent));
        transport.loseConnection();
        expect(await transport.closed, ending).to.have.property('name', reason);
        expect(text()).to.equal(sent);
      }
    });

    it(`closes a WHATWG writer, or fails it (${name})`, async () => {
      const { stream, text } = file(library);
      const writer = toWeb(stream).getWriter();
      void writer.write(Buffer.from(sent));
      await writer.close();
      expect(text()).to.equal(sent);
      const failing = toWeb(file(library, 'never calls back').stream).getWriter();
      expect(await rejection(failing.close())).to.have.property(
        'code',
        'ERR_STREAM_PREMATURE_CLOSE',
      );
    });
  }
});
