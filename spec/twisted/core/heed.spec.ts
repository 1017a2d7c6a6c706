import { Buffer } from 'node:buffer';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { BasicProducerConsumerProxy, DuplexTransport, Protocol } from '../../../lib/index.js';
import { StringTransport } from '../../../lib/testing/index.js';
import { heed } from '../../../lib/twisted/core/heed.js';
import { failure } from '../../support/failure.js';
import { loggedErrors, loggedEvents } from '../../support/logged.js';
import { fakeProducer, MemoryDescriptor } from '../../support/memory-descriptor.js';

describe('heed', () => {
  const logged = loggedErrors();

  /** The methods that are called of the object that `make` gives when a callback has rejected. */
  const calledOf = async (make: (told: string[]) => unknown): Promise<string[]> => {
    const told: string[] = [];
    heed(Promise.reject(failure), {}, 'dataReceived', make(told));
    await turn();
    return told;
  };
  /** An object whose `methods` add their names to `told`. */
  const having = (told: string[], ...methods: string[]) =>
    Object.fromEntries(methods.map((method) => [method, () => told.push(method)]));

  it('aborts a transport, or closes a transport that cannot abort, and logs the reason', async () => {
    expect(
      await calledOf((told) => having(told, 'loseConnection', 'abortConnection')),
    ).to.deep.equal(['abortConnection']);
    expect(await calledOf((told) => having(told, 'loseConnection'))).to.deep.equal([
      'loseConnection',
    ]);
    expect(logged).to.deep.equal([failure, failure]);
  });

  it('logs what the transport throws, or rejects with, when it is to close', async () => {
    const second = new Error('Second');
    const closes = [
      () => {
        throw second;
      },
      () => Promise.reject(second),
    ];
    for (const close of closes) {
      heed(Promise.reject(failure), { loseConnection: close }, 'dataReceived');
      heed(Promise.reject(failure), { loseConnection() {}, abortConnection: close }, 'write');
      await turn();
    }
    const twice = [failure, failure, second, second];
    expect(logged).to.have.members([...twice, ...twice]);
  });

  it('finds the transport behind objects that are not transports', async () => {
    const behind = (told: string[]) => ({
      transport: { transport: having(told, 'loseConnection') },
    });
    expect(await calledOf(behind)).to.deep.equal(['loseConnection']);
  });

  it('only logs it where there is no transport', async () => {
    for (const owner of [{}, { transport: null }, undefined]) {
      expect(await calledOf(() => owner)).to.deep.equal([]);
    }
    expect(logged).to.deep.equal([failure, failure, failure]);
  });

  it('does nothing with a value that is not a promise, or with a promise that resolves', async () => {
    const told: string[] = [];
    for (const returned of [undefined, 1, {}, Promise.resolve()]) {
      heed(returned, having(told, 'loseConnection'), 'dataReceived');
    }
    await turn();
    expect(told).to.deep.equal([]);
    expect(logged).to.deep.equal([]);
  });

  describe('names, in the log, the object whose callback has rejected:', () => {
    const events = loggedEvents();
    const rejects = () => Promise.reject(failure) as unknown as undefined;

    it('a producer', async () => {
      class Sensor {
        pauseProducing() {}
        resumeProducing = rejects;
        stopProducing() {}
      }
      new MemoryDescriptor().registerProducer(new Sensor(), false);
      await turn();
      expect(events[0]?.why).to.equal('Sensor: resumeProducing rejected; its connection is lost');
    });

    it('a protocol, by its own name for it', async () => {
      class Echo extends Protocol {
        override connectionMade = rejects;
        override logPrefix() {
          return 'Echo of client 7';
        }
      }
      new Echo().makeConnection(new StringTransport());
      await turn();
      expect(events[0]?.why).to.equal(
        'Echo of client 7: connectionMade rejected; its connection is lost',
      );
    });

    it('the protocol of a transport', async () => {
      class Echo extends Protocol {
        override dataReceived = rejects;
      }
      const stream = new PassThrough();
      const { closed } = new DuplexTransport(stream, { protocol: new Echo() });
      stream.write('data');
      await closed;
      expect(events[0]?.why).to.equal('Echo: dataReceived rejected; its connection is lost');
    });

    it('the consumer of a proxy', async () => {
      class Printer {
        registerProducer() {}
        unregisterProducer() {}
        write = rejects;
      }
      new BasicProducerConsumerProxy(new Printer()).write(Buffer.from('data'));
      await turn();
      expect(events[0]?.why).to.equal('Printer: write rejected; its connection is lost');
    });
  });

  it('loses a FileDescriptor with the reason, once', async () => {
    const descriptor = new MemoryDescriptor();
    heed(Promise.reject(failure), descriptor, 'resumeProducing');
    heed(Promise.reject(failure), { transport: descriptor }, 'dataReceived');
    await turn();
    expect(descriptor.disconnected).to.equal(true);
    expect(descriptor.news()).to.deep.equal([
      'connectionLost Error',
      'removeReader',
      'removeWriter',
    ]);
  });

  it('logs an error that is thrown while the connection is lost', async () => {
    const second = new Error('Second');
    const descriptor = new MemoryDescriptor();
    const stop = () => {
      throw second;
    };
    descriptor.registerProducer(fakeProducer(descriptor, { stop }), true);
    heed(Promise.reject(failure), descriptor, 'pauseProducing');
    await turn();
    expect(logged).to.deep.equal([failure, second]);
    expect(descriptor.connected).to.equal(false);
  });
});
