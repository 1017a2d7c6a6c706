/** Jobs on streams, processes and tasks. */
import { Duplex, PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

import {
  Bucket,
  ConsumerWritable,
  Cooperator,
  DuplexTransport,
  FileSender,
  ProcessProtocol,
  ProducerConsumerProxy,
  ProducerReadable,
  PullToPush,
  ReadableProducer,
  ShapedConsumer,
  spawnProcess,
  toWeb,
  TransportDuplex,
  WritableConsumer,
} from '../library/index.js';
import { all, tcp } from './connections.js';
import { assertBytes, assertReason, DATA, type Job } from './job.js';

function* pieces(): Generator<Buffer, undefined> {
  for (let i = 0; i < DATA.length; i += 1000) yield DATA.subarray(i, i + 1000);
  return undefined;
}

async function readableToWritable(): Promise<void> {
  const stream = new PassThrough();
  const received = all(stream);
  const consumer = new WritableConsumer(stream);
  await new ReadableProducer(Readable.from(pieces())).startProducing(consumer);
  consumer.loseConnection();
  assertBytes(await received);
}

/** A file of DATA that reads synchronously, as Python's files do. */
function file() {
  const source = pieces();
  return { read: () => source.next().value ?? Buffer.alloc(0) };
}

async function producerToReadable(): Promise<void> {
  const readable = new ProducerReadable();
  const sent = new FileSender().beginFileTransfer(file(), readable);
  const gunzip = createGunzip();
  const received = all(gunzip);
  await Promise.all([sent, pipeline(readable, createGzip(), gunzip)]);
  assertBytes(await received);
}

async function consumerToWritable(): Promise<void> {
  const stream = new PassThrough();
  const received = all(stream);
  const consumer = new WritableConsumer(stream);
  await pipeline(Readable.from(pieces()), new ConsumerWritable(consumer));
  consumer.loseConnection();
  assertBytes(await received);
}

async function transportToDuplex(): Promise<void> {
  const { ours, peer } = await tcp();
  peer.pipe(peer);
  const duplex = new TransportDuplex();
  new DuplexTransport(ours, { protocol: duplex });
  duplex.end(DATA);
  assertBytes(await all(duplex));
}

async function throughProxy(): Promise<void> {
  const stream = new PassThrough();
  const received = all(stream);
  const consumer = new WritableConsumer(stream);
  const proxy = new ProducerConsumerProxy(consumer);
  await new ReadableProducer(Readable.from(pieces())).startProducing(proxy);
  consumer.loseConnection();
  assertBytes(await received);
}

async function pullToPush(): Promise<void> {
  const stream = new PassThrough();
  const received = all(stream);
  const consumer = new WritableConsumer(stream);
  const source = pieces();
  const wrapper = new PullToPush(
    {
      resumeProducing() {
        const { value } = source.next();
        if (value === undefined) {
          wrapper.stopStreaming();
          consumer.unregisterProducer();
        } else {
          consumer.write(value);
        }
      },
      stopProducing() {},
    },
    consumer,
  );
  consumer.registerProducer(wrapper, true);
  wrapper.startStreaming();
  consumer.loseConnection();
  assertBytes(await received);
}

async function shaped(): Promise<void> {
  const stream = new PassThrough();
  const received = all(stream);
  const consumer = new WritableConsumer(stream);
  const bucket = new Bucket();
  await new ReadableProducer(Readable.from(pieces())).startProducing(
    new ShapedConsumer(consumer, bucket),
  );
  consumer.loseConnection();
  assertBytes(await received);
}

async function process(): Promise<void> {
  const received: Buffer[] = [];
  await new Promise<void>((resolve) => {
    class Cat extends ProcessProtocol {
      override connectionMade(): void {
        this.transport.write(DATA);
        this.transport.closeStdin();
      }
      override outReceived(data: Buffer): void {
        received.push(data);
      }
      override processEnded(): void {
        resolve();
      }
    }
    spawnProcess(new Cat(), 'cat');
  });
  assertBytes(Buffer.concat(received));
}

async function cooperation(): Promise<void> {
  const cooperator = new Cooperator();
  let steps = 0;
  function* work() {
    for (let i = 0; i < 100; i++) yield (steps += 1);
  }
  await Promise.all([1, 2, 3].map(() => cooperator.cooperate(work()).whenDone()));
  if (steps !== 300) throw new Error(`${steps} steps, not 300`);
}

async function web(): Promise<void> {
  const stream = new PassThrough();
  const { readable, writable } = toWeb(stream);
  const received = all(readable);
  const writer = writable.getWriter();
  for (const piece of pieces()) await writer.write(piece);
  await writer.close();
  assertBytes(await received);
}

async function destroyed(): Promise<void> {
  const stream = new Duplex({ read() {}, write() {} });
  stream.on('error', () => {});
  const consumer = new WritableConsumer(stream);
  consumer.write(DATA);
  stream.destroy(new Error('destroyed by a job'));
  assertReason(await consumer.closed, 'ERR_CONNECTION_LOST');
}

export const STREAM_JOBS: readonly Job[] = [
  { name: 'a readable into a writable', run: readableToWritable },
  { name: 'a producer as a readable, through gzip', run: producerToReadable },
  { name: 'a consumer as a writable', run: consumerToWritable },
  { name: 'a transport as a duplex', run: transportToDuplex },
  { name: 'through a proxy', run: throughProxy },
  { name: 'pull to push', run: pullToPush },
  { name: 'shaped', run: shaped },
  { name: 'a process', run: process },
  { name: 'cooperation', run: cooperation },
  { name: 'WHATWG streams', run: web },
  { name: 'a stream that is destroyed', run: destroyed },
];
