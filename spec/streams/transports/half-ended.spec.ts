/** A half of a stream that had ended before the stream was wrapped counts as having ended just then. */
import { EventEmitter, once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import * as core from 'node:stream';

import { expect } from 'chai';
import * as rs from 'readable-stream';
import * as streamx from 'streamx';

import {
  ConnectionDone,
  ConnectionLost,
  DuplexTransport,
  Protocol,
  ReadableProducer,
  TransportDuplex,
  WritableConsumer,
} from '../../../lib/index.js';
import type { DuplexLike } from '../../../lib/streams/any-stream/index.js';
import { duplexify, readableStreams } from '../../support/older-libraries.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';
import { port, readAll, tcpPair } from '../../support/sockets.js';
import { turns } from '../../support/turns.js';
import { until } from '../../support/until.js';

class Recorder extends Protocol {
  readonly told: string[] = [];
  override connectionMade(): void {
    this.told.push('made');
  }
  override dataReceived(data: Buffer): void {
    this.told.push(String(data));
  }
  override connectionLost(reason: Error): void {
    this.told.push(reason.name);
  }
}

class HalfCloseable extends Recorder {
  readConnectionLost(): void {
    this.told.push('read lost');
  }
  writeConnectionLost(): void {
    this.told.push('write lost');
  }
}

type Library = Pick<typeof core, 'PassThrough'> & { Duplex: typeof core.Duplex };

const libraries: [string, Library][] = [
  ['node:stream', core],
  ['readable-stream', rs as unknown as Library],
  ...Object.entries(readableStreams).map(([name, library]): [string, Library] => [
    name,
    library as unknown as Library,
  ]),
];

/** A duplex whose readable half was read to its end. */
async function readToTheEnd(library: Library): Promise<core.Duplex> {
  const stream = new library.Duplex();
  stream._read = () => {};
  stream._write = (_chunk, _encoding, done) => done();
  stream.push(null);
  stream.resume();
  await once(stream, 'end');
  return stream;
}

/** A duplex of streamx, which stays open until both its halves are over. */
const streamxDuplex = () =>
  new streamx.Duplex({ write: (_chunk, done) => done(null) }) as unknown as core.Duplex;

const readEnded: [string, () => Promise<DuplexLike>][] = [
  ...libraries.map(([name, library]): [string, () => Promise<DuplexLike>] => [
    `${name} Duplex`,
    () => readToTheEnd(library),
  ]),
  [
    'streamx Duplex',
    async () => {
      const stream = streamxDuplex();
      stream.push(null);
      stream.resume();
      await once(stream, 'end');
      return stream;
    },
  ],
  [
    'duplexify',
    async () => {
      const written = new core.Writable({ write: (_chunk, _encoding, done) => done() });
      const stream = duplexify(written, core.Readable.from([]));
      stream.resume();
      await once(stream, 'end');
      return stream;
    },
  ],
  [
    'old-style stream (streams1)',
    () => {
      const members = { readable: false, write: () => true, end() {}, pause() {}, resume() {} };
      return Promise.resolve(Object.assign(new EventEmitter(), members));
    },
  ],
  [
    'TCP socket whose other end has hung up',
    async () => {
      const { server, client } = await tcpPair();
      client.on('error', () => {}).end();
      server.resume();
      await once(server, 'end');
      return server;
    },
  ],
];

describe('A stream whose readable half had ended', () => {
  for (const [name, open] of readEnded) {
    it(`closes for a plain protocol, and is half closed for a half-closeable protocol: ${name}`, async () => {
      const plain = new Recorder();
      const halfCloseable = new HalfCloseable();
      new DuplexTransport(await open(), { protocol: plain });
      expect(plain.told, 'not from inside the constructor').to.deep.equal(['made']);
      const transport = new DuplexTransport(await open(), { protocol: halfCloseable });
      await turns();
      expect(plain.told).to.deep.equal(['made', 'ConnectionDone']);
      expect(halfCloseable.told).to.deep.equal(['made', 'read lost']);
      transport.abortConnection();
      await transport.closed;
    });
  }

  it('can still be written to: an HTTP upgrade whose client has ended its half', async () => {
    const server = http.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = net.connect({ port: port(server), host: '127.0.0.1', allowHalfOpen: true });
    client.end('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
    const [, socket] = (await once(server, 'upgrade')) as [unknown, net.Socket];
    server.close();
    socket.resume();
    if (!socket.readableEnded) await once(socket, 'end');
    const protocol = new HalfCloseable();
    const transport = new DuplexTransport(socket, { protocol });
    const received = readAll(client);
    await until(() => protocol.told.includes('read lost'));
    transport.write(Buffer.from('upgraded'));
    transport.loseConnection();
    expect(String(await received)).to.equal('upgraded');
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
  });

  it('is heard of when the protocol reads, if it was paused', async () => {
    const protocol = new HalfCloseable();
    const transport = new DuplexTransport(await readToTheEnd(core), { protocol });
    transport.pauseProducing();
    await turns();
    expect(protocol.told).to.deep.equal(['made']);
    transport.resumeProducing();
    await turns();
    expect(protocol.told).to.deep.equal(['made', 'read lost']);
  });
});

/** A duplex whose writable half was ended, and that has `last` to give. */
async function writeEnded(library: Library, last: string): Promise<core.Duplex> {
  const stream = new library.Duplex();
  stream._read = () => {};
  stream._write = (_chunk, _encoding, done) => done();
  return ended(stream, last);
}

async function ended(stream: core.Duplex, last: string): Promise<core.Duplex> {
  const finished = once(stream, 'finish');
  stream.end();
  await finished;
  setTimeout(() => {
    stream.push(Buffer.from(last));
    stream.push(null);
  }, 5);
  return stream;
}

async function get(): Promise<http2.ClientHttp2Stream> {
  const server = http2.createServer((_request, response) => void response.end('last'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = http2.connect(`http://127.0.0.1:${port(server)}`);
  const stream = session.request({ ':path': '/' });
  stream.on('close', () => {
    session.close();
    server.close();
  });
  return stream;
}

const writeEndedKinds: [string, () => Promise<core.Duplex>][] = [
  ...libraries.map(([name, library]): [string, () => Promise<core.Duplex>] => [
    `${name} Duplex`,
    () => writeEnded(library, 'last'),
  ]),
  ['streamx Duplex', () => ended(streamxDuplex(), 'last')],
  ['GET of HTTP/2', get],
];

describe('A stream whose writable half had ended', () => {
  for (const [name, open] of writeEndedKinds) {
    it(`is read on, with each kind of protocol: ${name}`, async () => {
      const plain = new Recorder();
      const halfCloseable = new HalfCloseable();
      const transports = [
        new DuplexTransport(await open(), { protocol: plain }),
        new DuplexTransport(await open(), { protocol: halfCloseable }),
      ];
      for (const transport of transports) transport.write(Buffer.from('goes nowhere'));
      const reasons = await Promise.all(transports.map(({ closed }) => closed));
      expect(reasons.map((reason) => reason.name)).to.deep.equal([
        'ConnectionDone',
        'ConnectionDone',
      ]);
      expect(plain.told).to.deep.equal(['made', 'last', 'ConnectionDone']);
      expect(halfCloseable.told).to.have.members([
        'made',
        'write lost',
        'last',
        'read lost',
        'ConnectionDone',
      ]);
      expect(halfCloseable.told.at(-1)).to.equal('ConnectionDone');
    });

    for (const [what, Consumer] of [
      ['WritableConsumer', WritableConsumer],
      ['DuplexTransport without a protocol', DuplexTransport],
    ] as const) {
      it(`is lost to a ${what}, and the reader goes on: ${name}`, async () => {
        const stream = await open();
        const consumer = new Consumer(stream);
        const reader = new RecordingConsumer();
        const produced = new ReadableProducer(stream).startProducing(reader);
        const reason = await consumer.closed;
        expect(reason).to.be.instanceOf(ConnectionLost);
        expect(reason.cause).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
        await produced;
        expect(String(reader.received)).to.equal('last');
      });
    }
  }

  it('gives the answer through a TransportDuplex', async () => {
    const { server, client } = await tcpPair();
    client.end('question');
    await once(client, 'finish');
    const duplex = new TransportDuplex();
    const transport = new DuplexTransport(client, { protocol: duplex });
    const received = readAll(duplex);
    await turns();
    server.resume().end('answer');
    expect(String(await received)).to.equal('answer');
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
  });

  it('stops a producer that registers, at once', async () => {
    const transport = new DuplexTransport(await writeEnded(core, 'last'), {
      protocol: new Recorder(),
    });
    const log: string[] = [];
    transport.registerProducer(
      {
        pauseProducing: () => log.push('pause'),
        resumeProducing: () => log.push('resume'),
        stopProducing: () => log.push('stop'),
      } as never,
      true,
    );
    expect(log).to.deep.equal(['stop']);
    await transport.closed;
  });
});

describe('A stream that is destroyed after its readable half has ended', () => {
  const piece = Buffer.alloc(100_000, 'a');
  const ways: [string, (transport: DuplexTransport) => void][] = [
    ['written', (transport) => transport.write(piece)],
    [
      'produced',
      (transport) => {
        const produced = new ReadableProducer(core.Readable.from([piece]));
        produced.startProducing(transport).catch(() => {});
      },
    ],
  ];
  for (const [how, give] of ways) {
    for (const [what, takes, name] of [
      ['has yet to take', false, 'ConnectionLost'],
      ['has taken', true, 'ConnectionDone'],
    ] as const) {
      it(`is ${name} where it ${what} the bytes that were ${how}`, async () => {
        const stream = new core.Duplex({
          autoDestroy: false,
          read() {},
          write: (_chunk, _encoding, done) => (takes ? done() : undefined),
        });
        const protocol = new HalfCloseable();
        const transport = new DuplexTransport(stream, { protocol });
        stream.push(null);
        await until(() => protocol.told.includes('read lost'));
        give(transport);
        await turns();
        stream.destroy();
        expect((await transport.closed).name).to.equal(name);
      });
    }
  }
});
