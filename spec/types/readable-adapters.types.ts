/**
 * The errors that TypeScript is to find in uses of `ReadableProducer` and `ProducerReadable`. Compiled, never run;
 * an `@ts-expect-error` with nothing wrong below it is an error itself.
 */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createReadStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { ClientHttp2Stream, Http2ServerRequest } from 'node:http2';
import type { Socket } from 'node:net';
import * as core from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TLSSocket } from 'node:tls';
import { createGzip } from 'node:zlib';
import * as rs from 'readable-stream';
import * as streamx from 'streamx';

import {
  ProducerReadable,
  ReadableProducer,
  type IFinishableConsumer,
  type IPullProducer,
  type IPushProducer,
} from '../../lib/index.js';

declare const child: ChildProcessWithoutNullStreams;
declare const message: IncomingMessage;
declare const http2Stream: ClientHttp2Stream;
declare const http2Request: Http2ServerRequest;
declare const socket: Socket;
declare const tlsSocket: TLSSocket;
declare const anyReadable: NodeJS.ReadableStream;
declare const webStream: ReadableStream<Uint8Array>;
declare const controller: AbortController;
declare const push: IPushProducer;
declare const pull: IPullProducer;
declare const data: Buffer;

async function* generate(): AsyncGenerator<Buffer> {
  yield await Promise.resolve(data);
}

export const producers = [
  new ReadableProducer(new core.Readable()),
  new ReadableProducer(new core.PassThrough()),
  new ReadableProducer(new rs.Readable()),
  new ReadableProducer(new rs.PassThrough()),
  new ReadableProducer(new streamx.Readable()),
  new ReadableProducer(anyReadable),
  new ReadableProducer(createReadStream('file')),
  new ReadableProducer(createGzip()),
  new ReadableProducer(process.stdin),
  new ReadableProducer(child.stdout),
  new ReadableProducer(message),
  new ReadableProducer(http2Stream),
  new ReadableProducer(http2Request),
  new ReadableProducer(socket),
  new ReadableProducer(tlsSocket),
  new ReadableProducer(webStream),
  new ReadableProducer(core.Readable.toWeb(new core.Readable())),
  new ReadableProducer(new Blob([]).stream()),
  new ReadableProducer(generate()),
  new ReadableProducer([data]),
  new ReadableProducer(new ProducerReadable()),
  new ReadableProducer(socket, {}),
  new ReadableProducer(socket, { streaming: false, signal: controller.signal }),
];

// @ts-expect-error there is nothing to read
export const none = new ReadableProducer();
// @ts-expect-error a string is not a stream
export const string = new ReadableProducer('text');
// @ts-expect-error bytes are no stream of bytes
export const bytes = new ReadableProducer(data);
// @ts-expect-error a writable can't be read
export const writable = new ReadableProducer(new core.Writable());
// @ts-expect-error strings are not bytes
export const strings = new ReadableProducer(['text']);
// @ts-expect-error strings are not bytes
export const webStrings = new ReadableProducer(new ReadableStream<string>());
// @ts-expect-error a promise is to be awaited first
export const promise = new ReadableProducer(Promise.resolve(socket));
// @ts-expect-error push or pull is a boolean
export const mode = new ReadableProducer(socket, { streaming: 'push' });
// @ts-expect-error there is no such option
export const option = new ReadableProducer(socket, { highWaterMark: 1 });

export async function produce(producer: ReadableProducer): Promise<void> {
  const produced: Promise<void> = producer.startProducing(new ProducerReadable());
  await produced;
  // @ts-expect-error a Writable is not a consumer: WritableConsumer makes it one
  await producer.startProducing(new core.Writable());
}

export async function read(readable: ProducerReadable): Promise<void> {
  const consumer: IFinishableConsumer = readable;
  consumer.registerProducer(push, true);
  consumer.registerProducer(pull, false);
  // @ts-expect-error a pull producer does not push
  consumer.registerProducer(pull, true);
  consumer.write(data);
  // @ts-expect-error a string is not bytes
  consumer.write('text');

  const node: NodeJS.ReadableStream = readable;
  const ofCore: core.Readable = readable;
  await pipeline(readable, createGzip(), new core.PassThrough());
  core.Readable.toWeb(readable);
  core.addAbortSignal(controller.signal, readable).finish();
  node.pipe(new rs.PassThrough()).end();
  for await (const chunk of ofCore) void chunk;
}

export const readables = [
  new ProducerReadable(),
  new ProducerReadable({}),
  new ProducerReadable({ highWaterMark: undefined, end: false, signal: controller.signal }),
  new ProducerReadable({ encoding: 'utf8', emitClose: true, autoDestroy: true }),
];

export const objects = new ProducerReadable<{ n: number }>({ objectMode: true });
objects.write({ n: 1 });
// @ts-expect-error an object of another kind
objects.write({ m: 1 });
// @ts-expect-error it reads from its producer
export const reads = new ProducerReadable({ read() {} });
// @ts-expect-error a number of bytes
export const size = new ProducerReadable({ highWaterMark: '16k' });
// @ts-expect-error no such encoding
export const encoding = new ProducerReadable({ encoding: 'utf-7' });
