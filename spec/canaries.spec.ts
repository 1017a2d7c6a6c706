/**
 * Private things of Node that we lean on, each asked of this Node: that they are there, and mean what
 * we take them for. Where one of these specs fails, the file that it names has lost its ground.
 */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { join } from 'node:path';
import stream, { PassThrough, Readable } from 'node:stream';
import tls from 'node:tls';

import { expect } from 'chai';
import ts from 'typescript';

import { makeCertificate } from './support/certificate.js';
import { ROOT } from './support/programs.js';
import { until } from './support/until.js';

/** Which spec below is the canary of a private name; that of an older library needs none. */
const CANARIES: Readonly<Record<string, string>> = {
  _destroyed: 'a stream tells by `destroyed`, and by no private member, that it was destroyed',
  _dumped: 'a message over HTTP/1 says that its data was discarded when its request was destroyed',
  _handle: 'the handle of a socket says how much of a large write has yet to leave',
  _parent: 'the handle of a TLS socket has the one below, which counts the bytes of a handshake',
  _parentWrap:
    'the handle of a TLS socket knows what it wraps, and whether its destroy resets that',
  _sharedCreds: 'a TLS server keeps its secure context in _sharedCreds',
  _readableState:
    'whether a Readable has ended can be taken back, and its decoder says what it lacks',
  _writableState:
    'only older libraries are asked for it: a Writable has properties that say the same',
  _writeGeneric: 'a socket hands all that it sends to its _writeGeneric',
  _writev: 'a stream that sends several chunks together has a _writev, another has none',
};

/** The names that Node documents for classes that implement a stream. */
const DOCUMENTED = /^_(read|write|writev|final|destroy|construct)$/;

/** The names with an underscore that a file reads or sets of an object that is not its own. */
function privateNames(path: string): string[] {
  const found: string[] = [];
  const add = (name: ts.Node | undefined): void => {
    if (name === undefined) return;
    const isName = ts.isIdentifier(name) || ts.isStringLiteral(name);
    if (isName && /^_[a-z]/.test(name.text)) found.push(name.text);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) || ts.isPropertySignature(node)) add(node.name);
    else if (ts.isPropertyAssignment(node)) add(node.name);
    else if (ts.isBindingElement(node)) add(node.propertyName);
    else if (ts.isCallExpression(node)) node.arguments.forEach(add);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022));
  return found;
}

