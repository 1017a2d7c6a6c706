/** What ends when a callback that is an async function rejects. */
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { heed } from '../../../lib/twisted/core/heed.js';
import { failure } from '../../support/failure.js';
import { loggedErrors } from '../../support/logged.js';
import { fakeProducer, MemoryDescriptor } from '../../support/memory-descriptor.js';

describe('heed', () => {
  const logged = loggedErrors();

  /** The methods that are called of the object that `make` gives when a callback has rejected. */
  const calledOf = async (make: (told: string[]) => unknown): Promise<string[]> => {
    const told: string[] = [];
    heed(Promise.reject(failure), make(told), 'dataReceived');
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
