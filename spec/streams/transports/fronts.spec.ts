/**
 * Streams whose methods other code has replaced, so that another stream is behind them: the
 * middleware `compression` of Express puts a compressor behind a response in this way.
 */
import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import { Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGzip, gunzipSync, type Gzip } from 'node:zlib';

import { expect } from 'chai';

import {
  ConnectionDone,
  ReadableProducer,
  WritableConsumer,
  type WritableConsumerOptions,
} from '../../../lib/index.js';
import type { EmitterLike } from '../../../lib/streams/any-stream/index.js';
import { FakeStream } from '../../support/fake-stream.js';
import { recorder } from '../../support/recording-producer.js';
import { port } from '../../support/sockets.js';

type Listener = (...args: unknown[]) => void;

/** Does to `response` what such middleware does. */
function compress(response: http.ServerResponse): void {
  let gzip: Gzip | undefined;
  let waiting: Listener[] = [];
  const write = response.write.bind(response) as (chunk: unknown) => boolean;
  const end = response.end.bind(response);
  const on = response.on.bind(response) as (event: string, listener: Listener) => unknown;
  const open = (): Gzip => {
    if (gzip !== undefined) return gzip;
    const opened = (gzip = createGzip());
    for (const listener of waiting) gzip.on('drain', listener);
    waiting = [];
    response.setHeader('content-encoding', 'gzip');
    gzip.on('data', (chunk) => {
      if (!write(chunk)) opened.pause();
    });
    on('drain', () => opened.resume());
    gzip.on('end', () => end());
    return gzip;
  };
  response.write = (chunk: unknown) => open().write(chunk);
  response.end = () => {
    open().end();
    return response;
  };
  response.on = ((event: string, listener: Listener) => {
    if (event !== 'drain') on(event, listener);
    else if (gzip) gzip.on(event, listener);
    else waiting.push(listener);
    return response;
  }) as typeof response.on;
}

