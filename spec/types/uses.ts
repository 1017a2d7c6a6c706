/**
 * How the library is to be used, and how it is not. Nothing here runs; that it compiles, and that
 * each line below a `@ts-expect-error` does not, is what `types.spec.ts` checks.
 */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import type net from 'node:net';
import * as core from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import * as web from 'node:stream/web';
import tls from 'node:tls';
import zlib from 'node:zlib';

import * as rs from 'readable-stream';

import {
  ClientEndpoint,
  ClientFactory,
  ClientService,
  ConsumerWritable,
  DuplexTransport,
  Factory,
  listen,
  ProducerReadable,
  Protocol,
  ReadableProducer,
  toWeb,
  TransportDuplex,
  WritableConsumer,
  type IAddress,
  type IConsumer,
  type IFinishableConsumer,
  type IHalfCloseableProtocol,
  type IProtocol,
  type IProtocolFactory,
  type IPullProducer,
  type IPushProducer,
  type ITCPTransport,
  type ITransport,
  type ListeningPort,
  type ListenOptions,
  type TCPAddress,
  type UNIXAddress,
} from '../../lib/index.js';
import {
  LimitTotalConnectionsFactory,
  LineReceiver,
  TimeoutFactory,
  TimeoutMixin,
} from '../../lib/protocols/index.js';

declare const socket: net.Socket;
declare const tlsSocket: tls.TLSSocket;
declare const incoming: http.IncomingMessage;
declare const request: http.ClientRequest;
declare const response: http.ServerResponse;
declare const http2Stream: http2.ServerHttp2Stream;
declare const http2Request: http2.Http2ServerRequest;
declare const http2Response: http2.Http2ServerResponse;
declare const child: ChildProcessWithoutNullStreams;
declare const anyReadable: NodeJS.ReadableStream;
declare const anyWritable: NodeJS.WritableStream;
declare const anyDuplex: NodeJS.ReadWriteStream;

declare const consumer: IConsumer;
declare const finishable: IFinishableConsumer;
declare const pushes: IPushProducer;
declare const pulls: IPullProducer;
declare const transport: ITransport;
declare const protocol: IProtocol;
declare const place: ListenOptions;

