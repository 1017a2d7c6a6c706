import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  ConnectionDone,
  InvalidArgTypeError,
  InvalidStateError,
  type IPushProducer,
  isHalfCloseableProtocol,
  ProducerAlreadyRegisteredError,
  TransportDuplex,
} from '../../../lib/index.js';
import { errorOf } from '../../support/error-event.js';
import { HalfCloseableTransport, RecordingTransport } from '../../support/transports.js';
import { textOf } from '../../support/text-of.js';
import { connected, events } from '../../support/connected-duplex.js';

describe('TransportDuplex', () => {
  describe('connecting', () => {
    it('is a protocol that can go on when one half is over', () => {
      expect(isHalfCloseableProtocol(new TransportDuplex())).to.equal(true);
    });

    it('registers a push producer with a transport that is a consumer', () => {
      const { duplex, transport } = connected();
      expect(duplex.transport).to.equal(transport);
      expect(transport.log).to.deep.equal(['register push']);
    });

    it('does without a producer where the transport is not a consumer', async () => {
      const written: string[] = [];
      const transport = {
        write: (data: Uint8Array) => void written.push(Buffer.from(data).toString()),
        writeSequence() {},
        loseConnection: () => void written.push('lose'),
      };
      const duplex = new TransportDuplex({ readableHighWaterMark: 1 });
      duplex.makeConnection(transport as never);
      duplex.dataReceived(Buffer.from('more than a byte'));
      duplex.end('a');
      await turn();
      expect(written).to.deep.equal(['a', 'lose']);
      expect(duplex.remoteAddress).to.equal(undefined);
    });

    it('says connecting until then, and connect once it stands', () => {
      const duplex = new TransportDuplex();
      const seen = events(duplex, 'connect', 'ready');
      expect(duplex.connecting).to.equal(true);
      duplex.makeConnection(new RecordingTransport());
      expect(duplex.connecting).to.equal(false);
      expect(seen).to.deep.equal(['connect', 'ready']);
    });

    it('buffers the bytes that are written before, in order', async () => {
      const duplex = new TransportDuplex();
      for (const chunk of 'abc') duplex.write(chunk);
      await turn();
      const transport = new HalfCloseableTransport();
      duplex.makeConnection(transport);
      await turn(); // An earlier flow may have used up this one.
      expect(transport.log).to.deep.equal(['register push', 'a', 'b', 'c']);
    });

    it('ends once, after the bytes that were written before, when it was ended before', async () => {
      for (const chunks of ['', 'a', 'ab']) {
        const duplex = new TransportDuplex();
        for (const chunk of chunks) duplex.write(chunk);
        duplex.end();
        await turn();
        const transport = new HalfCloseableTransport();
        duplex.makeConnection(transport);
        await turn();
        const end = ['unregister', 'lose write'];
        expect(transport.log).to.deep.equal(['register push', ...chunks, ...end]);
      }
    });

    it('refuses a value that is not a transport, and a second one', () => {
      const { duplex, transport } = connected();
      for (const wrong of [null, undefined, 'text', {}]) {
        expect(() => duplex.makeConnection(wrong as never)).to.throw(InvalidArgTypeError);
      }
      for (const second of [transport, new RecordingTransport()]) {
        expect(() => duplex.makeConnection(second)).to.throw(InvalidStateError, 'another one');
      }
      expect(duplex.transport).to.equal(transport);
    });

    it('leaves a transport alone that has a producer', () => {
      const transport = new HalfCloseableTransport();
      const producer = {};
      transport.registerProducer(producer, true);
      const duplex = new TransportDuplex();
      expect(() => duplex.makeConnection(transport)).to.throw(ProducerAlreadyRegisteredError);
      expect(transport.producer).to.equal(producer);
      expect(duplex.transport).to.equal(null);
      duplex.destroy();
      expect(transport.log).to.deep.equal(['register push']);
    });

    it('takes another transport after one that refused it, and heeds the first no more', async () => {
      let kept: IPushProducer | undefined;
      class Refusing extends HalfCloseableTransport {
        override registerProducer(producer: object): void {
          kept = producer as IPushProducer;
          throw new Error('refused');
        }
      }
      const duplex = new TransportDuplex();
      expect(() => duplex.makeConnection(new Refusing())).to.throw('refused');
      kept?.stopProducing();
      await turn();
      expect(duplex.destroyed).to.equal(false);
      const transport = new HalfCloseableTransport();
      duplex.makeConnection(transport);
      duplex.write('a');
      expect(transport.log).to.deep.equal(['register push', 'a']);
    });

    it('pauses once a transport that delivers more as it is paused', () => {
      class Hasty extends RecordingTransport {
        override pauseProducing(): void {
          super.pauseProducing();
          if (this.log.length < 5) duplex.dataReceived(Buffer.from(' more'));
        }
      }
      const duplex = new TransportDuplex({ readableHighWaterMark: 1 });
      const transport = new Hasty();
      duplex.makeConnection(transport);
      duplex.dataReceived(Buffer.from('first'));
      expect(transport.log).to.deep.equal(['register push', 'pause']);
      // Node 26 reads one chunk at a time.
      expect([duplex.read(), duplex.read()].join('')).to.equal('first more');
    });

    it('refuses options that are none: null, and a transport or a socket', () => {
      for (const wrong of [null, new RecordingTransport(), new PassThrough()]) {
        expect(() => new TransportDuplex(wrong as never)).to.throw(
          InvalidArgTypeError,
          wrong === null ? 'an object' : 'the protocol of a transport',
        );
      }
    });

    it('refuses an allowHalfOpen that is not a boolean', () => {
      expect(() => new TransportDuplex({ allowHalfOpen: 'false' as never })).to.throw(
        InvalidArgTypeError,
        'options.allowHalfOpen',
      );
    });

    it('refuses object mode', () => {
      expect(() => new TransportDuplex({ objectMode: true } as object)).to.throw(
        InvalidArgTypeError,
      );
    });
  });

  describe('reading', () => {
    it('gives the bytes that were received', async () => {
      const { duplex } = connected();
      duplex.dataReceived(Buffer.from('a'));
      duplex.dataReceived(new Uint8Array([0x62]));
      duplex.readConnectionLost();
      const chunks: string[] = [];
      for await (const chunk of duplex) chunks.push(String(chunk));
      expect(chunks.join('')).to.equal('ab');
    });

    it('pauses the transport once when the reader has enough, and resumes it when it reads', async () => {
      const { duplex, transport } = connected({ readableHighWaterMark: 4 });
      duplex.dataReceived(Buffer.from('abc'));
      expect(transport.log.slice(1)).to.deep.equal([]);
      duplex.dataReceived(Buffer.from('d'));
      duplex.dataReceived(Buffer.from('e'));
      expect(transport.log.slice(1)).to.deep.equal(['pause']);
      await turn();
      expect(textOf(duplex)).to.equal('abcde');
      await turn();
      expect(transport.log.slice(1)).to.deep.equal(['pause', 'resume']);
    });

    it('does not resume a transport that it has paused since it was asked for more', async () => {
      const { duplex, transport } = connected({ readableHighWaterMark: 4 });
      duplex.read();
      duplex.dataReceived(Buffer.from('abcd'));
      await turn();
      expect(transport.log.slice(1)).to.deep.equal(['pause']);
    });

    it('never buffers more than its highWaterMark and one piece', async () => {
      const { duplex, transport } = connected({ readableHighWaterMark: 10 });
      let peak = 0;
      let left = 100;
      const flood = () => {
        transport.producerState = 'producing';
        while (left > 0 && transport.producerState === 'producing') {
          left -= 1;
          duplex.dataReceived(Buffer.alloc(9));
          peak = Math.max(peak, duplex.readableLength);
        }
        if (left === 0) duplex.readConnectionLost();
      };
      transport.resumeProducing = flood;
      flood();
      for await (const chunk of duplex) expect((chunk as Buffer).length).to.be.greaterThan(0);
      expect(peak).to.equal(18);
    });

    it('takes data from inside resumeProducing', async () => {
      const { duplex, transport } = connected({ readableHighWaterMark: 2 });
      let left = 100;
      transport.resumeProducing = () => {
        transport.producerState = 'producing';
        while (left > 0 && transport.producerState === 'producing') {
          left -= 1;
          duplex.dataReceived(Buffer.from('x'));
        }
        if (left === 0) duplex.readConnectionLost();
      };
      duplex.dataReceived(Buffer.from('xx'));
      let received = 0;
      for await (const chunk of duplex) received += (chunk as Buffer).length;
      expect(received).to.equal(102);
    });

    it('fails when resumeProducing throws', async () => {
      const { duplex, transport } = connected({ readableHighWaterMark: 1 });
      const thrown = new Error('resume');
      transport.resumeProducing = () => {
        throw thrown;
      };
      duplex.dataReceived(Buffer.from('x'));
      duplex.resume();
      expect(await errorOf(duplex)).to.equal(thrown);
      expect(transport.log.at(-1)).to.equal('abort');
    });

    it('refuses a value that is not bytes', () => {
      const { duplex } = connected();
      expect(() => duplex.dataReceived('text' as never)).to.throw(InvalidArgTypeError);
    });

    it('ends with the other end, and can still be written to', async () => {
      const { duplex, transport } = connected();
      duplex.readConnectionLost();
      duplex.readConnectionLost();
      duplex.dataReceived(Buffer.from('late'));
      await once(duplex, 'end');
      duplex.write('a');
      expect(transport.log.at(-1)).to.equal('a');
      expect(duplex.destroyed).to.equal(false);
    });

    it('ends its own half too if it may not be half open', async () => {
      const { duplex, transport } = connected({ allowHalfOpen: false });
      duplex.readConnectionLost();
      await once(duplex, 'end');
      await turn();
      expect(transport.log.slice(1)).to.deep.equal(['unregister', 'lose write']);
    });
  });

  describe('writing', () => {
    it('delays the write callback, and all later chunks, while the transport has paused it', async () => {
      const { duplex, transport } = connected();
      transport.producer!.pauseProducing();
      duplex.write('a', () => transport.log.push('called back'));
      duplex.write('b');
      await turn();
      expect(transport.log).to.deep.equal(['register push']);
      transport.producer!.resumeProducing();
      await turn();
      expect(transport.log.slice(1)).to.deep.equal(['a', 'b', 'called back']);
    });

    it('fails with the error that the transport throws', async () => {
      const { duplex, transport } = connected();
      const thrown = new Error('write');
      transport.write = () => {
        throw thrown;
      };
      duplex.write('a');
      expect(await errorOf(duplex)).to.equal(thrown);
      expect(transport.log.slice(1)).to.deep.equal(['unregister', 'abort']);
    });

    it('half-closes at the end, and has finished when the transport says so', async () => {
      const { duplex, transport } = connected();
      const seen = events(duplex, 'finish');
      duplex.end('a');
      await turn();
      expect(transport.log.slice(1)).to.deep.equal(['a', 'unregister', 'lose write']);
      expect(seen).to.deep.equal([]);
      duplex.writeConnectionLost();
      await turn();
      expect(seen).to.deep.equal(['finish']);
    });

    it('takes no notice of a transport that stops it after its end', async () => {
      const { duplex, transport } = connected();
      const producer = transport.producer!;
      duplex.end();
      await turn();
      producer.stopProducing();
      await turn();
      expect(duplex.destroyed).to.equal(false);
      duplex.dataReceived(Buffer.from('still'));
      expect(String(duplex.read())).to.equal('still');
    });

    it('closes a transport that can’t half-close, and asks it to produce no more', async () => {
      const { duplex, transport } = connected({ readableHighWaterMark: 1 }, true);
      duplex.dataReceived(Buffer.from('x'));
      const seen = events(duplex, 'finish', 'end');
      duplex.end('a');
      await turn();
      duplex.resume();
      await turn();
      expect(transport.log.slice(1)).to.deep.equal(['pause', 'a', 'unregister', 'lose']);
      expect(seen).to.deep.equal([]);
      duplex.connectionLost(new ConnectionDone());
      await finished(duplex);
      expect(seen.sort()).to.deep.equal(['end', 'finish']);
    });
  });
});
