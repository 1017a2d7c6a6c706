import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  ConsumerWritable,
  ReadableProducer,
  WritableConsumer,
  type IConsumer,
} from '../../lib/index.js';

/** A pull producer without end, on a stream that completes at once: it would never stop by itself. */
class Greedy {
  asked = 0;
  readonly consumer = new WritableConsumer(
    new Writable({ write: (_chunk, _encoding, done) => done() }),
  );

  /** @param onAsked - Is told each time. */
  constructor(private readonly onAsked: () => void = () => {}) {}

  start(): this {
    this.consumer.registerProducer(this, false);
    return this;
  }
  resumeProducing(): void {
    this.asked += 1;
    this.onAsked();
    this.consumer.write(Buffer.from('x'));
  }
  stopProducing(): void {}
}

describe('A turn of the event loop', () => {
  it('is shared by all flows that write without end: each gets about as much as any other', async () => {
    const all = Array.from({ length: 200 }, () => new Greedy().start());
    while (all[0]!.asked < 300) await turn();
    const counts = all.map(({ asked }) => asked);
    for (const { consumer } of all) consumer.abortConnection();
    await Promise.all(all.map(({ consumer }) => consumer.closed));
    // The first may have used up a turn by itself before the others wait.
    expect(Math.min(...counts), 'of the one that got least').to.be.at.least(150);
    expect(Math.max(...counts), 'of the one that got most').to.be.at.most(600);
  });

  for (const [what, milliseconds] of [
    ['after a few writes', 0],
    ['after a few writes, though they use up its time', 0.1],
  ] as const) {
    it(`goes to another waiter ${what}`, async () => {
      const asked: string[] = [];
      const both = ['a', 'b'].map((name) =>
        new Greedy(() => {
          asked.push(name);
          for (const start = performance.now(); performance.now() - start < milliseconds;);
        }).start(),
      );
      for (let i = 0; i < 20; i++) await turn();
      for (const { consumer } of both) consumer.abortConnection();
      await Promise.all(both.map(({ consumer }) => consumer.closed));
      // The first may use up a turn by itself before the other waits.
      const shared = asked.join('').replace(/^a+b+a+b+/, '');
      const inARow = shared.match(/a+|b+/g)?.map((run) => run.length) ?? [];
      expect(inARow).to.have.length.above(10);
      expect(Math.max(...inARow)).to.be.at.most(4);
    });
  }

  it('is all for a flow that is alone, however long it has been writing', async () => {
    const greedy = new Greedy().start();
    await new Promise<void>((resolve) => process.nextTick(resolve));
    expect(greedy.asked).to.be.above(8);
    for (let i = 0; i < 5; i++) await turn();
    const before = greedy.asked;
    await turn();
    expect(greedy.asked - before).to.be.at.least(17); // Cut short only where a turn took its time.
    greedy.consumer.abortConnection();
    await greedy.consumer.closed;
  });

  it('ends although one writes without end', async () => {
    const greedy = new Greedy().start();
    await turn();
    const before = greedy.asked;
    await turn();
    expect(greedy.asked - before).to.be.within(1, 200);
    greedy.consumer.abortConnection();
    await greedy.consumer.closed;
  });

  it('ends soon for all flows that share it if each write takes long', async () => {
    let [asked, most, turns] = [0, 0, 0];
    const all = Array.from({ length: 20 }, () =>
      new Greedy(() => {
        asked += 1;
        for (const start = performance.now(); performance.now() - start < 0.3;);
      }).start(),
    );
    await turn(); // The asking at registration is not part of a shared turn.
    for (; turns < 10; turns++) {
      asked = 0;
      await turn();
      most = Math.max(most, asked);
    }
    for (const { consumer } of all) consumer.abortConnection();
    await Promise.all(all.map(({ consumer }) => consumer.closed));
    expect(most).to.be.within(1, 32);
  });

  for (const [what, send] of [
    [
      'a stream gives to a stream',
      (source: Readable, take: () => void) =>
        new ReadableProducer(source).startProducing(
          new WritableConsumer(
            new Writable({
              write(_chunk, _encoding, done) {
                take();
                done();
              },
            }),
          ),
        ),
    ],
    [
      'a consumer is written to as a stream',
      (source: Readable, take: () => void) => {
        const consumer: IConsumer = {
          registerProducer: () => {},
          unregisterProducer: () => {},
          write: take,
        };
        return pipeline(source, new ConsumerWritable(consumer));
      },
    ],
  ] as const) {
    it(`ends soon where ${what} and each chunk takes its time`, async () => {
      let [taken, most, turns] = [0, 0, 0];
      const take = () => {
        taken += 1;
        for (const start = performance.now(); performance.now() - start < 0.3;);
      };
      const watch = () => {
        most = Math.max(most, taken);
        taken = 0;
        turns += 1;
        watching = setImmediate(watch);
      };
      let watching = setImmediate(watch);
      let left = 200;
      const chunk = Buffer.alloc(16_384);
      const source = new Readable({
        read() {
          this.push(left-- > 0 ? chunk : null);
        },
      });
      await send(source, take);
      clearImmediate(watching);
      expect(most).to.be.at.most(16);
      expect(turns).to.be.at.least(12);
    });
  }
});
