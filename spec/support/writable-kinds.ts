/** Every kind of stream that can be written to, on the real thing. */
import { spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import http from 'node:http';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import * as core from 'node:stream';
import zlib from 'node:zlib';
import * as rs from 'readable-stream';
import * as streamx from 'streamx';

import type { WritableLike } from '../../lib/streams/any-stream/capabilities.js';
import { http2Exchange } from './http2-exchange.js';
import { duplexify, Minipass, readableStreams, through2 } from './older-libraries.js';
import { port, readAll, tcpPair, tlsPair, unixPair } from './sockets.js';
import { makeFolder, removeFolder } from './temporary-folder.js';

/** A stream to write to, and what came out at its other end. */
export interface Sink {
  stream: WritableLike;
  /** All that was received, once the stream has ended. */
  received: Promise<Buffer>;
  /** Frees what the stream held; call it when all is over. */
  dispose?: () => void;
}

/** A kind of writable. */
export interface WritableKind {
  name: string;
  open(): Sink | Promise<Sink>;
}

/** Collects what is written to a stream made of `Writable`, completing at once or a turn later. */
function collector(
  library: Pick<typeof core, 'Writable'>,
  when: 'sync' | 'async',
  options: core.WritableOptions = {},
): Sink {
  const chunks: Buffer[] = [];
  const stream = new library.Writable({
    ...options,
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      if (when === 'sync') done();
      else setImmediate(done);
    },
  });
  return { stream, received: once(stream, 'finish').then(() => Buffer.concat(chunks)) };
}

/** The library's declarations are those of an older Node; what it does is the same. */
const readableStream = rs as unknown as Pick<typeof core, 'Writable' | 'PassThrough'>;

const made: WritableKind[] = [];
for (const [name, library] of [
  ['node:stream', core],
  ['readable-stream', readableStream],
] as const) {
  for (const when of ['sync', 'async'] as const) {
    const variants: [string, core.WritableOptions][] = [
      ['', {}],
      [', highWaterMark 0', { highWaterMark: 0 }],
      [', highWaterMark 1', { highWaterMark: 1 }],
      [', object mode', { objectMode: true }],
      [', no autoDestroy', { autoDestroy: false }],
      [', no emitClose', { emitClose: false }],
    ];
    for (const [variant, options] of variants) {
      made.push({
        name: `${name} Writable, ${when}${variant}`,
        open: () => collector(library, when, options),
      });
    }
  }
  made.push({
    name: `${name} PassThrough`,
    open: () => {
      const stream = new library.PassThrough();
      return { stream, received: readAll(stream) };
    },
  });
}

/** As `collector`, of a library whose streams take no methods as options. */
function olderCollector(library: Pick<typeof core, 'Writable'>): Sink {
  const chunks: Buffer[] = [];
  const stream = new library.Writable();
  stream._write = (chunk: Buffer, _encoding, done) => {
    chunks.push(chunk);
    setImmediate(done);
  };
  return { stream, received: once(stream, 'finish').then(() => Buffer.concat(chunks)) };
}

/** Collects the output of a stream that passes its input on. */
function passing(stream: core.Duplex): Sink {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, received: once(stream, 'end').then(() => Buffer.concat(chunks)) };
}

const older: WritableKind[] = [
  ...Object.entries(readableStreams).flatMap(([name, library]) => [
    { name: `${name} Writable`, open: () => olderCollector(library) },
    { name: `${name} PassThrough`, open: () => passing(new library.PassThrough()) },
  ]),
  ...Object.entries(through2).map(([name, through]) => ({ name, open: () => passing(through()) })),
  {
    name: 'duplexify',
    open: () => {
      const { stream, received } = olderCollector(readableStreams['readable-stream 3']);
      return { stream: duplexify(stream as core.Writable, null), received };
    },
  },
  { name: 'minipass', open: () => passing(new Minipass()) },
];

async function socketSink(pair: ReturnType<typeof tcpPair>): Promise<Sink> {
  const { server, client } = await pair;
  client.on('end', () => client.end());
  return { stream: server, received: readAll(client), dispose: () => server.destroy() };
}

