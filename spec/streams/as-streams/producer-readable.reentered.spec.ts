import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { ProducerReadable } from '../../../lib/index.js';
import { PullProducer } from '../../support/producers.js';
import { recorder, pulled } from '../../support/recording-producer.js';

const bytes = (size: number) => Buffer.alloc(size, 'x');

describe('ProducerReadable', () => {
  describe('is called from inside its own callbacks:', () => {
    for (const streaming of [true, false]) {
      it(`a ${streaming ? 'push' : 'pull'} producer ends it during a read, and the order is kept`, async () => {
        const readable = new ProducerReadable({ highWaterMark: 4 });
        const parts = ['aaaa', 'bbbb', 'cccc', 'dddd'];
        const answer = () => {
          readable.read(0); // As a callback may.
          readable.write(Buffer.from(parts.shift() ?? ''));
          if (parts.length === 0) readable.unregisterProducer();
        };
        const producer = { ...pulled(answer), pauseProducing() {} };
        readable.registerProducer(producer, streaming);
        if (streaming) producer.resumeProducing();
        let read = '';
        readable.on('readable', () => {
          for (let chunk; (chunk = readable.read() as Buffer | null) !== null;)
            read += String(chunk);
        });
        await once(readable, 'end');
        expect(read).to.equal('aaaabbbbccccdddd');
      });
    }

    it('a producer that writes as it is paused is paused once', () => {
      const readable = new ProducerReadable({ highWaterMark: 1 });
      const producer = recorder();
      producer.pauseProducing = () => {
        producer.told.push('pause');
        if (producer.told.length < 5) readable.write(Buffer.from('b'));
      };
      readable.registerProducer(producer, true);
      readable.write(Buffer.from('a'));
      expect(producer.told).to.deep.equal(['pause']);
      // Node 26 reads one chunk at a time.
      expect([readable.read(), readable.read()].join('')).to.equal('ab');
    });

    it('a producer that registers while the one value that there is room for waits is paused', () => {
      const readable = new ProducerReadable<string>({ objectMode: true, highWaterMark: 1 });
      readable.write('a');
      const producer = recorder();
      readable.registerProducer(producer, true);
      expect(producer.told).to.deep.equal(['pause']);
    });

    it('unregistered, and another registered, in pauseProducing', async () => {
      const readable = new ProducerReadable({ highWaterMark: 1, end: false });
      const producer = recorder();
      producer.pauseProducing = () => {
        readable.unregisterProducer();
        new PullProducer(readable, Buffer.from('bc'), 1).start();
      };
      readable.registerProducer(producer, true);
      readable.write(Buffer.from('a'));
      const received: string[] = [];
      readable.on('data', (chunk: Buffer) => received.push(chunk.toString()));
      while (readable.producer !== null) await turn();
      expect(received).to.deep.equal(['a', 'b', 'c']);
    });

    it('destroyed by a listener for data, within a write that would pause', () => {
      const readable = new ProducerReadable({ highWaterMark: 1 });
      const producer = recorder();
      readable.registerProducer(producer, true);
      readable.on('data', () => readable.destroy());
      return turn().then(() => {
        readable.write(bytes(5));
        expect(producer.told).to.deep.equal(['stop']);
      });
    });

    it('finished in resumeProducing', async () => {
      const readable = new ProducerReadable();
      readable.registerProducer(
        pulled(() => readable.finish()),
        false,
      );
      expect(await text(readable)).to.equal('');
    });

    it('destroyed in resumeProducing', async () => {
      const readable = new ProducerReadable();
      const producer = pulled(() => readable.destroy());
      readable.registerProducer(producer, false);
      readable.resume();
      await once(readable, 'close');
      expect(producer.told).to.deep.equal(['resume', 'stop']);
    });
  });
});
