/** Small writes to sockets are copied to memory that is used again. No byte may be lost by that. */
import { Buffer } from 'node:buffer';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import sinon from 'sinon';

import { WritableConsumer } from '../../../lib/index.js';
import { Random } from '../../support/random.js';
import { type Pair, readAll, tcpPair, tlsPair, unixPair } from '../../support/sockets.js';
import { until } from '../../support/until.js';

/** Gives the chunks of a stream that keeps them, each beside what it was when it came. */
class Keeper {
  readonly kept: [chunk: Buffer, was: Buffer][] = [];

  keep(chunk: Buffer): void {
    this.kept.push([chunk, Buffer.from(chunk)]);
  }

  get isIntact(): boolean {
    return this.kept.every(([chunk, was]) => chunk.equals(was));
  }
}

/** Writes pieces of any size, all different, and notes them. */
class Writer {
  readonly written: Buffer[] = [];

  constructor(
    readonly consumer: WritableConsumer,
    private readonly random: Random,
  ) {}

  writeSome(): void {
    for (let count = this.random.integer(0, 5); count > 0; count -= 1) {
      const piece = Buffer.alloc(
        this.random.integer(1, 6000),
        `${this.random.integer(0, 1_000_000)},`,
      );
      this.written.push(Buffer.from(piece));
      this.consumer.write(piece);
    }
  }
}

describe('The memory of small writes', () => {
  it('is not used again before every byte has left it, although other consumers write at the same time', async () => {
    const pairs: Pair[] = [await tcpPair(), await tcpPair(), await unixPair(), await tlsPair()];
    const random = new Random(7);
    const writers = pairs.map(({ client }) => new Writer(new WritableConsumer(client), random));

    const keeper = new Keeper();
    const spied = await tcpPair();
    const write = spied.client.write.bind(spied.client);
    spied.client.write = (chunk: Buffer) => {
      keeper.keep(chunk);
      return write(chunk);
    };
    const memory = new PassThrough().on('data', (chunk: Buffer) => keeper.keep(chunk));
    writers.push(
      new Writer(new WritableConsumer(spied.client), random),
      new Writer(new WritableConsumer(memory), random),
    );

    const writeAll = async (): Promise<void> => {
      for (const writer of writers) if (random.integer(0, 1) === 0) writer.writeSome();
      await turn();
    };
    // Nothing is read, until the system takes no more, so that the socket has bytes left.
    while (pairs[0]!.client.writableLength === 0) await writeAll();
    const received = pairs.map(({ server }) => readAll(server));
    const spiedReceived = readAll(spied.server);
    for (let count = 0; count < 400; count += 1) await writeAll();
    for (const { consumer } of writers) consumer.loseConnection();
    const all = await Promise.all([...received, spiedReceived]);
    for (const [index, bytes] of all.entries()) {
      expect(bytes.equals(Buffer.concat(writers[index]!.written)), `socket ${index}`).to.equal(
        true,
      );
    }
    expect(keeper.kept.length).to.be.above(100);
    expect(keeper.isIntact).to.equal(true);
    for (const { client, server } of [...pairs, spied])
      for (const end of [client, server]) end.destroy();
  });

  it('is used again for a socket that has sent it, so that none is allocated', async () => {
    const { client, server } = await tcpPair();
    const consumer = new WritableConsumer(client);
    const received = readAll(server);
    const allocate = sinon.spy(Buffer, 'allocUnsafeSlow');
    try {
      // Sixteen times as many bytes as are allocated at a time.
      for (let count = 0; count < 1024; count += 1) {
        consumer.write(Buffer.alloc(1024, 'a'));
        await until(() => client.writableLength === 0 && !consumer.holdsWrites);
      }
      expect(allocate.callCount).to.be.below(3);
    } finally {
      allocate.restore();
    }
    consumer.loseConnection();
    expect((await received).length).to.equal(1024 * 1024);
    client.destroy();
    server.destroy();
  });

  it('is not used again for a consumer whose class keeps what it hands on', async () => {
    const keeper = new Keeper();
    class Keeping extends WritableConsumer {
      protected override takeHeld(one?: boolean): unknown[] {
        const chunks = super.takeHeld(one);
        for (const chunk of chunks) keeper.keep(chunk as Buffer);
        return chunks;
      }
    }
    const { client, server } = await tcpPair();
    const consumer = new Keeping(client);
    const received = readAll(server);
    for (let count = 0; count < 64; count += 1) {
      consumer.write(Buffer.alloc(1024, `${count},`));
      await until(() => consumer.writableLength === 0);
    }
    consumer.loseConnection();
    expect((await received).length).to.equal(64 * 1024);
    expect(keeper.isIntact).to.equal(true);
    client.destroy();
    server.destroy();
  });

  for (const [kind, make] of [
    ['socket', tcpPair],
    ['TLS socket', tlsPair],
  ] as const) {
    it(`is used again by the producer that is resumed once a ${kind} has sent it`, async () => {
      const { client, server } = await make();
      const consumer = new WritableConsumer(client);
      const received = readAll(server);
      const allocate = sinon.spy(Buffer, 'allocUnsafeSlow');
      let left = 4096;
      let paused = false;
      const producer = {
        pauseProducing: () => void (paused = true),
        stopProducing() {},
        resumeProducing() {
          for (paused = false; !paused && left > 0; left -= 1)
            consumer.write(Buffer.alloc(1024, 'a'));
          if (left === 0) consumer.unregisterProducer();
        },
      };
      try {
        consumer.registerProducer(producer, true);
        producer.resumeProducing();
        consumer.loseConnection();
        expect((await received).length).to.equal(4096 * 1024);
        expect(allocate.callCount).to.be.below(8); // Without that, more than 60.
      } finally {
        allocate.restore();
      }
      client.destroy();
      server.destroy();
    });
  }
});
