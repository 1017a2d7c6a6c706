import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  Bucket,
  ConnectionDone,
  DuplexTransport,
  Protocol,
  ShapedTransport,
  type IConsumer,
  type IProtocol,
  type IPushProducer,
  type ITransport,
} from '../../../lib/index.js';
import { families } from '../../support/connection-families.js';
import { Echo } from '../../support/connections.js';
import { numbered } from '../../support/producers.js';
import { readAll } from '../../support/sockets.js';
import { until } from '../../support/until.js';
import { Own, Side, idle } from '../../support/own-protocols.js';

/** Passes everything on, as Twisted's `ProtocolWrapper` does, and shows nothing of its transport. */
class Wrapper extends Protocol implements IConsumer {
  constructor(readonly wrappedProtocol: IProtocol) {
    super();
  }
  override makeConnection(transport: ITransport): void {
    super.makeConnection(transport);
    this.wrappedProtocol.makeConnection(this as unknown as ITransport);
  }
  write(data: Uint8Array): void {
    this.transport.write(data);
  }
  loseConnection(): void {
    this.transport.loseConnection();
  }
  pauseProducing(): void {
    this.transport.pauseProducing();
  }
  resumeProducing(): void {
    this.transport.resumeProducing();
  }
  stopProducing(): void {
    this.transport.loseConnection();
  }
  registerProducer(producer: IPushProducer, streaming: boolean): void {
    this.transport.registerProducer(producer, streaming);
  }
  unregisterProducer(): void {
    this.transport.unregisterProducer();
  }
  override dataReceived(data: Buffer): void {
    this.wrappedProtocol.dataReceived(data);
  }
  override connectionLost(reason: Error): void {
    this.wrappedProtocol.connectionLost(reason);
  }
}

/** `protocol` behind `depth` wrappers. */
function wrap(protocol: IProtocol, depth: number): IProtocol {
  return depth === 0 ? protocol : new Wrapper(wrap(protocol, depth - 1));
}