/** Sends `data` as a compressed answer. @returns what came, and why the connection ended. */
async function answer(data: Buffer, streaming: boolean, options: WritableConsumerOptions) {
  let closed: Promise<Error> | undefined;
  const server = http.createServer((_request, response) => {
    compress(response);
    const consumer = new WritableConsumer(response, options);
    const pieces = Array.from({ length: 100 }, (_, index) => {
      const size = data.length / 100;
      return data.subarray(index * size, (index + 1) * size);
    });
    const sent = new ReadableProducer(pieces, { streaming }).startProducing(consumer);
    consumer.loseConnection();
    closed = sent.then(() => consumer.closed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const request = http.get({ host: '127.0.0.1', port: port(server), agent: false });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  const received = gunzipSync(await buffer(response));
  const reason = await closed;
  server.close();
  return { received, reason };
}

describe('A response behind which middleware has put a compressor', () => {
  const data = randomBytes(500_000);
  for (const [kind, streaming] of [
    ['push', true],
    ['pull', false],
  ] as const) {
    for (const highWaterMark of [undefined, 1000]) {
      it(`is written to its end by a ${kind} producer, with a highWaterMark of ${highWaterMark}`, async () => {
        const { received, reason } = await answer(data, streaming, { highWaterMark });
        expect(reason).to.be.instanceOf(ConnectionDone);
        expect(received.equals(data)).to.equal(true);
      });
    }
  }
});

describe('A response of HTTP/2 behind which middleware has put a compressor', () => {
  it('is ended when all was written, although its write calls back to no caller', async () => {
    const data = randomBytes(100_000);
    let closed: Promise<Error> | undefined;
    const server = http2.createServer((_request, response) => {
      compress(response as unknown as http.ServerResponse);
      const consumer = new WritableConsumer(response);
      consumer.write(data);
      consumer.loseConnection();
      closed = consumer.closed;
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = http2.connect(`http://127.0.0.1:${port(server)}`);
    const received = gunzipSync(await buffer(client.request()));
    expect(received.equals(data)).to.equal(true);
    expect(await closed).to.be.instanceOf(ConnectionDone);
    client.close();
    server.close();
  });
});

/** As the response of light-my-request, with which tests of Fastify are written. */
class Injected extends http.ServerResponse {
  readonly chunks: Buffer[] = [];

  constructor() {
    super(new http.IncomingMessage(new net.Socket()));
    const nowhere = new Writable({ write: (_chunk, _encoding, callback) => callback() });
    this.assignSocket(nowhere as net.Socket);
  }
  override write(chunk: Buffer): boolean {
    super.write(chunk);
    this.chunks.push(Buffer.from(chunk));
    return true;
  }
}

describe('A response of a class whose write says that it is never full', () => {
  it('is written to its end, although it needs a drain that no code says', async () => {
    const response = new Injected();
    const consumer = new WritableConsumer(response);
    const data = randomBytes(500_000);
    const pieces = [data.subarray(0, 200_000), data.subarray(200_000)];
    await new ReadableProducer(pieces).startProducing(consumer);
    expect(response.writableNeedDrain).to.equal(true);
    expect(Buffer.concat(response.chunks).equals(data)).to.equal(true);
    consumer.loseConnection();
    expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
  });
});

/** As the response that light-my-request makes for `payloadAsStream`. */
class InjectedAsStream extends Injected {
  readonly payload = new Readable({ read: () => this.emit('drain') });

  override write(chunk: Buffer): boolean {
    super.write(chunk);
    return this.payload.push(Buffer.from(chunk));
  }
}

describe('A response that says drain itself, because no server looks after its socket', () => {
  it('is written to its end, although it stays in need of a drain', async () => {
    const response = new InjectedAsStream();
    const consumer = new WritableConsumer(response);
    const data = randomBytes(500_000);
    const pieces = [data.subarray(0, 200_000), data.subarray(200_000)];
    const sent = new ReadableProducer(pieces).startProducing(consumer);
    void sent.then(() => {
      consumer.loseConnection();
      response.once('finish', () => response.payload.push(null));
    });
    expect((await buffer(response.payload)).equals(data)).to.equal(true);
    await sent;
    expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
  });
});

/** A stream whose `on` gives its listeners for `drain` to `other`. */
function frontOf(other: EventEmitter): FakeStream {
  const stream = new FakeStream();
  const on = stream.on.bind(stream);
  stream.on = (event: string, listener: Listener) => {
    if (event === 'drain') other.on(event, listener);
    else on(event, listener);
    return stream;
  };
  return stream;
}

describe('A stream that gives its listeners for drain to another', () => {
  it('is full until the other says drain, although it needs a drain and has a length itself', async () => {
    const other = new EventEmitter();
    const stream = frontOf(other);
    stream.onWrite = () => false;
    const consumer = new WritableConsumer(stream);
    const producer = recorder();
    consumer.registerProducer(producer, true);
    consumer.write(Buffer.alloc(10));
    await new Promise(setImmediate);
    consumer.write(Buffer.alloc(10));
    expect(producer.told).to.deep.equal(['pause']);
    stream.writableNeedDrain = true;
    stream.writableLength = 100_000;
    stream.onWrite = () => true;
    other.emit('drain');
    expect(producer.told).to.deep.equal(['pause', 'resume']);
    consumer.write(Buffer.alloc(10)); // The other has room, so nothing is held back.
    await new Promise(setImmediate);
    expect(stream.calls).to.have.length(3);
    expect(consumer.writableLength).to.equal(0);
  });

  it('may have another adapter later, which hears of the drain as well', async () => {
    const other = new EventEmitter();
    const stream = frontOf(other);
    const first = new WritableConsumer(stream);
    first.connectionLost(new Error('over')); // The stream is destroyed for it.
    stream.destroyed = false;
    stream.onWrite = () => false;
    const second = new WritableConsumer(stream);
    second.write(Buffer.from('a'));
    await new Promise(setImmediate);
    second.write(Buffer.from('b'));
    other.emit('drain');
    expect(stream.calls.slice(-2)).to.deep.equal(['a', 'b']);
  });
});

describe('A stream whose on was replaced, and that keeps its listeners', () => {
  it('counts its own length, and is given no listener that it does not lose again', async () => {
    const stream = new FakeStream();
    const on: EmitterLike['on'] = stream.on.bind(stream);
    stream.on = (event: string, listener: Listener) => {
      on(event, listener); // As tools do that follow a request through its callbacks.
      return stream;
    };
    const consumer = new WritableConsumer(stream);
    stream.writableLength = 100_000;
    expect(consumer.writableLength).to.equal(100_000);
    consumer.connectionLost(new Error('over'));
    await new Promise(setImmediate);
    expect(stream.listenerCount('drain')).to.equal(0);
  });
});
