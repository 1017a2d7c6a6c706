/** Every kind of thing that can be read from, on the real thing. */
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createReadStream, writeFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import { join } from 'node:path';
import * as core from 'node:stream';
import zlib from 'node:zlib';
import * as rs from 'readable-stream';
import * as streamx from 'streamx';

import { ProducerReadable } from '../../lib/index.js';
import type { ReadableLike } from '../../lib/index.js';
import { duplexify, Minipass, readableStreams, through2 } from './older-libraries.js';
import { PushProducer } from './producers.js';
import { port, tcpPair, tlsPair, unixPair, type Pair } from './sockets.js';
import { makeFolder, removeFolder } from './temporary-folder.js';

/** Something to read from. */
export interface Source {
  stream: ReadableLike;
  /** Frees what the stream held; call it when all is over. */
  dispose?: () => void;
}

/** A kind of readable. */
export interface ReadableKind {
  name: string;
  /** One that gives `data`. */
  open(data: Buffer): Source | Promise<Source>;
}

/** How large the pieces are that the streams of these specs are made to give. */
const PIECE = 10_000;

function* piecesOf(data: Buffer): Generator<Buffer, undefined> {
  for (let i = 0; i < data.length; i += PIECE) yield data.subarray(i, i + PIECE);
  return undefined;
}

/** The library's declarations are those of an older Node; what it does is the same. */
const readableStream = rs as unknown as Pick<typeof core, 'Readable' | 'PassThrough'>;

type Library = Pick<typeof core, 'Readable' | 'PassThrough'>;

/** A stream made of `Readable` that answers each `_read` at once or a turn later. */
function made(
  library: Library,
  data: Buffer,
  when: 'sync' | 'async',
  options: core.ReadableOptions = {},
): core.Readable {
  const pieces = piecesOf(data);
  return new library.Readable({
    ...options,
    read() {
      const answer = () => this.push(pieces.next().value ?? null);
      if (when === 'sync') answer();
      else setImmediate(answer);
    },
  });
}

const ofLibraries: ReadableKind[] = [];
for (const [name, library] of [
  ['node:stream', core],
  ['readable-stream', readableStream],
] as const) {
  for (const when of ['sync', 'async'] as const) {
    const variants: [string, core.ReadableOptions][] = [
      ['', {}],
      [', highWaterMark 0', { highWaterMark: 0 }],
      [', highWaterMark 1', { highWaterMark: 1 }],
      [', object mode', { objectMode: true }],
      [', no autoDestroy', { autoDestroy: false }],
      [', no emitClose', { emitClose: false }],
      [', hex', { encoding: 'hex' }],
      [', base64', { encoding: 'base64' }],
      [', utf16le', { encoding: 'utf16le' }],
    ];
    for (const [variant, options] of variants) {
      ofLibraries.push({
        name: `${name} Readable, ${when}${variant}`,
        open: (data) => ({ stream: made(library, data, when, options) }),
      });
    }
  }
  ofLibraries.push({
    name: `${name} PassThrough`,
    open: (data) => {
      const stream = new library.PassThrough();
      stream.end(data);
      return { stream };
    },
  });
}

/** A stream of a library that takes no methods as options. */
function olderReadable(library: Pick<typeof core, 'Readable'>, data: Buffer): core.Readable {
  const pieces = piecesOf(data);
  const stream = new library.Readable();
  stream._read = () => {
    setImmediate(() => stream.push(pieces.next().value ?? null));
  };
  return stream;
}

/** `stream`, which passes on the bytes that are written to it, with `data` written to it. */
function filled<S extends core.Duplex>(stream: S, data: Buffer): Source {
  for (const piece of piecesOf(data)) stream.write(piece);
  stream.end();
  return { stream };
}

const older: ReadableKind[] = [
  ...Object.entries(readableStreams).flatMap(([name, library]): ReadableKind[] => [
    { name: `${name} Readable`, open: (data) => ({ stream: olderReadable(library, data) }) },
    { name: `${name} PassThrough`, open: (data) => filled(new library.PassThrough(), data) },
  ]),
  ...Object.entries(through2).map(([name, through]): ReadableKind => ({
    name,
    open: (data) => filled(through(), data),
  })),
  {
    name: 'duplexify',
    open: (data) => {
      const readable = olderReadable(readableStreams['readable-stream 3'], data);
      return { stream: duplexify(null, readable) };
    },
  },
  { name: 'minipass', open: (data) => filled(new Minipass(), data) },
];

/** A readable as it was before Node had classes for it: events, and a `pause` that may come late. */
class OldStyleStream extends EventEmitter {
  readable = true;
  private paused = false;

  constructor(
    private readonly pieces: Iterator<Buffer, undefined>,
    private readonly obeys: boolean,
  ) {
    super();
    setImmediate(() => this.run());
  }

  private run(): void {
    while (this.readable && !(this.paused && this.obeys)) {
      const { done, value } = this.pieces.next();
      if (!done) this.emit('data', value);
      else this.readable = false;
      if (done) this.emit('end');
    }
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    if (this.paused) setImmediate(() => this.run());
    this.paused = false;
  }
}

async function socketSource(pair: Promise<Pair>, data: Buffer): Promise<Source> {
  const { server, client } = await pair;
  client.end(data);
  return {
    stream: server,
    dispose: () => {
      server.destroy();
      client.destroy();
    },
  };
}

