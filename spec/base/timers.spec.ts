/** Timers that a test fakes and puts back. */
import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import sinon from 'sinon';

import { ConnectionDone, cooperate, WritableConsumer } from '../../lib/index.js';

/** Sends `count` pieces that are asked for one by one, to a stream that takes each at once. */
function send(count: number): Promise<Error> {
  const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
  const consumer = new WritableConsumer(stream);
  let sent = 0;
  const producer = {
    resumeProducing() {
      if (sent++ < count) consumer.write(Buffer.from('x'));
      else consumer.unregisterProducer();
    },
    stopProducing() {},
  };
  consumer.registerProducer(producer, false);
  consumer.loseConnection();
  return consumer.closed;
}

async function iterate(count: number): Promise<void> {
  const task = (function* () {
    for (let i = 0; i < count; i++) yield;
  })();
  await cooperate(task).whenDone();
}

describe('Timers that a test fakes and puts back', () => {
  for (const faked of ['setImmediate', 'nextTick'] as const) {
    it(`leave no transfer waiting: ${faked}`, async () => {
      const clock = sinon.useFakeTimers({ toFake: [faked] });
      let during: Promise<unknown>;
      try {
        during = Promise.all([send(200), iterate(200)]);
        if (faked === 'setImmediate') for (let i = 0; i < 5; i++) await turn();
      } finally {
        clock.restore();
      }
      await during;
      expect(await send(5000)).to.be.instanceOf(ConnectionDone);
      await iterate(5000);
    });
  }
});