/** `true` only if the two are the same type. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function expectSame<A, B>(same: Same<A, B>): void;

export function everyWritableIsAConsumer(): void {
  new WritableConsumer(new core.Writable());
  new WritableConsumer(new core.PassThrough(), { highWaterMark: 1 });
  new WritableConsumer(new rs.Writable());
  new WritableConsumer(new rs.PassThrough());
  new WritableConsumer(socket);
  new WritableConsumer(tlsSocket);
  new WritableConsumer(request);
  new WritableConsumer(response);
  new WritableConsumer(http2Stream);
  new WritableConsumer(http2Response);
  new WritableConsumer(zlib.createGzip());
  new WritableConsumer(fs.createWriteStream('file'));
  new WritableConsumer(child.stdin);
  new WritableConsumer(process.stdout);
  new WritableConsumer(anyWritable);
  new WritableConsumer(new ConsumerWritable(consumer));
  new WritableConsumer(new TransportDuplex());
  new WritableConsumer(new WritableStream<Uint8Array>());
  new WritableConsumer(new web.WritableStream<Uint8Array>());

  // @ts-expect-error: it can't be written to
  new WritableConsumer(new core.Readable());
  // @ts-expect-error: it can't be written to
  new WritableConsumer(new ReadableStream<Uint8Array>());
  // @ts-expect-error: it is not a stream
  new WritableConsumer({ write() {} });
  // @ts-expect-error: it is not a stream
  new WritableConsumer(consumer);
  // @ts-expect-error: there is no such option
  new WritableConsumer(socket, { bufferSize: 1 });
}

export function everyReadableIsAProducer(): void {
  new ReadableProducer(new core.Readable());
  new ReadableProducer(new core.PassThrough(), { streaming: false });
  new ReadableProducer(new rs.Readable());
  new ReadableProducer(new rs.PassThrough());
  new ReadableProducer(socket);
  new ReadableProducer(tlsSocket);
  new ReadableProducer(incoming);
  new ReadableProducer(http2Stream);
  new ReadableProducer(http2Request);
  new ReadableProducer(zlib.createGzip());
  new ReadableProducer(fs.createReadStream('file'));
  new ReadableProducer(child.stdout);
  new ReadableProducer(process.stdin);
  new ReadableProducer(anyReadable);
  new ReadableProducer(new ProducerReadable());
  new ReadableProducer(new TransportDuplex());
  new ReadableProducer(new ReadableStream<Uint8Array>());
  new ReadableProducer(new web.ReadableStream<Uint8Array>());
  new ReadableProducer([new Uint8Array(1)]);
  new ReadableProducer(
    (async function* () {
      yield await Promise.resolve(Buffer.alloc(1));
    })(),
  );

  // @ts-expect-error: it can't be read from
  new ReadableProducer(new core.Writable());
  // @ts-expect-error: it can't be read from
  new ReadableProducer(new WritableStream());
  // @ts-expect-error: it doesn't give bytes
  new ReadableProducer(['text']);
  // @ts-expect-error: it doesn't give bytes
  new ReadableProducer(new ReadableStream<string>());
  // @ts-expect-error: it is not a readable
  new ReadableProducer(pushes);
}

export function everyDuplexIsATransport(): void {
  new DuplexTransport(new core.Duplex(), { protocol });
  new DuplexTransport(new rs.Duplex());
  new DuplexTransport(socket, { protocol: new TransportDuplex() });
  new DuplexTransport(tlsSocket);
  new DuplexTransport(http2Stream);
  new DuplexTransport(anyDuplex);
  new DuplexTransport(new TransportDuplex());
  new DuplexTransport(new TransformStream<Uint8Array, Uint8Array>());
  new DuplexTransport(new web.TransformStream<Uint8Array, Uint8Array>());
  new DuplexTransport({
    readable: new ReadableStream<Uint8Array>(),
    writable: new WritableStream<Uint8Array>(),
  });

  // @ts-expect-error: it can't be read from
  new DuplexTransport(new core.Writable());
  // @ts-expect-error: it can't be read from
  new DuplexTransport(response);
  // @ts-expect-error: it lacks `makeConnection`
  new DuplexTransport(socket, { protocol: { dataReceived() {}, connectionLost() {} } });
}

export async function producersAreReadables(): Promise<void> {
  const readable = new ProducerReadable({ highWaterMark: 1, end: false });
  const asCore: core.Readable = readable;
  const asOldest: NodeJS.ReadableStream = readable;
  const asConsumer: IFinishableConsumer = readable;
  void [asCore, asOldest, asConsumer];

  readable.registerProducer(pushes, true);
  readable.registerProducer(pulls, false);
  readable.pipe(response);
  await pipeline(readable, zlib.createGzip(), socket);
  await finished(readable);
  core.addAbortSignal(new AbortController().signal, readable);
  core.Readable.toWeb(readable);

  // @ts-expect-error: what only pulls can't push
  readable.registerProducer(pulls, true);
  // @ts-expect-error: it takes bytes
  readable.write('text');
  new ProducerReadable<string>({ objectMode: true }).write('text');
}

export async function consumersAreWritables(): Promise<void> {
  const writable = new ConsumerWritable(consumer, { highWaterMark: 1 });
  const asCore: core.Writable = writable;
  const asOldest: NodeJS.WritableStream = writable;
  const asProducer: IPushProducer = writable;
  void [asCore, asOldest, asProducer];

  socket.pipe(writable);
  writable.write('text', 'latin1');
  await pipeline(incoming, writable);
  rs.pipeline(new rs.Readable(), writable, () => {});
  core.Writable.toWeb(writable);

  expectSame<typeof writable.consumer, IConsumer>(true);
  new ConsumerWritable(new ProducerReadable(), { finish: true }).consumer.finish();
  new ConsumerWritable(new DuplexTransport(socket)).consumer.loseConnection();
  new ConsumerWritable(finishable, { finish: Math.random() < 0.5 });

  // @ts-expect-error: it has no `finish`
  new ConsumerWritable(consumer, { finish: true });
  // @ts-expect-error: a stream is not a consumer
  new ConsumerWritable(socket);
  // @ts-expect-error: it lacks `registerProducer` and `unregisterProducer`
  new ConsumerWritable({ write() {} });
  new ConsumerWritable(consumer, { objectMode: true });
  const ofRows: IConsumer<{ n: number }> = {
    registerProducer() {},
    unregisterProducer() {},
    write: ({ n }) => void n.toFixed(),
  };
  new ConsumerWritable(ofRows, { objectMode: true }).write({ n: 1 });
  await new ReadableProducer(core.Readable.from([{ n: 1 }])).startProducing(ofRows);
  // @ts-expect-error: a number is due
  new ConsumerWritable(consumer, { highWaterMark: '1' });
}

/** Passes its producer on to the transport, as DTPs and record pipes do. */
class Passing extends Protocol implements IConsumer {
  registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    this.transport.registerProducer(producer, streaming);
    consumer.registerProducer(producer, streaming);
    // @ts-expect-error: it may be one that only pulls
    this.transport.registerProducer(producer, true);
  }
  unregisterProducer(): void {}
  write(): void {}
}

