import { once } from 'node:events';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { explain, ProducerReadable } from '../../../lib/index.js';
import { numbered, PullProducer } from '../../support/producers.js';
import { readAll } from '../../support/sockets.js';
import { recorder, pulled } from '../../support/recording-producer.js';

const bytes = (size: number) => Buffer.alloc(size, 'x');

/** Reads until the event loop has to turn before a producer is asked again. */
function useUpTurn(): void {
  const greedy = new ProducerReadable();
  const producer = pulled(() => greedy.write(bytes(1)));
  greedy.registerProducer(producer, false);
  for (let asked = -1; asked < producer.told.length;) {
    asked = producer.told.length;
    greedy.read();
  }
  greedy.destroy();
}

/** When a producer answers that was asked. */
const answering: [string, (answer: () => void) => void][] = [
  ['at once', (answer) => answer()],
  ['in the next tick', (answer) => process.nextTick(answer)],
  ['in the next turn', (answer) => void setImmediate(answer)],
];

/** Ways to read a stream to its end. */
const readers: Record<string, (readable: ProducerReadable) => Promise<string>> = {
  'for await': text,
  async data(readable) {
    let read = '';
    readable.on('data', (chunk: Buffer) => (read += String(chunk)));
    await once(readable, 'end');
    return read;
  },
  async readable(readable) {
    let read = '';
    readable.on('readable', () => {
      for (let chunk; (chunk = readable.read() as Buffer | null) !== null;) read += String(chunk);
    });
    await once(readable, 'end');
    return read;
  },
  async pipe(readable) {
    let read = '';
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        read += String(chunk);
        done();
      },
    });
    await once(readable.pipe(sink), 'finish');
    return read;
  },
};

