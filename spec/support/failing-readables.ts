/** Readables that give 'a' and then fail, each in the way of its kind. */
import { EventEmitter, once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import { PassThrough } from 'node:stream';
import * as rs from 'readable-stream';
import * as streamx from 'streamx';

import type { ReadableLike } from '../../lib/index.js';
import { http2Exchange } from './http2-exchange.js';
import { port, tcpPair } from './sockets.js';

/** The error with which most of them fail. */
export const boom = new Error('boom');

/** A readable that has 'a' to give. */
export interface Failing {
  stream: ReadableLike;
  /** Makes it fail, when 'a' was read. */
  fail: () => void;
  dispose?: () => void;
}

/** A way to fail. */
export interface Failure {
  name: string;
  open: () => Failing | Promise<Failing>;
  /** Whether `reason` is what it fails with. */
  isExpected: (reason: unknown) => boolean;
}

const isBoom = (reason: unknown) => reason === boom;
const hasCode = (code: string) => (reason: unknown) =>
  reason instanceof Error && 'code' in reason && reason.code === code;
const isPremature = hasCode('ERR_STREAM_PREMATURE_CLOSE');

async function resetSocket(): Promise<Failing> {
  const { server, client } = await tcpPair();
  client.write('a');
  return { stream: server, fail: () => client.resetAndDestroy() };
}

async function cutResponse(): Promise<Failing> {
  const server = http.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const request = http.get({ port: port(server), host: '127.0.0.1', agent: false });
  const answered = once(request, 'response');
  const [, response] = (await once(server, 'request')) as [unknown, http.ServerResponse];
  response.write('a');
  const [stream] = (await answered) as [http.IncomingMessage];
  return { stream, fail: () => response.destroy(), dispose: () => server.close() };
}

async function cutRequest(): Promise<Failing> {
  const server = http.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const options = { port: port(server), host: '127.0.0.1', method: 'PUT', agent: false };
  const request = http.request(options).on('error', () => {});
  request.write('a');
  const [stream] = (await once(server, 'request')) as [http.IncomingMessage];
  return { stream, fail: () => request.destroy(), dispose: () => server.close() };
}

async function resetHttp2(event: 'stream' | 'request'): Promise<Failing> {
  const { request, accepted: stream, dispose } = await http2Exchange('POST', event);
  request.write('a');
  return { stream, fail: () => request.close(http2.constants.NGHTTP2_CANCEL), dispose };
}

/** A GET, whose own half has ended already: then the stream doesn't say that it was aborted. */
async function cutHttp2Response(): Promise<Failing> {
  const { request: stream, accepted, dispose } = await http2Exchange('GET');
  accepted.respond();
  accepted.write('a');
  return { stream, fail: () => accepted.session?.destroy(), dispose };
}

function oldStyle(event: 'error' | 'close'): Failing {
  const stream = Object.assign(new EventEmitter(), { pause() {}, resume() {} });
  setImmediate(() => stream.emit('data', Buffer.from('a')));
  return { stream, fail: () => stream.emit(event, boom) };
}

function failingWebStream(): Failing {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const stream = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given) });
  controller.enqueue(Uint8Array.of(97));
  return { stream, fail: () => controller.error(boom) };
}

function failingGenerator(): Failing {
  let fail!: () => void;
  const failed = new Promise<never>((_resolve, reject) => (fail = () => reject(boom)));
  const stream = (async function* () {
    yield Buffer.from('a');
    yield await failed;
  })();
  return { stream, fail };
}

/** A stream that has `destroy`, destroyed with `reason`. */
function destroyed(
  make: () => ReadableLike & { write(chunk: string): unknown; destroy(error?: Error): unknown },
  reason?: Error,
): Failing {
  const stream = make();
  stream.write('a');
  return { stream, fail: () => void stream.destroy(reason) };
}

const streamxPassThrough = () =>
  new streamx.PassThrough({ map: (chunk: string) => Buffer.from(chunk) }) as never;

/** Every way to fail that differs. */
export const failures: readonly Failure[] = [
  {
    name: 'a stream destroyed with an error',
    open: () => destroyed(() => new PassThrough(), boom),
    isExpected: isBoom,
  },
  {
    name: 'a stream that errs and is not destroyed',
    open: () => {
      const stream = new PassThrough({ autoDestroy: false });
      stream.write('a');
      return { stream, fail: () => stream.emit('error', boom) };
    },
    isExpected: isBoom,
  },
  {
    name: 'a stream of readable-stream destroyed with an error',
    open: () => destroyed(() => new rs.PassThrough(), boom),
    isExpected: isBoom,
  },
  {
    name: 'a stream of streamx destroyed with an error',
    open: () => destroyed(streamxPassThrough, boom),
    isExpected: isBoom,
  },
  {
    name: 'a destroyed stream',
    open: () => destroyed(() => new PassThrough()),
    isExpected: isPremature,
  },
  {
    name: 'a destroyed stream of readable-stream',
    open: () => destroyed(() => new rs.PassThrough()),
    isExpected: isPremature,
  },
  {
    name: 'a destroyed stream of streamx',
    open: () => destroyed(streamxPassThrough),
    isExpected: isPremature,
  },
  { name: 'an old-style stream that errs', open: () => oldStyle('error'), isExpected: isBoom },
  {
    name: 'an old-style stream that closes',
    open: () => oldStyle('close'),
    isExpected: isPremature,
  },
  { name: 'a socket that is reset', open: resetSocket, isExpected: hasCode('ECONNRESET') },
  { name: 'an HTTP response cut short', open: cutResponse, isExpected: hasCode('ECONNRESET') },
  { name: 'an HTTP request cut short', open: cutRequest, isExpected: hasCode('ECONNRESET') },
  {
    name: 'an HTTP/2 response whose server destroys its session',
    open: cutHttp2Response,
    isExpected: isPremature,
  },
  { name: 'an HTTP/2 stream reset', open: () => resetHttp2('stream'), isExpected: isPremature },
  { name: 'an HTTP/2 request reset', open: () => resetHttp2('request'), isExpected: isPremature },
  { name: 'a WHATWG stream that errs', open: failingWebStream, isExpected: isBoom },
  { name: 'a generator that throws', open: failingGenerator, isExpected: isBoom },
];