async function response(request: Promise<http.IncomingMessage>): Promise<Buffer> {
  return readAll(await request);
}

async function serverResponse(): Promise<Sink> {
  const server = http.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const request = http.get({ port: port(server), host: '127.0.0.1', agent: false });
  const answer = once(request, 'response').then(([message]) => message as http.IncomingMessage);
  const [, stream] = (await once(server, 'request')) as [unknown, http.ServerResponse];
  server.close();
  stream.flushHeaders();
  return { stream, received: response(answer) };
}

async function clientRequest(): Promise<Sink> {
  const server = http.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stream = http.request({
    port: port(server),
    host: '127.0.0.1',
    method: 'PUT',
    agent: false,
  });
  const received = once(server, 'request').then(async ([message, answer]) => {
    const body = await readAll(message as http.IncomingMessage);
    (answer as http.ServerResponse).end();
    server.close();
    return body;
  });
  stream.on('response', (message) => message.resume());
  return { stream, received };
}

async function http2Sink(side: 'server' | 'client'): Promise<Sink> {
  const { request, accepted, dispose } = await http2Exchange('POST');
  accepted.respond();
  const [stream, reader] = side === 'server' ? [accepted, request] : [request, accepted];
  if (side === 'server') request.end();
  else request.resume();
  const received = readAll(reader);
  // An abort rejects `received`, which is where it is heard.
  received.then(() => reader.end()).catch(() => {});
  return { stream, received, dispose };
}

function file(): Sink {
  const folder = makeFolder();
  const path = join(folder, 'file');
  const stream = createWriteStream(path);
  return {
    stream,
    received: once(stream, 'close').then(() => readFileSync(path)),
    dispose: () => removeFolder(folder),
  };
}

/** A writable as it was before Node had classes for it: `write`, `end` and events. */
class OldStyleStream extends EventEmitter {
  readonly chunks: Buffer[] = [];
  write(chunk: Buffer): boolean {
    this.chunks.push(chunk);
    setImmediate(() => this.emit('drain'));
    return false;
  }
  end(): void {
    setImmediate(() => this.emit('close'));
  }
}

/** Every kind of writable. */
export const writableKinds: readonly WritableKind[] = [
  ...made,
  ...older,
  {
    name: 'streamx Writable',
    open: () => {
      const chunks: Buffer[] = [];
      const stream = new streamx.Writable({
        write(chunk, done) {
          chunks.push(chunk as Buffer);
          setImmediate(() => done(null));
        },
      });
      const received = new Promise<Buffer>((resolve) => {
        stream.on('finish', () => resolve(Buffer.concat(chunks)));
      });
      return { stream, received };
    },
  },
  {
    name: 'old-style stream (streams1)',
    open: () => {
      const stream = new OldStyleStream();
      const received = once(stream, 'close').then(() => Buffer.concat(stream.chunks));
      return { stream, received };
    },
  },
  { name: 'TCP socket', open: () => socketSink(tcpPair()) },
  { name: 'Unix socket', open: () => socketSink(unixPair()) },
  { name: 'TLS socket', open: () => socketSink(tlsPair()) },
  {
    name: "child's stdin",
    open: () => {
      const child = spawn('cat', { stdio: ['pipe', 'pipe', 'inherit'] });
      return { stream: child.stdin, received: readAll(child.stdout) };
    },
  },
  { name: 'fs.WriteStream', open: file },
  { name: 'http.ServerResponse', open: serverResponse },
  { name: 'http.ClientRequest', open: clientRequest },
  { name: 'HTTP/2 stream, server', open: () => http2Sink('server') },
  { name: 'HTTP/2 stream, client', open: () => http2Sink('client') },
  {
    name: 'zlib Gzip',
    open: () => {
      const stream = zlib.createGzip();
      return { stream, received: readAll(stream).then((data) => zlib.gunzipSync(data)) };
    },
  },
];
