import { once } from 'node:events';
import net from 'node:net';

import { expect } from 'chai';

import { type ListeningPort, listen } from '../../../lib/endpoints/sockets/index.js';
import {
  LimitConnectionsByPeer,
  ThrottlingFactory,
  TimeoutFactory,
  WrappingFactory,
} from '../../../lib/protocols/policies/index.js';
import { Clock } from '../../../lib/testing/clock.js';
import {
  ConnectionDone,
  Factory,
  type IProtocolFactory,
  Protocol,
} from '../../../lib/twisted/core/index.js';
import { FileSender } from '../../../lib/twisted/producers/index.js';
import { Echo, local, portOf } from '../../support/connections.js';
import { readAll } from '../../support/sockets.js';
import { until } from '../../support/until.js';

describe('The policies, over sockets', () => {
  let port: ListeningPort | undefined;
  afterEach(() => port?.stopListening());

  /** A client of `factory`. */
  const client = async (factory: IProtocolFactory): Promise<net.Socket> => {
    port ??= await listen(factory, { port: 0, ...local });
    return net.connect({ port: portOf(port), host: local.host, allowHalfOpen: true });
  };
  afterEach(() => (port = undefined));

  it('pass on that the other end has ended its half, to a protocol that can go on', async () => {
    class Answering extends Protocol {
      received = '';
      override dataReceived(data: Buffer): void {
        this.received += data.toString();
      }
      readConnectionLost(): void {
        this.transport.write(Buffer.from(this.received.toUpperCase()));
        this.transport.loseConnection();
      }
      writeConnectionLost(): void {}
    }
    const factory = new TimeoutFactory(new WrappingFactory(Factory.forProtocol(Answering)), 60);
    const socket = await client(factory);
    socket.end('question');
    expect((await readAll(socket)).toString()).to.equal('QUESTION');
    await until(() => factory.protocols.size === 0);
  });

  it('close idle connections', async () => {
    const factory = new TimeoutFactory(Factory.forProtocol(Echo), 0.01);
    const socket = await client(factory);
    socket.resume();
    await once(socket, 'end');
    socket.end();
    await until(() => factory.protocols.size === 0);
  });

  it('uncount every connection, also those that are reset as soon as they are made', async () => {
    const factory = new LimitConnectionsByPeer(Factory.forProtocol(Echo));
    factory.maxConnectionsPerPeer = 1000;
    const sockets = await Promise.all(Array.from({ length: 60 }, () => client(factory)));
    await Promise.all(
      sockets.map(async (socket, i) => {
        socket.on('error', () => {}).resume();
        await once(socket, 'connect');
        if (i % 3 === 0) socket.end('bye');
        else socket.resetAndDestroy();
        await once(socket, 'close');
      }),
    );
    await until(() => factory.peerConnections.size === 0);
    expect(factory.protocols.size).to.equal(0);
  });

  /** A factory that throttles by a clock of its own. */
  class Throttling extends ThrottlingFactory {
    readonly clock = new Clock();
    override callLater(period: number, f: () => unknown) {
      return this.clock.callLater(period, f);
    }
  }

  it('let a transfer rest, and lose none of it', async () => {
    const content = Buffer.alloc(2_000_000, 'abcdefgh');
    let rests = 0;
    let writtenAtRest = 0;
    let reason: Error | undefined;
    class Watched extends Throttling {
      override throttleWrites(): void {
        rests += 1;
        super.throttleWrites();
      }
      override registerWritten(length: number): void {
        super.registerWritten(length);
        if (this.unthrottleWritesID !== null) writtenAtRest += length;
        // A second passes with each so many bytes, in the midst of the write.
        else if (this.writtenThisSecond > 300_000) this.clock.advance(1);
      }
    }
    class Serving extends Protocol {
      override connectionMade(): void {
        let sent = 0;
        const read = (size: number) => content.subarray(sent, (sent += size));
        void new FileSender()
          .beginFileTransfer({ read }, this.transport)
          .then(() => this.transport.loseConnection());
      }
      override connectionLost(why: Error): void {
        reason = why;
      }
    }
    const factory = new Watched(Factory.forProtocol(Serving), 10, null, 100_000);
    const socket = await client(factory);
    const pace = setInterval(() => {
      if (factory.unthrottleWritesID !== null) factory.clock.advance(0.5);
    }, 1);
    const received = await readAll(socket);
    clearInterval(pace);
    expect(received.equals(content)).to.equal(true);
    expect(rests).to.be.above(4);
    expect(writtenAtRest).to.equal(0);
    socket.end();
    await until(() => reason !== undefined);
    expect(reason).to.be.instanceOf(ConnectionDone);
  });

  it('close the connection of a protocol that has registered itself, and never unregisters', async () => {
    class Careful extends Protocol {
      override connectionMade(): void {
        this.transport.registerProducer(this, true);
        this.transport.write(Buffer.from('bye'));
        this.transport.loseConnection();
      }
      pauseProducing(): void {}
      resumeProducing(): void {}
      stopProducing(): void {}
    }
    const factory = new Throttling(new WrappingFactory(Factory.forProtocol(Careful)), 10, 10, 10);
    const socket = await client(factory);
    expect((await readAll(socket)).toString()).to.equal('bye');
    socket.end();
    await until(() => factory.connectionCount === 0);
    expect(factory.clock.getDelayedCalls()).to.deep.equal([]);
  });
});