async function listening<S extends http.Server | http2.Http2Server>(server: S): Promise<S> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function incomingMessage(side: 'server' | 'client', data: Buffer): Promise<Source> {
  const server = await listening(http.createServer());
  const options = { port: port(server), host: '127.0.0.1', method: 'PUT', agent: false };
  const request = http.request(options).on('error', () => {});
  const answered = once(request, 'response');
  answered.catch(() => {}); // Where only the other side is of interest, the request is destroyed.
  request.end(side === 'server' ? data : '');
  const [received, response] = (await once(server, 'request')) as [
    http.IncomingMessage,
    http.ServerResponse,
  ];
  server.close();
  const dispose = () => request.destroy();
  if (side === 'server') return { stream: received, dispose };
  response.end(data);
  const [message] = (await answered) as [http.IncomingMessage];
  return { stream: message, dispose };
}

async function http2Source(
  side: 'server' | 'client' | 'compatible request',
  data: Buffer,
): Promise<Source> {
  const server = await listening(http2.createServer());
  const session = http2.connect(`http://127.0.0.1:${port(server)}`);
  const request = session.request({ ':path': '/', ':method': 'POST' });
  request.on('error', () => {});
  const requested = once(server, side === 'compatible request' ? 'request' : 'stream');
  request.end(side === 'client' ? '' : data);
  const [accepted] = (await requested) as [http2.ServerHttp2Stream];
  if (side === 'client') {
    accepted.respond();
    accepted.end(data);
  }
  const dispose = () => {
    session.destroy();
    server.close();
  };
  return { stream: side === 'client' ? request : accepted, dispose };
}

function file(data: Buffer): Source {
  const folder = makeFolder();
  const path = join(folder, 'file');
  writeFileSync(path, data);
  return { stream: createReadStream(path), dispose: () => removeFolder(folder) };
}

async function* asyncPieces(data: Buffer): AsyncGenerator<Buffer> {
  for (const piece of piecesOf(data)) {
    await Promise.resolve();
    yield piece;
  }
}

/** An iterable that has no `return`, as one written by hand may be. */
function bareIterable(data: Buffer): AsyncIterable<Buffer> {
  const pieces = piecesOf(data);
  return {
    [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(pieces.next()) }),
  };
}

function producerReadable(data: Buffer): Source {
  const stream = new ProducerReadable();
  new PushProducer(stream, data, PIECE).start();
  return { stream };
}

type Controller = Pick<
  ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>,
  'enqueue' | 'close'
>;

function webSource(data: Buffer): { pull(controller: Controller): void } {
  const pieces = piecesOf(data);
  return {
    pull(controller) {
      const { done, value } = pieces.next();
      if (done) controller.close();
      else controller.enqueue(new Uint8Array(value)); // A copy: a stream of bytes takes the memory.
    },
  };
}

/** Every kind of readable. */
export const readableKinds: readonly ReadableKind[] = [
  ...ofLibraries,
  ...older,
  {
    name: 'streamx Readable',
    open: (data) => {
      const pieces = piecesOf(data);
      const stream = new streamx.Readable({
        read(done) {
          stream.push(pieces.next().value ?? null);
          done(null);
        },
      });
      return { stream };
    },
  },
  {
    name: 'streamx PassThrough',
    open: (data) => {
      const stream = new streamx.PassThrough();
      for (const piece of piecesOf(data)) stream.write(piece);
      stream.end(undefined);
      return { stream };
    },
  },
  {
    name: 'old-style stream (streams1)',
    open: (data) => ({ stream: new OldStyleStream(piecesOf(data), true) }),
  },
  {
    name: 'old-style stream that takes pause as advice',
    open: (data) => ({ stream: new OldStyleStream(piecesOf(data), false) }),
  },
  { name: 'TCP socket', open: (data) => socketSource(tcpPair(), data) },
  { name: 'Unix socket', open: (data) => socketSource(unixPair(), data) },
  { name: 'TLS socket', open: (data) => socketSource(tlsPair(), data) },
  {
    name: "child's stdout",
    open: (data) => {
      const child = spawn('cat', { stdio: ['pipe', 'pipe', 'inherit'] });
      child.stdin.on('error', () => {}).end(data);
      return { stream: child.stdout, dispose: () => child.kill() };
    },
  },
  { name: 'fs.ReadStream', open: file },
  { name: 'http.IncomingMessage, server', open: (data) => incomingMessage('server', data) },
  { name: 'http.IncomingMessage, client', open: (data) => incomingMessage('client', data) },
  { name: 'HTTP/2 stream, server', open: (data) => http2Source('server', data) },
  { name: 'HTTP/2 stream, client', open: (data) => http2Source('client', data) },
  { name: 'http2.Http2ServerRequest', open: (data) => http2Source('compatible request', data) },
  {
    name: 'zlib Gunzip',
    open: (data) => {
      const stream = zlib.createGunzip();
      stream.end(zlib.gzipSync(data));
      return { stream };
    },
  },
  { name: 'ProducerReadable', open: producerReadable },
  {
    name: 'WHATWG ReadableStream',
    open: (data) => ({ stream: new ReadableStream(webSource(data)) }),
  },
  {
    name: 'WHATWG ReadableStream of bytes',
    open: (data) => ({ stream: new ReadableStream({ ...webSource(data), type: 'bytes' }) }),
  },
  {
    name: 'WHATWG ReadableStream of a Readable',
    open: (data) => ({
      stream: core.Readable.toWeb(made(core, data, 'async')) as ReadableStream<Uint8Array>,
    }),
  },
  { name: 'Blob#stream', open: (data) => ({ stream: new Blob([new Uint8Array(data)]).stream() }) },
  { name: 'async generator', open: (data) => ({ stream: asyncPieces(data) }) },
  { name: 'async iterable without return', open: (data) => ({ stream: bareIterable(data) }) },
  { name: 'generator', open: (data) => ({ stream: piecesOf(data) }) },
  { name: 'array', open: (data) => ({ stream: [...piecesOf(data)] }) },
];
