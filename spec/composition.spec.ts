/**
 * All that can stand between a producer and a consumer, in one chain, over a real connection:
 *
 *     FileSender, or a push producer
 *       PullToPush, in a consumer that knows only push producers
 *         BasicProducerConsumerProxy
 *           ProducerConsumerProxy
 *             ShapedTransport
 *               DuplexTransport, a socket, a slow reader
 */
import type net from 'node:net';

import { expect } from 'chai';

import {
  BasicProducerConsumerProxy,
  Bucket,
  ConnectionAborted,
  ConnectionDone,
  DuplexTransport,
  FileSender,
  ProducerConsumerProxy,
  ProducerStoppedError,
  Protocol,
  PullToPush,
  ShapedTransport,
  type IConsumer,
  type IPullProducer,
  type IPushProducer,
} from '../lib/index.js';
import { numbered, PushProducer } from './support/producers.js';
import { rejection } from './support/rejection.js';
import { tcpPair } from './support/sockets.js';
import { temporaryFolder } from './support/temporary-folder.js';

/** A consumer that knows only push producers, and so needs `PullToPush` for others. */
class PushOnly implements IConsumer {
  private pullToPush: PullToPush | null = null;

  constructor(private readonly consumer: IConsumer) {}

  registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    if (streaming) {
      this.consumer.registerProducer(producer as IPushProducer, true);
    } else {
      this.pullToPush = new PullToPush(producer, this);
      this.consumer.registerProducer(this.pullToPush, true);
      this.pullToPush.startStreaming();
    }
  }

  unregisterProducer(): void {
    this.pullToPush?.stopStreaming();
    this.consumer.unregisterProducer();
  }

  write(data: Uint8Array): void {
    this.consumer.write(data);
  }
}

/** Notes the most that any stage held. */
class Gauge {
  private readonly most = new Map<string, number>();

  note(stage: string, bytes: number): void {
    this.most.set(stage, Math.max(bytes, this.most.get(stage) ?? 0));
  }

  expectWithin(limits: Record<string, number>): void {
    for (const [stage, limit] of Object.entries(limits)) {
      const most = this.most.get(stage);
      expect(most, stage).to.be.a('number').and.at.most(limit);
    }
  }
}

/** The bytes that a proxy buffers, from a field that is not public. */
const heldBy = (proxy: BasicProducerConsumerProxy): number =>
  (proxy as unknown as { bufferedBytes: number }).bufferedBytes;

class Listener extends Protocol<DuplexTransport> {
  readonly losses: Error[] = [];
  override connectionLost(reason: Error): void {
    this.losses.push(reason);
  }
}

/** The chain, from its end: what is written to `head` comes out at `client`. */
function makeChain({ server, client }: { server: net.Socket; client: net.Socket }) {
  const listener = new Listener();
  const transport = new DuplexTransport(server, { protocol: listener });
  const bucket = Object.assign(new Bucket(), { maxburst: 200_000, rate: 5_000_000 });
  const shaped = new ShapedTransport(transport, bucket);
  const proxy = new ProducerConsumerProxy(shaped);
  const basic = new BasicProducerConsumerProxy(proxy);
  const gauge = new Gauge();
  const head: IConsumer = new PushOnly(basic);
  const write = head.write.bind(head);
  head.write = (data) => {
    write(data);
    gauge.note('basic', heldBy(basic));
    gauge.note('proxy', heldBy(proxy));
    gauge.note('shaped', heldBy(shaped));
    gauge.note('transport', transport.writableLength);
  };
  return { head, shaped, transport, bucket, listener, gauge, client };
}

/** Reads all, with a rest after each piece. */
async function readSlowly(socket: net.Socket): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of socket) {
    pieces.push(piece as Buffer);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return Buffer.concat(pieces);
}

const CHUNK = 2 ** 14;
const BUFFER = 2 ** 16;

describe('Everything in one chain', () => {
  const folder = temporaryFolder();
  const data = numbered(2_000_000);

  const starts: Record<string, (head: IConsumer) => unknown> = {
    'FileSender, pulled': (head) =>
      new FileSender().beginFileTransfer(folder.write('file', data), head),
    'a push producer': (head) => new PushProducer(head, data, CHUNK).start(),
  };
  for (const [name, start] of Object.entries(starts)) {
    it(`delivers every byte of ${name}, then closes once, and buffers little at any stage`, async () => {
      const chain = makeChain(await tcpPair({ allowHalfOpen: false }));
      start(chain.head);
      chain.shaped.loseConnection(); // While the producer is still at work.
      expect((await readSlowly(chain.client)).equals(data)).to.equal(true);
      await chain.transport.closed;
      expect(chain.listener.losses).to.have.length(1);
      expect(chain.listener.losses[0]).to.be.instanceOf(ConnectionDone);
      expect(chain.bucket.refcount).to.equal(0);
      chain.gauge.expectWithin({
        basic: CHUNK,
        proxy: BUFFER + CHUNK,
        shaped: BUFFER + BUFFER + CHUNK, // A chunk of the proxy's is what that held.
        transport: chain.transport.highWaterMark + BUFFER + BUFFER + CHUNK,
      });
    });
  }

  it('stops the producer, once, when the reader has gone', async () => {
    const chain = makeChain(await tcpPair());
    const transfer = new FileSender().beginFileTransfer(folder.write('file', data), chain.head);
    chain.client.resetAndDestroy();
    expect(await rejection(transfer)).to.be.instanceOf(ProducerStoppedError);
    await chain.transport.closed;
    expect(chain.listener.losses).to.have.length(1);
    expect(chain.bucket.refcount).to.equal(0);
  });

  it('stops the producer, once, when it is aborted', async () => {
    const chain = makeChain(await tcpPair());
    const producer = new PushProducer(chain.head, data, CHUNK).start();
    chain.shaped.abortConnection();
    expect(await chain.transport.closed).to.be.instanceOf(ConnectionAborted);
    expect(producer.log.filter((told) => told === 'stop')).to.deep.equal(['stop']);
    expect(chain.bucket.refcount).to.equal(0);
    chain.client.destroy();
  });
});
