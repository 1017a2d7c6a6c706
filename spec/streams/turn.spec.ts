import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { WritableConsumer } from '../../lib/index.js';

/** A pull producer without end, on a stream that completes at once: it would never stop by itself. */
class Greedy {
  asked = 0;
  readonly consumer = new WritableConsumer(
    new Writable({ write: (_chunk, _encoding, done) => done() }),
  );
  start(): this {
    this.consumer.registerProducer(this, false);
    return this;
  }
  resumeProducing(): void {
    this.asked += 1;
    this.consumer.write(Buffer.from('x'));
  }
  stopProducing(): void {}
}

describe('A turn of the event loop', () => {
  it('is shared by all who write without end: each gets about as much as any other', async () => {
    const all = Array.from({ length: 200 }, () => new Greedy().start());
    while (all[0]!.asked < 300) await turn();
    const counts = all.map(({ asked }) => asked);
    for (const { consumer } of all) consumer.abortConnection();
    await Promise.all(all.map(({ consumer }) => consumer.closed));
    // Whoever comes first may have used up a turn by itself before the others wait.
    expect(Math.min(...counts), 'of the one that got least').to.be.at.least(150);
    expect(Math.max(...counts), 'of the one that got most').to.be.at.most(600);
  });

  it('is all for one who is alone, however long it has been writing', async () => {
    const greedy = new Greedy().start();
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
});