describe('Private members of Node that lib relies on:', () => {
  it(`${CANARIES._handle}`, async () => {
    // lib/streams/transports/close-timer.ts, close-gracefully.ts
    const server = net.createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    const client = net.connect(port, '127.0.0.1');
    const [[reader]] = (await Promise.all([
      once(server, 'connection'),
      once(client, 'connect'),
    ])) as [[net.Socket], unknown];
    const waiting = () => (client as unknown as { _handle: { writeQueueSize: number } })._handle;
    client.write(Buffer.alloc(2 ** 25));
    const before = waiting().writeQueueSize;
    expect(before).to.be.within(1, 2 ** 25);
    reader.resume();
    await until(() => waiting().writeQueueSize < before);
    client.destroy();
    server.close();
  });

  it(`${CANARIES._parent}`, () => {
    // lib/streams/any-stream/buffered.ts
    const raw = new stream.Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    const socket = tls.connect({ socket: raw });
    socket.on('error', () => {});
    type Counters = { bytesRead: number; bytesWritten: number };
    const { _parent: below } = (socket as unknown as { _handle: { _parent: Counters } })._handle;
    expect(below).to.include({ bytesRead: 0 });
    expect(below.bytesWritten).to.be.above(100);
    expect(socket).to.include({ bytesRead: 0, bytesWritten: 0 });
    socket.destroy();
  });

  it(`${CANARIES._parentWrap}`, async () => {
    // lib/streams/any-stream/release-stream.ts
    type Wrap = { _handle?: { reset?: unknown }; resetAndClosing?: boolean; stream?: unknown };
    const wrappedBy = (socket: tls.TLSSocket): Wrap =>
      (socket as unknown as { _handle: { _parentWrap: Wrap } })._handle._parentWrap;
    const raw = new PassThrough();
    const overRaw = tls.connect({ socket: raw });
    overRaw.on('error', () => {});
    expect(wrappedBy(overRaw).stream).to.equal(raw);
    overRaw.destroy();

    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const below = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
    const [[accepted]] = (await Promise.all([
      once(server, 'connection'),
      once(below, 'connect'),
    ])) as [[net.Socket], unknown];
    const overTCP = tls.connect({ socket: below });
    overTCP.on('error', () => {});
    await once(accepted, 'data'); // Node 20 tells a reset that comes with data as an end.
    const wrap = wrappedBy(overTCP);
    expect(wrap).to.equal(below);
    expect(wrap._handle?.reset).to.be.a('function');
    wrap.resetAndClosing = true;
    const reset = once(accepted, 'error');
    overTCP.destroy();
    expect((await reset)[0]).to.have.property('code', 'ECONNRESET');
    server.close();
  });

  it(`${CANARIES._writeGeneric}`, () => {
    // lib/streams/any-stream/kept-chunks.ts
    const socket = new net.Socket();
    const given: unknown[] = [];
    Object.assign(socket, {
      _writeGeneric(_isWritev: boolean, data: unknown, _encoding: string, done: () => void) {
        given.push(data);
        done();
      },
    });
    socket.write('one');
    socket.cork();
    socket.write('two');
    socket.write('three');
    socket.uncork();
    expect(given).to.have.length(2);
    socket.destroy();
  });

  it(`${CANARIES._sharedCreds}`, async () => {
    // lib/streams/transports/tls-side.ts
    const { key, cert } = await makeCertificate('canary');
    const server = tls.createServer({ key, cert }) as tls.Server & { _sharedCreds?: unknown };
    expect(server._sharedCreds).to.have.property('context');
    expect(server._sharedCreds?.constructor).to.equal(
      tls.createSecureContext({ key, cert }).constructor,
    );
  });

  describe(`${CANARIES._readableState}:`, () => {
    it('a Readable whose end is taken back makes pipeline fail when it is destroyed', async () => {
      // lib/streams/as-streams/forget-end.ts
      const readable = new Readable({ read() {} });
      const piped = stream.promises.pipeline(readable, new PassThrough({ highWaterMark: 1 }));
      readable.push('unread');
      readable.push(null);
      const { _readableState: state } = readable as unknown as {
        _readableState: { ended: boolean };
      };
      expect(state.ended).to.equal(true);
      state.ended = false;
      readable.destroy();
      const error: unknown = await piped.catch((thrown: unknown) => thrown);
      expect(error).to.include({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
    });

    it('a decoder that has buffered half a unit of UTF-16 shows this', () => {
      // lib/streams/any-stream/encodings.ts
      const readable = new Readable({ read() {} });
      readable.setEncoding('utf16le');
      readable.push(Buffer.from([0x61, 0x00, 0x62]));
      const { decoder } = (
        readable as unknown as { _readableState: { decoder: { lastNeed: number } } }
      )._readableState;
      expect(decoder.lastNeed % 2).to.equal(1);
      expect(Object.hasOwn(decoder, 'lastNeed')).to.equal(false);
    });
  });

  it(`${CANARIES._destroyed}`, () => {
    // lib/streams/any-stream/capabilities.ts
    const stream = new PassThrough().destroy();
    expect(stream.destroyed).to.equal(true);
    expect('_destroyed' in stream).to.equal(false);
  });

  it(`${CANARIES._dumped}`, async () => {
    // lib/streams/any-stream/reset.ts
    const server = http.createServer((_request, response) => response.end('unread'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    const agent = new http.Agent({ keepAlive: true });
    const request = http.get({ host: '127.0.0.1', port, agent });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    const dumped = () => (response as http.IncomingMessage & { _dumped?: boolean })._dumped;
    expect(dumped()).to.equal(false);
    request.destroy();
    expect(dumped()).to.equal(true);
    server.close();
  });

  it(`${CANARIES._writableState}`, () => {
    // lib/streams/any-stream/stream-state.ts, object-mode.ts, buffered.ts
    for (const name of ['writableEnded', 'writableLength', 'writableHighWaterMark']) {
      expect(name in new PassThrough(), name).to.equal(true);
    }
    for (const name of ['writableObjectMode', 'readableObjectMode', 'readableEnded']) {
      expect(name in new PassThrough(), name).to.equal(true);
    }
  });

  it(`${CANARIES._writev}`, () => {
    // lib/streams/any-stream/capabilities.ts
    expect(new net.Socket()).to.have.property('_writev').that.is.a('function');
    expect(typeof (new PassThrough() as { _writev?: unknown })._writev).to.not.equal('function');
  });

  it('each has a canary here', () => {
    const files = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' });
    const names = files
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => privateNames(join(ROOT, 'lib', file)));
    const hidden = names.filter((name) => name === '_writev' || !DOCUMENTED.test(name));
    expect([...new Set(hidden)].sort()).to.deep.equal(Object.keys(CANARIES).sort());
  });
});