for (const [family, open] of families) {
  describe(`A close over ${family}`, () => {
    for (const depth of [0, 1, 3]) {
      const where = depth === 0 ? '' : ` behind ${depth} wrappers`;

      it(`does not wait for a protocol${where} that registered itself, and has nothing to be resumed for`, async () => {
        const [ours, peer] = await open();
        const own = new Own(Buffer.from('hello'));
        const transport = new DuplexTransport(ours, { protocol: wrap(own, depth) });
        const received = readAll(peer);
        own.transport.loseConnection();
        expect(String(await received)).to.equal('hello');
        peer.end();
        expect(await transport.closed).to.be.instanceOf(ConnectionDone);
        expect(own.told.filter((told) => told !== 'pause' && told !== 'resume')).to.deep.equal([
          ...['stop', 'ConnectionDone'],
        ]);
      });

      it(`waits for a protocol${where} that is paused, until it was resumed and the event loop has turned`, async () => {
        const [ours, peer] = await open();
        const data = numbered(32 << 20); // More than the operating system ever holds.
        const own = new Own(data);
        own.answers = [Buffer.from('now'), Buffer.from('soon')];
        const transport = new DuplexTransport(ours, { protocol: wrap(own, depth) });
        own.transport.loseConnection();
        await turn();
        expect(own.told).to.deep.equal(['pause']);
        const received = readAll(peer);
        expect((await received).equals(Buffer.concat([data, Buffer.from('nowsoon')]))).to.equal(
          true,
        );
        peer.end();
        expect(await transport.closed).to.be.instanceOf(ConnectionDone);
        expect(own.told).to.deep.equal(['pause', 'resume', 'stop', 'ConnectionDone']);
      });

      for (const by of ['protocol', 'transport'] as const) {
        it(`does not wait for two${where}, each with the other’s ${by} as its producer`, async () => {
          const [a, b] = [new Side(), new Side()];
          [a.other, b.other] = [b, a];
          const [left, client] = await open();
          const [right, server] = await open();
          new DuplexTransport(left, { protocol: wrap(a, depth) });
          new DuplexTransport(right, { protocol: wrap(b, depth) });
          a.transport.registerProducer(by === 'protocol' ? b : b.transport, true);
          b.transport.registerProducer(by === 'protocol' ? a : a.transport, true);
          const data = numbered(1 << 20);
          const received = readAll(server).finally(() => server.end());
          client.resume().end(data);
          expect((await received).equals(data)).to.equal(true);
          await until(() => a.reason !== undefined && b.reason !== undefined);
        });
      }
    }

    it('does not wait for three in a circle, each of which feeds the next', async () => {
      const ends = await Promise.all([open(), open(), open()]);
      const transports = ends.map(([ours]) => new DuplexTransport(ours, { protocol: new Side() }));
      ends.forEach(([, peer]) => peer.resume().on('end', () => peer.end()));
      transports.forEach((transport, i) => {
        (transport.protocol as Side).connectionLost = () => {};
        transport.registerProducer(transports[(i + 1) % 3]!, true);
      });
      transports.forEach((transport) => transport.loseConnection());
      const reasons = await Promise.all(transports.map(({ closed }) => closed));
      expect(reasons.map(({ name }) => name)).to.include('ConnectionDone');
    });

    for (const how of ['loseConnection', 'loseWriteConnection'] as const) {
      it(`does not wait for a transport that is its own producer, to read no faster than it writes: ${how}`, async () => {
        const [ours, peer] = await open();
        const transport = new DuplexTransport(ours, { protocol: new Echo() });
        transport.registerProducer(transport, true);
        peer.write(Buffer.alloc(1_000_000, 1));
        let received = 0;
        peer.on('data', ({ length }: Buffer) => (received += length));
        await until(() => received === 1_000_000);
        peer.on('end', () => peer.end());
        transport[how]();
        expect(await transport.closed).to.be.instanceOf(ConnectionDone);
      });
    }

    it('does not wait for a transport around it that registered with itself', async () => {
      const [ours, peer] = await open();
      const transport = new DuplexTransport(ours, { protocol: new Protocol() });
      const shaped = new ShapedTransport(transport, new Bucket());
      shaped.registerProducer(shaped, true);
      shaped.write(Buffer.from('all of it'));
      const received = readAll(peer);
      shaped.loseConnection();
      expect(String(await received)).to.equal('all of it');
      peer.end();
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    });

    for (const [producer, members] of [
      [
        'an object that feeds its own transport, although it has that as its `transport`',
        (transport: DuplexTransport) => ({ transport }),
      ],
      [
        'a producer that says `disconnected` and is not a transport',
        () => ({ disconnected: true }),
      ],
    ] as const) {
      it(`waits for ${producer}`, async () => {
        const [ours, peer] = await open();
        const transport = new DuplexTransport(ours, { protocol: new Protocol() });
        transport.registerProducer(Object.assign(idle(), members(transport)), true);
        const received = readAll(peer);
        transport.loseConnection();
        for (let i = 0; i < 5; i++) await turn();
        transport.write(Buffer.from('late'));
        transport.unregisterProducer();
        expect(String(await received)).to.equal('late');
        peer.end();
      });
    }

    for (const order of ['before', 'after'] as const) {
      it(`does not wait for a producer whose transport was lost ${order} the close was asked for`, async () => {
        const [first, itsPeer] = await open();
        const [second, peer] = await open();
        const from = new DuplexTransport(first, { protocol: new Protocol() });
        const to = new DuplexTransport(second, { protocol: new Protocol() });
        // Two levels: a protocol whose transport is a wrapper that shows nothing.
        const wrapper = { transport: from, loseConnection: () => from.loseConnection() };
        to.registerProducer(Object.assign(idle(), { transport: wrapper }), true);
        to.write(Buffer.from('hello'));
        const received = readAll(peer);
        if (order === 'after') to.loseConnection();
        itsPeer.resume().end();
        await from.closed;
        if (order === 'before') to.loseConnection();
        expect(String(await received)).to.equal('hello');
        peer.end();
        expect(await to.closed).to.be.instanceOf(ConnectionDone);
      });
    }
  });
}