describe('ProducerReadable', () => {
  describe('with a pull producer', () => {
    it('asks it nothing until the stream is read', async () => {
      const readable = new ProducerReadable();
      const producer = recorder();
      readable.registerProducer(producer, false);
      await turn();
      expect(producer.told).to.deep.equal([]);
      readable.read();
      expect(producer.told).to.deep.equal(['resume']);
    });

    it('asks it as it registers, if the reader waits already', () => {
      const readable = new ProducerReadable();
      readable.read();
      const producer = recorder();
      readable.registerProducer(producer, false);
      expect(producer.told).to.deep.equal(['resume']);
    });

    it('does not ask a producer as it registers, if the reader has got its data', () => {
      const readable = new ProducerReadable();
      readable.read();
      readable.write(bytes(1));
      const producer = recorder();
      readable.registerProducer(producer, false);
      expect(producer.told).to.deep.equal([]);
    });

    it('asks once, however often the reader looks, until it has answered', async () => {
      const readable = new ProducerReadable({ highWaterMark: 1 });
      const producer = recorder();
      readable.registerProducer(producer, false);
      for (let i = 0; i < 3; i += 1) {
        readable.read();
        await turn();
      }
      expect(producer.told).to.deep.equal(['resume']);
      readable.write(bytes(1));
      await turn();
      expect(producer.told).to.deep.equal(['resume']);
      readable.read();
      expect(producer.told).to.deep.equal(['resume', 'resume']);
    });

    it('asks once for each _read', async () => {
      let reads = 0;
      class Counting extends ProducerReadable {
        override _read(): void {
          reads += 1;
          super._read();
        }
      }
      const readable = new Counting({ highWaterMark: 100 });
      const producer = new PullProducer(readable, numbered(5000), 60).start();
      await readAll(readable);
      expect(producer.log.filter((told) => told === 'resume')).to.have.length(reads);
    });

    for (const [how, soon] of answering) {
      for (const highWaterMark of [0, 1, undefined]) {
        for (const [way, read] of Object.entries(readers)) {
          it(`asks again a producer that answers ${how} with no bytes, read by ${way}, highWaterMark ${highWaterMark}`, async () => {
            const readable = new ProducerReadable({ highWaterMark });
            const answers = ['', '', '', 'a', '', '', '', 'b', '', ''];
            const answer = () => {
              const next = answers.shift();
              if (next === undefined) readable.unregisterProducer();
              else readable.write(Buffer.from(next));
            };
            readable.registerProducer(
              pulled(() => soon(answer)),
              false,
            );
            expect(await read(readable)).to.equal('ab');
          });
        }
      }
    }

    it('does not ask it because of a write that it was not asked for', async () => {
      for (const text of ['', 'a']) {
        const readable = new ProducerReadable({ highWaterMark: 1 });
        const producer = recorder();
        readable.registerProducer(producer, false);
        readable.write(bytes(1));
        readable.write(Buffer.from(text));
        await turn();
        expect(producer.told).to.deep.equal([]);
      }
    });

    it('asks it on while the buffer is not full', async () => {
      const readable = new ProducerReadable({ highWaterMark: 3 });
      const producer = pulled(() => readable.write(bytes(1)));
      readable.registerProducer(producer, false);
      readable.read(0);
      await turn();
      expect(readable.readableLength).to.equal(3);
    });

    it('does not ask the next producer if the last one answered and unregistered', () => {
      const readable = new ProducerReadable({ end: false });
      const [first, second] = [recorder(), recorder()];
      readable.registerProducer(first, false);
      readable.read();
      readable.write(bytes(1));
      readable.unregisterProducer();
      readable.registerProducer(second, false);
      expect([first.told, second.told]).to.deep.equal([['resume'], []]);
    });

    it('asks it once when it writes while its turn is yet to come', async () => {
      useUpTurn();
      const readable = new ProducerReadable();
      const producer = recorder();
      readable.registerProducer(producer, false);
      setImmediate(() => readable.write(bytes(1)));
      readable.read();
      expect(producer.told, 'this turn is used up').to.deep.equal([]);
      await turn();
      await turn();
      expect(producer.told).to.deep.equal(['resume']);
    });

    it('explains whether the producer owes an answer', () => {
      const pull = new ProducerReadable();
      pull.registerProducer(new PullProducer(pull, bytes(1), 1), false);
      expect(explain(pull)).to.include('PullProducer is asked next');
      const asked = new ProducerReadable();
      asked.registerProducer(recorder(), false);
      asked.read();
      expect(explain(asked)).to.include('was asked and has not answered');
      const push = new ProducerReadable();
      push.registerProducer(recorder(), true);
      push.read();
      expect(explain(push)).to.include('may write');
    });

    it('asks the next producer if the last one unregistered without an answer', () => {
      const readable = new ProducerReadable({ end: false });
      const [first, second] = [recorder(), recorder()];
      readable.registerProducer(first, false);
      readable.read();
      readable.unregisterProducer();
      readable.registerProducer(second, false);
      expect([first.told, second.told]).to.deep.equal([['resume'], ['resume']]);
    });

    it('does not ask it from inside its answer, although that has no bytes', async () => {
      const readable = new ProducerReadable();
      const log: string[] = [];
      const producer = pulled(() => {
        log.push('asked');
        if (log.length < 5) readable.write(bytes(0));
        else readable.unregisterProducer();
        log.push('answered');
      });
      readable.registerProducer(producer, false);
      readable.resume();
      await once(readable, 'end');
      expect(log.join()).to.equal('asked,answered,asked,answered,asked,answered');
    });

    for (const size of [0, 1]) {
      it(`does not grow the stack, or starve timers, with a producer that answers at once, with ${size} bytes`, async () => {
        const readable = new ProducerReadable();
        let left = 20_000;
        const producer = pulled(() => {
          if (left-- > 0) readable.write(bytes(size));
          else readable.unregisterProducer();
        });
        readable.registerProducer(producer, false);
        let received = 0;
        let timers = 0;
        const timer = setInterval(() => (timers += 1), 0);
        readable.on('data', (chunk: Buffer) => (received += chunk.length));
        await once(readable, 'end');
        clearInterval(timer);
        expect(received).to.equal(20_000 * size);
        expect(timers).to.be.above(0);
      });
    }
  });
});
