import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  ConnectionAborted,
  ConnectionDone,
  ConnectionLost,
  type IPushProducer,
  ProducerStoppedError,
  TransportDuplex,
  WritableConsumer,
} from '../../../lib/index.js';
import { errorOf } from '../../support/error-event.js';
import { loggedErrors } from '../../support/logged.js';
import { RecordingTransport } from '../../support/transports.js';
import { connected, events } from '../../support/connected-duplex.js';

interface Connected {
  readonly duplex: TransportDuplex;
  readonly producer: IPushProducer;
}

/** An error like that with which `for await` destroys a stream. */
function abortError(): Error {
  return Object.assign(new Error('The operation was aborted'), {
    name: 'AbortError',
    code: 'ABORT_ERR',
  });
}

describe('TransportDuplex', () => {
  describe('closing', () => {
    it('closes the connection when both halves have ended', async () => {
      for (const order of ['read first', 'write first']) {
        const { duplex, transport } = connected();
        if (order === 'read first') duplex.readConnectionLost();
        duplex.resume().end();
        await turn();
        duplex.writeConnectionLost();
        if (order === 'write first') duplex.readConnectionLost();
        await finished(duplex);
        expect(transport.log.slice(1)).to.deep.equal(['unregister', 'lose write', 'lose']);
      }
    });

    it('ends both halves when the connection ends cleanly', async () => {
      const { duplex } = connected();
      duplex.dataReceived(Buffer.from('last'));
      duplex.connectionLost(new ConnectionDone());
      duplex.connectionLost(new ConnectionDone());
      expect(duplex.writable).to.equal(false);
      expect(String(duplex.read())).to.equal('last');
      await finished(duplex);
    });

    it('is destroyed with the reason when the connection ends otherwise', async () => {
      const { duplex, transport } = connected();
      const reason = new ConnectionLost();
      const result = new Promise<unknown>((resolve) => {
        transport.producer!.pauseProducing();
        duplex.write('a', resolve);
      });
      duplex.connectionLost(reason);
      expect(await errorOf(duplex)).to.equal(reason);
      expect(await result).to.equal(reason);
      expect(transport.log.slice(1)).to.deep.equal([]);
    });

    it('counts as written the chunks that the transport had when it closed cleanly', async () => {
      const { duplex, transport } = connected();
      transport.write = () => transport.producer!.pauseProducing();
      const result = new Promise<unknown>((resolve) => duplex.write('a', resolve));
      duplex.connectionLost(new ConnectionDone());
      expect(await result).to.be.oneOf([null, undefined]);
      duplex.resume();
      await finished(duplex);
    });

    it('fails the chunks that the transport did not get before it closed, cleanly or by half', async () => {
      for (const held of ['a', 'ab']) {
        for (const close of ['connectionLost', 'writeConnectionLost'] as const) {
          const { duplex, transport } = connected();
          transport.write = () => transport.producer!.pauseProducing();
          if (held === 'a') transport.producer!.pauseProducing();
          for (const chunk of held) duplex.write(chunk);
          duplex[close](new ConnectionDone());
          expect(await errorOf(duplex)).to.be.instanceOf(ConnectionLost);
        }
      }
    });

    it('finishes when the write half ends although that was not asked for', async () => {
      const { duplex } = connected();
      duplex.writeConnectionLost();
      await once(duplex, 'finish');
      duplex.dataReceived(Buffer.from('still'));
      expect(String(duplex.read())).to.equal('still');
    });

    it('is told why by the transport that stops its producer, or fails by itself', async () => {
      const { duplex, transport } = connected();
      transport.producer!.stopProducing();
      duplex.connectionLost(new ConnectionDone());
      duplex.resume();
      await finished(duplex);

      const { duplex: other, transport: silent } = connected();
      silent.producer!.stopProducing();
      expect(await errorOf(other)).to.be.instanceOf(ProducerStoppedError);
      expect(silent.log.slice(1)).to.deep.equal(['abort']);
    });
  });

  describe('destroyed', () => {
    const logged = loggedErrors();

    it('with an error, aborts the connection once', async () => {
      const error = new Error('broken');
      const { duplex, transport } = connected();
      duplex.on('error', () => {});
      transport.producer!.pauseProducing();
      const result = new Promise<unknown>((resolve) => duplex.write('a', resolve));
      duplex.destroy(error);
      duplex.destroy();
      duplex.connectionLost(new ConnectionLost());
      expect(await result).to.equal(error);
      expect(transport.log.slice(1)).to.deep.equal(['unregister', 'abort']);
      expect(duplex.errored).to.equal(error);
    });

    it('with an error, writes nothing to a transport that resumes it as it is left, nor aborts one that is lost then', async () => {
      for (const [act, rest] of [
        [({ producer }: Connected) => producer.resumeProducing(), ['unregister', 'abort']],
        [({ duplex }: Connected) => duplex.connectionLost(new ConnectionDone()), ['unregister']],
      ] as const) {
        const { duplex, transport } = connected();
        const producer = transport.producer!;
        const unregister = transport.unregisterProducer.bind(transport);
        transport.unregisterProducer = () => {
          unregister();
          act({ duplex, producer });
        };
        duplex.on('error', () => {});
        producer.pauseProducing();
        duplex.write('a');
        duplex.destroy(new Error('broken'));
        await turn();
        expect(transport.log.slice(1)).to.deep.equal(rest);
      }
    });

    it('plainly, gives the transport all that was written, and closes it once', async () => {
      for (const error of [undefined, abortError()]) {
        const { duplex, transport } = connected();
        duplex.on('error', () => {});
        transport.producer!.pauseProducing();
        const result = new Promise<unknown>((resolve) => duplex.write('a', resolve));
        duplex.write('b');
        duplex.write('c');
        duplex.destroy(error);
        duplex.destroy();
        duplex.connectionLost(new ConnectionDone());
        expect(await result).to.be.oneOf([null, undefined]);
        expect(transport.log.slice(1)).to.deep.equal(['a', 'b', 'c', 'unregister', 'lose']);
      }
    });

    it('plainly, gives no more to a transport that is lost or has enough meanwhile', async () => {
      const reason = new ConnectionLost();
      for (const [lose, code] of [
        [({ duplex }: Connected) => duplex.connectionLost(reason), reason.code],
        [({ producer }: Connected) => producer.stopProducing(), 'ERR_PRODUCER_STOPPED'],
      ] as const) {
        const { duplex, transport } = connected();
        const producer = transport.producer!;
        transport.write = (data) => {
          transport.log.push(String(data));
          lose({ duplex, producer });
        };
        producer.pauseProducing();
        const result = new Promise<unknown>((resolve) => duplex.write('a', resolve));
        duplex.write('b');
        duplex.destroy();
        expect(await result).to.have.property('code', code);
        expect(transport.log[1]).to.equal('a');
        expect(transport.log).not.to.include('b');
      }
    });

    it('plainly, as the transport takes a chunk, counts it as written', async () => {
      const { duplex, transport } = connected();
      transport.write = () => void duplex.destroy();
      const result = new Promise<unknown>((resolve) => duplex.write('a', resolve));
      expect(await result).to.be.oneOf([null, undefined]);
      expect(transport.log.slice(1)).to.deep.equal(['unregister', 'lose']);
    });

    it('plainly, as the transport registers it, delivers what was written before', async () => {
      const duplex = new TransportDuplex();
      for (const chunk of 'abc') duplex.write(chunk);
      const transport = new RecordingTransport();
      const register = transport.registerProducer.bind(transport);
      transport.registerProducer = (producer, streaming) => {
        register(producer, streaming);
        duplex.destroy();
      };
      duplex.makeConnection(transport);
      await turn();
      expect(transport.log).to.deep.equal(['register push', 'a', 'b', 'c', 'unregister', 'lose']);
    });

    it('before it was connected, fails what was written', async () => {
      const duplex = new TransportDuplex();
      const result = new Promise<unknown>((resolve) => duplex.write('a', resolve));
      duplex.destroy();
      expect(await result).to.have.property('code', 'ERR_CONNECTION_ABORTED');
    });

    it('plainly, closes a transport once that was closed by the end', () => {
      const { duplex, transport } = connected({}, true);
      duplex.end();
      duplex.destroy();
      expect(transport.log.slice(1)).to.deep.equal(['unregister', 'lose']);
    });

    it('by resetAndDestroy, aborts the connection, and says no error', async () => {
      const { duplex, transport } = connected();
      transport.producer!.pauseProducing();
      const seen = events(duplex, 'error', 'close');
      const result = new Promise<unknown>((resolve) => duplex.write('a', resolve));
      expect(duplex.resetAndDestroy()).to.equal(duplex);
      expect(await result).to.have.property('code', 'ERR_CONNECTION_ABORTED');
      await turn();
      expect(transport.log.slice(1)).to.deep.equal(['unregister', 'abort']);
      expect(seen).to.deep.equal(['close']);
    });

    it('by resetAndDestroy, is destroyed although its transport throws', () => {
      const { duplex, transport } = connected();
      transport.abortConnection = () => {
        throw new Error('not now');
      };
      expect(() => duplex.resetAndDestroy()).to.throw('not now');
      expect(duplex.destroyed).to.equal(true);
    });

    it('by a WritableConsumer that is aborted after its end was asked for, aborts the connection', async () => {
      const { duplex, transport } = connected();
      const consumer = new WritableConsumer(duplex);
      consumer.loseConnection();
      await turn();
      expect(transport.log.at(-1)).to.equal('lose write');
      consumer.abortConnection();
      expect(await consumer.closed).to.be.instanceOf(ConnectionAborted);
      expect(transport.log.at(-1)).to.equal('abort');
      expect(duplex.destroyed).to.equal(true);
    });

    it('plainly, aborts a transport that fails to take the written bytes', async () => {
      const { duplex, transport } = connected();
      transport.producer!.pauseProducing();
      duplex.write('a', () => {});
      transport.write = () => {
        throw new Error('full');
      };
      duplex.destroy();
      expect(await errorOf(duplex)).to.have.property('message', 'full');
      expect(transport.log.slice(1)).to.deep.equal(['unregister', 'abort']);
    });

    it('with an error, closes a transport that can’t abort', () => {
      const { duplex, transport } = connected();
      Object.assign(transport, { abortConnection: undefined });
      duplex.on('error', () => {}).destroy(new Error('broken'));
      expect(transport.log.slice(1)).to.deep.equal(['unregister', 'lose']);
    });

    it('lets the bytes go out if it has finished writing', async () => {
      const { duplex, transport } = connected();
      duplex.end('a');
      await turn();
      duplex.writeConnectionLost();
      await once(duplex, 'finish');
      duplex.destroy();
      expect(transport.log.slice(3)).to.deep.equal(['lose write', 'lose']);
    });

    it('aborts a connection that comes too late', () => {
      const duplex = new TransportDuplex();
      const seen = events(duplex, 'connect');
      duplex.destroy();
      const transport = new RecordingTransport();
      duplex.makeConnection(transport);
      expect(transport.log).to.deep.equal(['abort']);
      expect(seen).to.deep.equal([]);
    });

    it('emits nothing more when the transport calls it', async () => {
      const { duplex } = connected();
      const seen = events(duplex, 'data', 'end', 'finish', 'error');
      await turn(); // It flows from now on.
      duplex.destroy();
      duplex.dataReceived(Buffer.from('x'));
      duplex.readConnectionLost();
      duplex.writeConnectionLost();
      duplex.connectionLost(new ConnectionDone());
      await turn();
      expect(seen).to.deep.equal([]);
    });

    it('before its subclass has set it up, emits no data', async () => {
      class Slow extends TransportDuplex {
        override _construct(callback: () => void): void {
          setImmediate(callback);
        }
      }
      const duplex = new Slow();
      duplex.makeConnection(new RecordingTransport());
      const seen = events(duplex, 'data', 'close');
      duplex.resume();
      duplex.destroy();
      duplex.dataReceived(Buffer.from('x'));
      await once(duplex, 'close');
      expect(seen).to.deep.equal(['close']);
    });

    it('happens when an AbortSignal aborts', async () => {
      const abort = new AbortController();
      const { duplex, transport } = connected({ signal: abort.signal });
      abort.abort();
      expect(await errorOf(duplex)).to.have.property('name', 'AbortError');
      expect(transport.log.at(-1)).to.equal('abort');
    });

    it('reports an error of the transport that no other code would get', async () => {
      const thrown = new Error('abort');
      for (const error of [undefined, new Error('broken')]) {
        const { duplex, transport } = connected();
        transport.abortConnection = transport.loseConnection = () => {
          throw thrown;
        };
        duplex.destroy(error);
        expect(await errorOf(duplex)).to.equal(error ?? thrown);
      }
      expect(logged).to.deep.equal([thrown]);
    });
  });
});
