import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { expect } from 'chai';

import {
  Bucket,
  ConsumerWritable,
  DuplexTransport,
  FileSender,
  Protocol,
  ReadableProducer,
  ShapedTransport,
  WritableConsumer,
  type IConsumer,
} from '../../../lib/index.js';
import { fails } from '../../support/failure.js';
import { rejection } from '../../support/rejection.js';
import { readAll, tcpPair } from '../../support/sockets.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

type Transport = IConsumer & { loseConnection(): void; loseWriteConnection(): void };
type Closing = 'loseConnection' | 'loseWriteConnection';

const data = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251));
const trailer = Buffer.from('trailer');

/** A file in memory that answers at once, or by a promise. */
function fileLike(answersLater: boolean) {
  let at = 0;
  return {
    read(size: number) {
      const bytes = data.subarray(at, (at += size));
      return answersLater ? Promise.resolve(bytes) : bytes;
    },
  };
}

describe('a protocol that awaits a transfer', () => {
  const folder = temporaryFolder();
  let path: string;
  const handles: FileHandle[] = [];
  before(() => {
    path = folder.write('data', data);
  });
  beforeEach(async () => {
    handles.push(await open(path), await open(path)); // Opened before: that takes turns of the loop.
  });
  afterEach(async () => {
    await Promise.all(handles.splice(0).map((handle) => handle.close()));
  });

  /** Every way to send all of `data`. */
  const ways: [string, (consumer: IConsumer) => Promise<unknown>][] = [
    ['a path', (to) => new FileSender().beginFileTransfer(path, to)],
    [
      'a FileHandle',
      async (to) => {
        const handle = handles.shift() as FileHandle;
        await new FileSender().beginFileTransfer(handle, to);
        void handle.close();
      },
    ],
    ['a file-like', (to) => new FileSender().beginFileTransfer(fileLike(false), to)],
    ['a file-like of promises', (to) => new FileSender().beginFileTransfer(fileLike(true), to)],
    [
      'a stream that pushes',
      (to) => new ReadableProducer(Readable.from([data])).startProducing(to),
    ],
    [
      'a stream that is pulled',
      (to) => new ReadableProducer(Readable.from([data]), { streaming: false }).startProducing(to),
    ],
    ['an iterable', (to) => new ReadableProducer([data]).startProducing(to)],
    ['a pipeline', (to) => pipeline(Readable.from([data]), new ConsumerWritable(to))],
  ];

  const transports: [string, () => Promise<{ transport: Transport; received: Promise<Buffer> }>][] =
    [
      [
        'a DuplexTransport',
        async () => {
          const { server, client } = await tcpPair();
          const transport = new DuplexTransport(server, { protocol: new Protocol() });
          return { transport, received: readAll(client).finally(() => client.end()) };
        },
      ],
      [
        'a WritableConsumer',
        async () => {
          const { server, client } = await tcpPair();
          const received = readAll(client).finally(() => client.destroy());
          return { transport: new WritableConsumer(server), received };
        },
      ],
      [
        'a ShapedTransport',
        async () => {
          const { server, client } = await tcpPair();
          const inner = new DuplexTransport(server, { protocol: new Protocol() });
          const bucket = Object.assign(new Bucket(), { maxburst: 1e9, rate: 1e9 });
          const received = readAll(client).finally(() => client.end());
          return { transport: new ShapedTransport(inner, bucket), received };
        },
      ],
    ];

  for (const [over, make] of transports) {
    for (const [name, send] of ways) {
      for (const closing of ['loseConnection', 'loseWriteConnection'] as Closing[]) {
        for (const when of ['before', 'meanwhile', 'at the end'] as const) {
          it(`${name}, can still write and send more to ${over}, although ${closing} came ${when}`, async () => {
            const { transport, received } = await make();
            const sent = send(transport);
            if (when === 'before') transport[closing]();
            if (when === 'meanwhile') setImmediate(() => transport[closing]());
            const unregister = transport.unregisterProducer.bind(transport);
            transport.unregisterProducer = () => {
              transport.unregisterProducer = unregister;
              unregister();
              if (when === 'at the end') transport[closing]();
            };
            await sent;
            transport.write(trailer);
            await send(transport);
            transport.write(trailer);
            const all = Buffer.concat([data, trailer, data, trailer]);
            expect((await received).equals(all)).to.equal(true);
          });
        }
      }
    }
  }

  it('that fails, can still say so', async () => {
    const { server, client } = await tcpPair();
    const transport = new DuplexTransport(server, { protocol: new Protocol() });
    const received = readAll(client).finally(() => client.end());
    for (const begin of [
      () => new FileSender().beginFileTransfer(path, transport, fails),
      () => new FileSender().beginFileTransfer(folder.path('missing'), transport),
      () => new FileSender().beginFileTransfer({ read: fails }, transport),
    ]) {
      const reason = rejection(begin());
      transport.loseConnection();
      expect(await reason).to.be.instanceOf(Error);
      transport.write(Buffer.from('failed.'));
    }
    expect(String(await received)).to.equal('failed.failed.failed.');
  });
});

describe('a consumer that asks in a loop until it has all', () => {
  const folder = temporaryFolder();

  /** Tahoe-LAFS's MemoryConsumer; or one that not even an unregistered producer lets out of its loop. */
  class LoopingConsumer implements IConsumer {
    readonly chunks: Uint8Array[] = [];
    private done = false;
    constructor(private readonly isStubborn: boolean) {}
    registerProducer(producer: { resumeProducing(): void }, streaming: boolean): void {
      if (streaming) producer.resumeProducing();
      else while (!this.done) producer.resumeProducing();
    }
    unregisterProducer(): void {
      if (!this.isStubborn) this.done = true;
    }
    write(chunk: Uint8Array): void {
      this.chunks.push(chunk);
    }
  }

  const later = () => ({ read: () => new Promise<Uint8Array>(() => {}) });
  const readable = () => new ReadableProducer(Readable.from([data]), { streaming: false });
  const ways: [string, (consumer: IConsumer) => Promise<unknown>][] = [
    ['a path', (to) => new FileSender().beginFileTransfer(folder.write('data', data), to)],
    ['a file-like of promises', (to) => new FileSender().beginFileTransfer(later(), to)],
    ['a stream', (to) => readable().startProducing(to)],
    ['an iterable', (to) => new ReadableProducer([data], { streaming: false }).startProducing(to)],
  ];
  for (const [name, send] of ways) {
    for (const isStubborn of [false, true]) {
      it(`of ${name} fails the transfer and freezes nothing${isStubborn ? ', stubborn as it is' : ''}`, async () => {
        const reason = await rejection(send(new LoopingConsumer(isStubborn)));
        expect(reason).to.include({ code: 'ERR_INVALID_STATE' });
        expect((reason as Error).message).to.match(/asked \d+ times/);
      });
    }
  }

  it('of a file-like that answers at once has it all', async () => {
    const consumer = new LoopingConsumer(false);
    await new FileSender().beginFileTransfer(fileLike(false), consumer);
    expect(Buffer.concat(consumer.chunks).equals(data)).to.equal(true);
  });

  it('of a stream that pushes has it all', async () => {
    const consumer = new LoopingConsumer(false);
    await new ReadableProducer(Readable.from([data])).startProducing(consumer);
    expect(Buffer.concat(consumer.chunks).equals(data)).to.equal(true);
  });
});
