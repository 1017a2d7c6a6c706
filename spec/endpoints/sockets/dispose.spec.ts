import { once } from 'node:events';
import net from 'node:net';

import { expect } from 'chai';

import { connect, ConnectionDone, Factory, listen, type Connector } from '../../../lib/index.js';
import { Echo, freePort, local, portOf, Recorder } from '../../support/connections.js';
import { until } from '../../support/until.js';

/** Connects again whatever happens. */
class Stubborn extends Recorder {
  override clientConnectionFailed(connector: Connector, reason: Error): void {
    super.clientConnectionFailed(connector, reason);
    connector.connect();
  }
  override clientConnectionLost(connector: Connector, reason: Error): void {
    super.clientConnectionLost(connector, reason);
    connector.connect();
  }
}

describe('Disposing', () => {
  describe('of a port', () => {
    it('frees it, and leaves alone the connections that stand', async () => {
      const factory = new Recorder();
      factory.buildProtocol = () => new Echo();
      const listening = await listen(factory, { port: 0, ...local });
      const port = portOf(listening);
      const socket = net.connect(port, '127.0.0.1');
      socket.write('before');
      await once(socket, 'data');
      await listening[Symbol.asyncDispose]();
      expect(factory.told).to.deep.equal(['start', 'stop']);
      const [error] = (await once(net.connect(port, '127.0.0.1'), 'error')) as [Error];
      expect(error).to.have.property('code', 'ECONNREFUSED');
      socket.write('after');
      expect(String(((await once(socket, 'data')) as [Buffer])[0])).to.equal('after');
      socket.end();
      await listening[Symbol.asyncDispose]();
    });
  });

  describe('of a connector', () => {
    it('closes its connection, for good, and resolves when the factory has been told', async () => {
      const listening = await listen(Factory.forProtocol(Echo), { port: 0, ...local });
      const factory = new Stubborn();
      factory.buildProtocol = () => new Echo();
      const connector = connect(factory, { port: portOf(listening), ...local });
      await until(() => connector.transport !== null);
      const disposal = connector[Symbol.asyncDispose]();
      expect(connector[Symbol.asyncDispose]()).to.equal(disposal);
      await disposal;
      expect(factory.told).to.deep.equal(['start', 'connecting', 'lost', 'stop']);
      expect(factory.reason).to.be.instanceOf(ConnectionDone);
      connector.connect();
      expect(connector.state).to.equal('disconnected');
      await listening.stopListening();
    });

    it('gives up its attempt, for good', async () => {
      const factory = new Stubborn();
      const connector = connect(factory, { port: 1, ...local });
      await connector[Symbol.asyncDispose]();
      expect(factory.told).to.deep.equal(['start', 'connecting', 'failed', 'stop']);
      expect(connector.state).to.equal('disconnected');
    });

    it('resolves at once where there is neither', async () => {
      const factory = new Recorder();
      const connector = connect(factory, { port: await freePort(), ...local });
      await factory.whenOver;
      await connector[Symbol.asyncDispose]();
      expect(factory.told).to.deep.equal(['start', 'connecting', 'failed', 'stop']);
    });

    for (const when of ['startFactory', 'startedConnecting', 'buildProtocol'] as const) {
      it(`may be done in ${when}`, async () => {
        const listening = await listen(Factory.forProtocol(Echo), { port: 0, ...local });
        const known: { connector?: Connector } = {};
        let disposal: Promise<void> | undefined;
        class Disposing extends Recorder {
          private act(name: typeof when): void {
            if (name === when) disposal ??= known.connector?.[Symbol.asyncDispose]();
          }
          override startFactory(): void {
            super.startFactory();
            this.act('startFactory');
          }
          override startedConnecting(): void {
            super.startedConnecting();
            this.act('startedConnecting');
          }
          override buildProtocol(): Echo {
            this.act('buildProtocol');
            return new Echo();
          }
        }
        const factory = new Disposing();
        const connector = connect(factory, { port: portOf(listening), ...local });
        connector.disconnect();
        known.connector = connector;
        connector.connect();
        await until(() => disposal !== undefined);
        await disposal;
        expect(connector.state).to.equal('disconnected');
        expect([factory.numPorts, factory.told.at(-1)]).to.deep.equal([0, 'stop']);
        await listening.stopListening();
      });
    }
  });
});