/** A mixin leaves the type of the transport as it is. */
class Impatient extends TimeoutMixin(LineReceiver<DuplexTransport>) {
  override connectionMade(): void {
    if (this.transport.connected) this.transport.protocol = new Passing();
    this.setTimeout(60);
  }
}
void Impatient;

/** Says which of both it takes. */
class Telling implements IConsumer {
  registerProducer(producer: IPushProducer, streaming: boolean): void;
  registerProducer(producer: IPullProducer, streaming: false): void;
  registerProducer(): void {}
  unregisterProducer(): void {}
  write(): void {}
}

export async function consumersPassProducersOn(streaming: boolean): Promise<void> {
  for (const passing of [new Passing(), new Telling(), new ProducerReadable()]) {
    const asConsumer: IConsumer = passing;
    asConsumer.registerProducer(streaming ? pushes : pulls, streaming);
    // @ts-expect-error: what only pulls can't push
    asConsumer.registerProducer(pulls, true);
  }
  new WritableConsumer(response).registerProducer(pulls, streaming);
  new ProducerReadable().registerProducer(pulls, streaming);
  await listen(Factory.forProtocol(Passing), { path: 'socket', mode: 0o600, lockfile: true });
}

export async function transportsAreDuplexes(): Promise<void> {
  const duplex = new TransportDuplex({ allowHalfOpen: false });
  const asCore: core.Duplex = duplex;
  const asOldest: NodeJS.ReadWriteStream = duplex;
  const asProtocol: IHalfCloseableProtocol = duplex;
  void [asCore, asOldest, asProtocol];

  duplex.makeConnection(transport);
  http.request({ createConnection: () => duplex });
  http2.connect('http://localhost', { createConnection: () => duplex });
  tls.connect({ socket: duplex });
  await pipeline(socket, duplex, new core.PassThrough());
  core.Duplex.toWeb(duplex);

  expectSame<typeof duplex.transport, ITransport | null>(true);
  new TransportDuplex<ITCPTransport>().transport?.setTcpNoDelay(true);

  // @ts-expect-error: a stream is not a transport
  duplex.makeConnection(socket);
  // @ts-expect-error: it may be `null`
  duplex.transport.loseConnection();
  // @ts-expect-error: it carries bytes
  new TransportDuplex({ readableObjectMode: true });
}

export function factoriesMakeProtocols(): void {
  class Counting extends Factory {
    count = 0;
  }
  class Counted extends Protocol {
    declare factory: Counting;
    override connectionMade(): void {
      this.factory.count += 1;
    }
  }
  expectSame<Protocol['factory'], IProtocolFactory | null>(true);
  expectSame<ReturnType<typeof counting>, Counting>(true);
  const counting = () => Counting.forProtocol(Counted);
  Factory.forProtocol(() => new Counted());
  counting().protocol = () => protocol;

  // @ts-expect-error: it may be `null`
  void new Protocol().factory.buildProtocol;
  // @ts-expect-error: it makes no protocol
  Factory.forProtocol(() => socket);
  // @ts-expect-error: it is a protocol, and makes none
  Factory.forProtocol(protocol);
}

