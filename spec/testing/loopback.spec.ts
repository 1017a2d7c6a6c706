import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import sinon from 'sinon';

import { loopback } from '../../lib/testing/loopback.js';
import { NonStreamingProducer } from '../../lib/testing/non-streaming-producer.js';
import { InvalidArgTypeError } from '../../lib/base/errors.js';
import { ConnectionDone, ProducerAlreadyRegisteredError } from '../../lib/twisted/core/errors.js';
import { FileSender } from '../../lib/twisted/producers/file-sender.js';
import type { IProtocol } from '../../lib/twisted/core/interfaces.js';
import { setUp, fakeProducer } from '../support/noting-protocol.js';
import { rejection } from '../support/rejection.js';

describe('loopback', () => {
  it('delivers each write of an end as a piece, and resolves once both were told of the close', async () => {
    const { log, server, client, connect } = setUp();
    const done = connect();
    server.say('a', 'b');
    client.say('c');
    client.transport.writeSequence([Buffer.from('d'), Buffer.from('e')]);
    client.transport.loseConnection();
    await done;
    expect(log).to.deep.equal([
      ['server', 'made'],
      ['client', 'made'],
      ['client', 'a'],
      ['client', 'b'],
      ['server', 'c'],
      ['server', 'de'],
      ['server', 'ConnectionDone'],
      ['client', 'ConnectionDone'],
    ]);
    expect(server.reason).to.be.instanceOf(ConnectionDone);
  });

  it('refuses a value that is not a protocol, at either end', async () => {
    const { server, client } = setUp();
    expect(await rejection(loopback({} as never, client))).to.be.instanceOf(InvalidArgTypeError);
    expect(await rejection(loopback(server, {} as never))).to.be.instanceOf(InvalidArgTypeError);
  });

  it('asks a pull producer that registers in connectionMade, and has yet to answer, once', async () => {
    const { server, connect } = setUp();
    const producer = fakeProducer();
    server.connectionMade = () => server.transport.registerProducer(producer, false);
    const done = connect();
    await turn();
    sinon.assert.calledOnce(producer.resumeProducing);
    server.transport.unregisterProducer();
    server.transport.loseConnection();
    await done;
  });

  it('takes many bytes after its push producer has unregistered', async () => {
    const { server, client, connect } = setUp();
    const done = connect();
    server.transport.registerProducer(fakeProducer(), true);
    server.transport.unregisterProducer();
    server.transport.write(Buffer.alloc(100_000));
    server.transport.loseConnection();
    await done;
    expect(client.text).to.have.lengthOf(100_000);
  });

  it('delivers nothing of an empty write', async () => {
    const { server, client, connect } = setUp();
    const done = connect();
    server.say('');
    client.transport.writeSequence([]);
    await turn();
    server.transport.loseConnection();
    await done;
    expect([client.received, server.received]).to.deep.equal([[], []]);
  });

  it('pauses a push producer, and no pull producer, once more than 65536 bytes are under way', async () => {
    const { server, client, connect } = setUp();
    const done = connect();
    const producer = { ...fakeProducer(), pauseProducing: sinon.stub() };
    server.transport.registerProducer(producer, true);
    client.transport.pauseProducing();
    server.transport.write(Buffer.alloc(65_536));
    sinon.assert.notCalled(producer.pauseProducing);
    server.transport.write(Buffer.alloc(1));
    sinon.assert.calledOnce(producer.pauseProducing);
    server.transport.unregisterProducer();
    server.transport.registerProducer({ resumeProducing() {}, stopProducing() {} }, false);
    server.transport.write(Buffer.alloc(100_000));
    server.transport.unregisterProducer();
    client.transport.resumeProducing();
    server.transport.loseConnection();
    await done;
    expect(client.received.map(({ length }) => length)).to.deep.equal([65_536, 1, 100_000]);
  });

  it('counts only the bytes that its reader has not taken', async () => {
    const { server, client, connect } = setUp();
    const done = connect();
    const producer = { ...fakeProducer(), pauseProducing: sinon.stub() };
    server.transport.registerProducer(producer, true);
    client.dataReceived = () => client.transport.pauseProducing();
    server.transport.write(Buffer.alloc(60_000));
    server.transport.write(Buffer.alloc(1000));
    await turn(); // The reader takes the first, and not the second.
    server.transport.write(Buffer.alloc(60_000));
    sinon.assert.notCalled(producer.pauseProducing);
    server.transport.unregisterProducer();
    server.transport.abortConnection();
    await done;
  });

  it('refuses a producer that lacks a method, and keeps the registration free', async () => {
    const { server, connect } = setUp();
    const done = connect();
    expect(() => server.transport.registerProducer({} as never, true))
      .to.throw()
      .with.property('code', 'ERR_INVALID_ARG_TYPE');
    server.transport.registerProducer(fakeProducer(), true);
    server.transport.unregisterProducer();
    server.transport.loseConnection();
    await done;
  });

  it('sends small writes together and probes no idle connection unless it is told to', async () => {
    const { server, connect } = setUp();
    const done = connect();
    const { transport } = server;
    expect([transport.getTcpNoDelay(), transport.getTcpKeepAlive()]).to.deep.equal([false, false]);
    transport.loseConnection();
    await done;
  });

  it('has delivered the bytes of connectionMade by the time it returns', () => {
    const { server, client, connect } = setUp();
    server.connectionMade = () => server.say('hello');
    void connect();
    expect(client.text).to.equal('hello');
  });

  it('never calls dataReceived from inside a write', async () => {
    const { log, server, client, connect } = setUp();
    server.dataReceived = () => {
      server.say('answer');
      log.push('server has written');
    };
    const done = connect();
    client.say('question');
    log.push('client has written');
    await turn();
    server.transport.loseConnection();
    await done;
    expect(log.slice(2, 5)).to.deep.equal([
      'client has written',
      'server has written',
      ['client', 'answer'],
    ]);
  });

  it('ends a conversation where one of the two says so', async () => {
    const { server, client, connect } = setUp();
    for (const end of [server, client]) {
      let said = 0;
      end.dataReceived = (data) => {
        end.received.push(data);
        said += 1;
        if (said < 4) end.say(`Hello ${said}. `);
        if (end.text.endsWith('Hello 3. ')) end.transport.loseConnection();
      };
    }
    server.connectionMade = () => server.say('Begin. ');
    await connect();
    expect(server.text).to.equal('Hello 1. Hello 2. Hello 3. ');
    expect(client.text).to.equal('Begin. Hello 1. Hello 2. Hello 3. ');
  });

  it('lets the event loop turn although two protocols talk without end', async () => {
    const { server, client, connect } = setUp();
    for (const end of [server, client]) end.dataReceived = () => end.say('and you?');
    const done = connect();
    client.say('how are you?');
    await turn();
    await turn();
    client.transport.abortConnection();
    await done;
  });

  it('sends a copy, so that its ends share no memory', async () => {
    const { server, client, connect } = setUp();
    void connect();
    const memory = Buffer.from('a');
    server.transport.write(memory);
    memory.fill('x');
    await turn();
    expect(client.text).to.equal('a');
  });

  it('refuses a value that is not bytes', () => {
    const { server, connect } = setUp();
    void connect();
    const text = 'text' as unknown as Buffer;
    expect(() => server.transport.write(text)).to.throw(InvalidArgTypeError);
    expect(() => server.transport.writeSequence([Buffer.from('a'), text])).to.throw(
      InvalidArgTypeError,
    );
  });

  it('gives each protocol a transport that has all a TCP transport has', () => {
    const { server, connect } = setUp();
    void connect();
    const { transport } = server;
    expect(transport.getHost()).to.deep.equal({ type: 'PIPE' });
    expect(transport.getPeer()).to.deep.equal({ type: 'PIPE' });
    transport.setTcpNoDelay(true);
    transport.setTcpKeepAlive(true);
    expect([transport.getTcpNoDelay(), transport.getTcpKeepAlive()]).to.deep.equal([true, true]);
  });

  it('rejects a value that is not a protocol, or the same one twice, and connects neither', async () => {
    const { log, server } = setUp();
    for (const wrong of [{} as IProtocol, server]) {
      const failure: unknown = await loopback(server, wrong).catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(InvalidArgTypeError);
    }
    expect(log).to.deep.equal([]);
  });

  describe('flow control', () => {
    it('asks a pull producer again each time its bytes were delivered', async () => {
      const { server, client, connect } = setUp();
      server.connectionMade = () => {
        server.transport.registerProducer(new NonStreamingProducer(server.transport), false);
        server.transport.loseConnection();
      };
      await connect();
      expect(client.received.map(String)).to.deep.equal([...'0123456789']);
    });

    it('asks until the producer has written everything, and overflows no stack', async () => {
      const { server, client, connect } = setUp();
      let left = 20000;
      client.dataReceived = () => {};
      const resumeProducing = () => {
        server.say('x');
        if (--left === 0) server.transport.unregisterProducer();
      };
      const done = connect();
      server.transport.registerProducer({ resumeProducing, stopProducing: () => {} }, false);
      server.transport.loseConnection();
      await done;
      expect(left).to.equal(0);
    });

    it('pauses a push producer above 64 KiB, and resumes it once all was delivered', async () => {
      const { log, server, client, connect } = setUp();
      client.dataReceived = (data) => log.push(data.length);
      void connect();
      log.length = 0;
      const producer = {
        pauseProducing: () => log.push('pause'),
        resumeProducing: () => log.push('resume'),
        stopProducing: () => log.push('stop'),
      };
      server.transport.registerProducer(producer, true);
      server.transport.write(Buffer.alloc(65536));
      log.push('full, but no more than that');
      server.transport.write(Buffer.alloc(1));
      await turn();
      expect(log).to.deep.equal(['full, but no more than that', 'pause', 65536, 1, 'resume']);
      server.transport.write(Buffer.alloc(1));
      await turn();
      expect(log.slice(5)).to.deep.equal([1]);
    });

    it('pauses a push producer once each time that it fills, as a connection does', async () => {
      const { server, connect } = setUp();
      void connect();
      const producer = fakeProducer();
      server.transport.registerProducer(producer, true);
      for (let times = 1; times <= 2; times++) {
        for (let writes = 0; writes < 3; writes++) server.transport.write(Buffer.alloc(65537));
        sinon.assert.callCount(producer.pauseProducing, times);
        await turn();
        sinon.assert.callCount(producer.resumeProducing, times);
      }
    });

    it('resumes no push producer that it did not pause', async () => {
      const { server, connect } = setUp();
      void connect();
      const producer = fakeProducer();
      server.transport.registerProducer(producer, true);
      server.say('a');
      await turn();
      sinon.assert.notCalled(producer.resumeProducing);
    });

    it('delivers nothing to an end that is paused, and all of it once that is resumed', async () => {
      const { server, client, connect } = setUp();
      client.dataReceived = (data) => {
        client.received.push(data);
        if (client.text === 'a') client.transport.pauseProducing();
      };
      void connect();
      const producer = fakeProducer();
      server.transport.registerProducer(producer, false);
      server.say('a', 'b');
      await turn();
      expect(client.text).to.equal('a');
      sinon.assert.calledOnce(producer.resumeProducing);
      client.transport.resumeProducing();
      await turn();
      expect(client.text).to.equal('ab');
      sinon.assert.calledTwice(producer.resumeProducing);
    });

    it('asks the producer although the last piece paused the end that took it', async () => {
      const { server, client, connect } = setUp();
      client.dataReceived = () => client.transport.pauseProducing();
      void connect();
      const producer = fakeProducer();
      server.transport.registerProducer(producer, false);
      server.say('a');
      await turn();
      sinon.assert.calledTwice(producer.resumeProducing);
    });

    it('asks a producer that has yet to answer no second time', async () => {
      const { server, client, connect } = setUp();
      void connect();
      const producer = fakeProducer();
      server.transport.registerProducer(producer, false);
      server.say('a');
      await turn();
      sinon.assert.calledTwice(producer.resumeProducing);
      client.say('b');
      await turn();
      sinon.assert.calledTwice(producer.resumeProducing);
    });

    it('refuses a second producer', () => {
      const { server, connect } = setUp();
      void connect();
      server.transport.registerProducer(fakeProducer(), true);
      expect(() => server.transport.registerProducer(fakeProducer(), true)).to.throw(
        ProducerAlreadyRegisteredError,
      );
    });

    it('takes a file from a FileSender', async () => {
      const { server, client, connect } = setUp();
      const file = Buffer.from('xyz'.repeat(100) + 'abc'.repeat(100) + '123'.repeat(100));
      let at = 0;
      const sender = new FileSender();
      sender.CHUNK_SIZE = 64;
      client.connectionMade = () => {
        const read = (size: number) => file.subarray(at, (at += size));
        void sender
          .beginFileTransfer({ read }, client.transport, (bytes) => bytes)
          .then(() => client.transport.loseConnection());
      };
      await connect();
      expect(server.text).to.equal(file.toString());
    });
  });
});
