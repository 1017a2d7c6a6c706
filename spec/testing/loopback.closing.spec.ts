import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import sinon from 'sinon';

import {
  ConnectionAborted,
  ConnectionDone,
  ConnectionLost,
} from '../../lib/twisted/core/errors.js';
import { failure, fails } from '../support/failure.js';
import { loggedErrors } from '../support/logged.js';
import { rejection } from '../support/rejection.js';
import { setUp, fakeProducer } from '../support/noting-protocol.js';

describe('loopback', () => {
  describe('closing', () => {
    const logged = loggedErrors();

    it('waits for the registered producer, though it pushes and is not paused', async () => {
      const { log, server, connect } = setUp();
      const done = connect();
      server.transport.registerProducer(fakeProducer(), true);
      server.transport.loseConnection();
      await turn();
      server.say('last words');
      await turn();
      server.transport.unregisterProducer();
      await done;
      expect(log.slice(2)).to.deep.equal([
        ['client', 'last words'],
        ['server', 'ConnectionDone'],
        ['client', 'ConnectionDone'],
      ]);
    });

    it('does not wait for its own protocol, which is resumed first if it was paused', async () => {
      for (const bytes of [1, 100_000]) {
        const { log, server, connect } = setUp();
        const told: string[] = [];
        const producer = Object.assign(server, {
          pauseProducing: () => told.push('pause'),
          resumeProducing: () => told.push('resume'),
          stopProducing: () => told.push('stop'),
        });
        const done = connect();
        server.transport.registerProducer(producer, true);
        server.transport.write(Buffer.alloc(bytes));
        server.transport.loseConnection();
        await done;
        expect(told).to.deep.equal(bytes === 1 ? ['stop'] : ['pause', 'resume', 'stop']);
        expect(log.slice(-2)).to.deep.equal([
          ['server', 'ConnectionDone'],
          ['client', 'ConnectionDone'],
        ]);
      }
    });

    it('waits for its own protocol if that pulls, and asks it', async () => {
      const { log, server, client, connect } = setUp();
      let left = 3;
      const producer = Object.assign(server, {
        resumeProducing() {
          if (left-- > 0) setImmediate(() => server.say('piece '));
          else server.transport.unregisterProducer();
        },
        stopProducing() {},
      });
      const done = connect();
      server.transport.registerProducer(producer, false);
      server.transport.loseConnection();
      await done;
      expect(client.text).to.equal('piece piece piece ');
      expect(log.at(-1)).to.deep.equal(['client', 'ConnectionDone']);
    });

    it('stops a pull producer after a half close, and asks it no more', async () => {
      const { server, client, connect } = setUp();
      const both = { readConnectionLost() {}, writeConnectionLost() {} };
      Object.assign(server, both);
      Object.assign(client, both);
      const done = connect();
      server.transport.loseWriteConnection();
      await turn();
      const producer = fakeProducer();
      server.transport.registerProducer(producer, false);
      sinon.assert.calledOnce(producer.resumeProducing);
      client.transport.pauseProducing();
      server.transport.loseConnection();
      await done;
      sinon.assert.calledOnce(producer.resumeProducing);
      sinon.assert.calledOnce(producer.stopProducing);
    });

    it('is not changed by an abort that comes after it', async () => {
      const { server, client, connect } = setUp();
      const done = connect();
      server.transport.loseConnection();
      await done;
      client.transport.abortConnection();
      expect(client.transport).to.include({ disconnecting: false, disconnected: true });
    });

    it('is what stopProducing of a transport does: its consumer is lost', async () => {
      const { log, server, connect } = setUp();
      const done = connect();
      await turn();
      server.say('last words');
      server.transport.stopProducing();
      await done;
      expect(log.slice(2)).to.deep.equal([
        ['client', 'last words'],
        ['server', 'ConnectionDone'],
        ['client', 'ConnectionDone'],
      ]);
    });

    it('comes with a callback that rejects, whose error is the reason', async () => {
      const { log, server, client, connect } = setUp();
      server.dataReceived = () => Promise.reject(failure) as unknown as void;
      const done = rejection(connect());
      client.say('a question');
      expect(await done).to.equal(failure);
      expect(server.reason).to.equal(failure);
      expect(client.reason).to.be.instanceOf(ConnectionLost).with.property('cause', failure);
      expect(log).to.have.lengthOf(4); // Each was told once of the connection, and once of its loss.
    });

    it('comes once, though a callback rejects after it, whose error is logged', async () => {
      const { log, server, client, connect } = setUp();
      let reject!: (reason: Error) => void;
      server.dataReceived = () =>
        new Promise((_, rejects) => (reject = rejects)) as unknown as void;
      const done = connect();
      client.say('a question');
      await turn();
      client.transport.loseConnection();
      await done;
      reject(failure);
      await turn();
      expect(logged).to.deep.equal([failure]);
      expect(log).to.have.lengthOf(4);
    });

    it('drops, with an abort, what the other end has written too', async () => {
      for (const aborts of ['server', 'client'] as const) {
        const both = setUp();
        const done = both.connect();
        both.server.say('from the server');
        both.client.say('from the client');
        both[aborts].transport.abortConnection();
        await done;
        expect([both.server.received, both.client.received]).to.deep.equal([[], []]);
      }
    });

    it('comes with an abort at any time', async () => {
      const { server, connect } = setUp();
      const done = connect();
      await turn();
      server.transport.abortConnection();
      expect(server.transport.disconnecting).to.equal(true);
      await done;
      expect(server.reason).to.be.instanceOf(ConnectionAborted);
    });

    for (const closing of ['loseConnection', 'loseWriteConnection'] as const) {
      it(`asks a pull producer once more after ${closing}, so that it can unregister`, async () => {
        const { log, server, connect } = setUp();
        const done = connect();
        const { transport } = server;
        const resumeProducing = sinon.stub();
        resumeProducing.onFirstCall().callsFake(() => transport[closing]());
        resumeProducing.onSecondCall().callsFake(() => transport[closing]());
        resumeProducing.onThirdCall().throws(new Error('asked again for the same close'));
        transport.registerProducer({ ...fakeProducer(), resumeProducing }, false);
        await turn();
        await turn();
        sinon.assert.calledTwice(resumeProducing);
        server.say('last words');
        transport.unregisterProducer();
        await done;
        expect(log.slice(2)).to.deep.equal([
          ['client', 'last words'],
          ['server', 'ConnectionDone'],
          ['client', 'ConnectionDone'],
        ]);
      });
    }

    it('serves an end whose close waits for its producer once in a round, as any other', async () => {
      const { log, server, client, connect } = setUp();
      const done = connect();
      const produce = (end: typeof server, most: number): void => {
        let count = 0;
        const resumeProducing = (): void => {
          end.say(String((count += 1)));
          if (count === most) end.transport.unregisterProducer();
        };
        end.transport.registerProducer({ ...fakeProducer(), resumeProducing }, false);
      };
      produce(server, 2);
      produce(client, 3);
      client.transport.loseConnection();
      await done;
      expect(log.slice(2)).to.deep.equal([
        ['client', '1'],
        ['server', '1'],
        ['client', '2'],
        ['server', '2'],
        ['server', '3'],
        ['server', 'ConnectionDone'],
        ['client', 'ConnectionDone'],
      ]);
    });

    it('does not wait for a producer that is a transport which is over', async () => {
      const [near, far] = [setUp(), setUp()];
      const [nearDone, farDone] = [near.connect(), far.connect()];
      near.server.transport.registerProducer(far.server.transport, true);
      far.server.connectionLost = () => near.server.transport.loseConnection();
      far.client.transport.loseConnection();
      await Promise.all([nearDone, farDone]);
    });

    it('is over for both ends before either is told', async () => {
      const { server, client, connect } = setUp();
      const producer = fakeProducer();
      server.connectionLost = () => {
        client.transport.registerProducer(producer, true);
        client.say('too late');
        server.transport.loseConnection();
        server.transport.abortConnection();
      };
      const done = connect();
      server.transport.loseConnection();
      await done;
      await turn();
      sinon.assert.calledOnce(producer.stopProducing);
      client.transport.loseConnection();
      expect(client.transport).to.include({ connected: false, disconnecting: false });
      expect(server.text).to.equal('');
    });

    it('drops the data under way when an end aborts, and stops the producers', async () => {
      const { server, client, connect } = setUp();
      const producers = [fakeProducer(), fakeProducer()] as const;
      const done = connect();
      server.transport.registerProducer(producers[0], true);
      client.transport.registerProducer(producers[1], true);
      server.say('dropped');
      client.say('dropped');
      client.transport.abortConnection();
      client.say('not sent');
      expect(client.reason).to.equal(undefined);
      await done;
      expect(server.text + client.text).to.equal('');
      expect(client.reason).to.be.instanceOf(ConnectionAborted);
      expect(server.reason).to.be.instanceOf(ConnectionLost).and.not.instanceOf(ConnectionAborted);
      for (const producer of producers) sinon.assert.calledOnce(producer.stopProducing);
    });

    it('ends one half, and goes on with the other, for protocols that can', async () => {
      const { log, server, client, connect } = setUp();
      for (const end of [server, client]) {
        Object.assign(end, {
          readConnectionLost: () => log.push([end.label, 'reads no more']),
          writeConnectionLost: () => log.push([end.label, 'writes no more']),
        });
      }
      const done = connect();
      server.transport.registerProducer(fakeProducer(), true);
      server.transport.loseWriteConnection();
      await turn();
      server.say('last words');
      await turn();
      server.transport.unregisterProducer();
      await turn();
      server.say('not sent');
      client.say('answer');
      await turn();
      client.transport.loseConnection();
      await done;
      expect(log.slice(2)).to.deep.equal([
        ['client', 'last words'],
        ['server', 'writes no more'],
        ['client', 'reads no more'],
        ['server', 'answer'],
        ['server', 'ConnectionDone'],
        ['client', 'ConnectionDone'],
      ]);
    });

    it('stops the producer of an end whose write half has ended', async () => {
      const { server, client, connect } = setUp();
      const producer = fakeProducer();
      Object.assign(client, { readConnectionLost: () => {}, writeConnectionLost: () => {} });
      const done = connect();
      server.transport.loseWriteConnection();
      await turn();
      server.transport.registerProducer(producer, true);
      server.transport.loseConnection();
      await done;
      sinon.assert.calledOnce(producer.stopProducing);
    });

    it('is the end for a protocol that can not go on with one half', async () => {
      const { server, client, connect } = setUp();
      const done = connect();
      server.transport.loseWriteConnection();
      await done;
      expect([server.reason?.name, client.reason?.name]).to.deep.equal([
        'ConnectionDone',
        'ConnectionDone',
      ]);
    });
  });

  describe('failures', () => {
    const logged = loggedErrors();

    const expectServerToFail = async (
      { server, client }: ReturnType<typeof setUp>,
      done: Promise<void>,
    ) => {
      expect(await rejection(done)).to.equal(failure);
      expect(server.reason).to.equal(failure);
      expect(client.reason).to.be.instanceOf(ConnectionLost).with.property('cause', failure);
      expect(logged).to.deep.equal([]);
    };

    it('take the connection down when dataReceived throws', async () => {
      const ends = setUp();
      const producer = fakeProducer();
      ends.server.dataReceived = fails;
      const done = ends.connect();
      ends.client.transport.registerProducer(producer, true);
      ends.client.say('a', 'b');
      await expectServerToFail(ends, done);
      sinon.assert.calledOnce(producer.stopProducing);
    });

    it('take the connection down when a producer throws', async () => {
      const ends = setUp();
      const done = ends.connect();
      const resumeProducing = sinon.stub().onSecondCall().callsFake(fails);
      ends.server.transport.registerProducer({ resumeProducing, stopProducing: () => {} }, false);
      ends.server.say('a');
      await expectServerToFail(ends, done);
      expect(ends.client.text).to.equal('a');
    });

    it('in a callback of a half close end both halves, and no other callback is called', async () => {
      const { log, server, client, connect } = setUp();
      for (const end of [server, client]) {
        const heard = () => log.push([end.label, 'reads no more']);
        Object.assign(end, { readConnectionLost: heard, writeConnectionLost: fails });
      }
      const done = connect();
      server.transport.loseWriteConnection();
      expect(await rejection(done)).to.equal(failure);
      expect(log.slice(2)).to.deep.equal([
        ['server', 'Error'],
        ['client', 'ConnectionLost'],
      ]);
    });

    it('in connectionMade reject, and the client, which was not connected, is told nothing', async () => {
      const { log, server, connect } = setUp();
      server.connectionMade = fails;
      expect(await rejection(connect())).to.equal(failure);
      expect(log).to.deep.equal([['server', 'Error']]);
    });

    it('in connectionMade of the client are told to both', async () => {
      const { server, client, connect } = setUp();
      client.connectionMade = fails;
      expect(await rejection(connect())).to.equal(failure);
      expect(client.reason).to.equal(failure);
      expect(server.reason).to.be.instanceOf(ConnectionLost);
    });

    it('of one end in connectionLost do not keep the other from being told', async () => {
      const { server, client, connect } = setUp();
      server.connectionLost = fails;
      const done = connect();
      client.transport.loseConnection();
      expect(await rejection(done)).to.equal(failure);
      expect(client.reason).to.be.instanceOf(ConnectionDone);
    });

    it('after the first are logged', async () => {
      const { server, client, connect } = setUp();
      const second = new Error('Oops again');
      server.dataReceived = fails;
      client.connectionLost = () => {
        throw second;
      };
      const done = connect();
      client.say('a');
      expect(await rejection(done)).to.equal(failure);
      expect(logged).to.deep.equal([second]);
    });

    it('become ConnectionLost where the value that is thrown is not an error', async () => {
      const { server, client, connect } = setUp();
      server.dataReceived = () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error
        throw 'Oops';
      };
      const done = connect();
      client.say('a');
      expect(await rejection(done)).to.equal('Oops');
      expect(server.reason).to.be.instanceOf(ConnectionLost).with.property('cause', 'Oops');
    });
  });
});