export async function connectingGivesTheProtocolOfTheFactory(): Promise<void> {
  class Chat extends Protocol {
    nick = '';
  }
  class Client extends ClientFactory {
    override protocol = Chat;
    override buildProtocol(address: IAddress): Chat | null {
      return super.buildProtocol(address) as Chat | null;
    }
  }
  const endpoint = new ClientEndpoint({ port: 1 });
  expectSame<typeof chat, Chat>(true);
  const chat = await endpoint.connect(Factory.forProtocol(Chat));
  expectSame<typeof other, Chat>(true);
  const other = await endpoint.connect(ClientFactory.forProtocol(() => new Chat()));
  expectSame<typeof third, Chat>(true);
  const third = await endpoint.connect(new Client());
  const service = new ClientService(endpoint, Factory.forProtocol(Chat), {
    prepareConnection: (protocol) => protocol.nick,
  });
  expectSame<typeof service, ClientService<Chat>>(true);
  const factory: Factory = Factory.forProtocol(Chat);
  new TimeoutFactory(Factory.forProtocol(Chat), 1);

  void [other, third, service];

  // A factory that wraps the protocol builds the wrapper.
  expectSame<typeof wrapper, IProtocol>(true);
  const wrapper = await endpoint.connect(LimitTotalConnectionsFactory.forProtocol(Chat));
  expectSame<typeof any, IProtocol>(true);
  const any = await endpoint.connect(factory);
  void [wrapper, any];

  // @ts-expect-error: the protocol has no such member
  void chat.nickname;
}

export async function bareClassesHaveTheUsualTransport(endpoint: ClientEndpoint): Promise<void> {
  const plain: Protocol = await endpoint.connect(Factory.forProtocol(Protocol));
  if (plain.transport.connected) plain.transport.unregisterProducer();
  const lines = await endpoint.connect(Factory.forProtocol(LineReceiver));
  lines.transport.pauseProducing();
  const service: ClientService<Protocol> = new ClientService(
    endpoint,
    ClientFactory.forProtocol(Protocol),
  );
  (await service.whenConnected()).transport.setTcpNoDelay(true);
  const duplex = await endpoint.connect(Factory.forProtocol(Protocol<DuplexTransport>));
  duplex.transport.abortConnection();
  // @ts-expect-error: only its owner sets it
  plain.transport.connected = false;
}

export async function aPortKnowsItsAddress(): Promise<void> {
  const factory = new Factory();
  expectSame<ReturnType<typeof tcp.getHost>, TCPAddress>(true);
  const tcp = await listen(factory, { port: 0, host: '127.0.0.1' });
  expectSame<ReturnType<typeof unix.getHost>, UNIXAddress>(true);
  const unix = await listen(factory, { path: 'socket', backlog: 5 });
  expectSame<ReturnType<typeof either.getHost>, IAddress>(true);
  const either = await listen(factory, place);
  const ports: ListeningPort[] = [tcp, unix, either];
  void ports;

  // @ts-expect-error: a path has no port
  void unix.getHost().port;
  // @ts-expect-error: it is misspelt
  await listen(factory, { port: 0, hots: '127.0.0.1' });
  // @ts-expect-error: there is neither a port nor a path
  await listen(factory, { host: '127.0.0.1' });
}

export function streamsBecomeWebStreams(): void {
  expectSame<ReturnType<typeof toWebReadable>, ReadableStream<Uint8Array>>(true);
  const toWebReadable = () => toWeb(new ProducerReadable());
  const writable: WritableStream<Uint8Array> = toWeb(new ConsumerWritable(consumer));
  const pair: ReadableWritablePair<Uint8Array, Uint8Array> = toWeb(new TransportDuplex());
  const others = [
    toWeb(new core.Readable()).locked,
    toWeb(socket).readable,
    toWeb(response).locked,
  ];
  void [writable, pair, others, new Response(toWebReadable())];

  // @ts-expect-error: a readable has no writable half
  void toWeb(new ProducerReadable()).writable;
  // @ts-expect-error: a consumer is not a stream
  toWeb(consumer);
}
