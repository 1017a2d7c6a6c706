import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';

import { expect } from 'chai';

import { Factory, listen, Protocol } from '../../../lib/index.js';
import { certificate } from '../../support/certificate.js';
import { local, portOf } from '../../support/connections.js';
import { trusting } from '../../support/tls-clients.js';

/** Tells Node from Twisted, for which each of these ends is a `ConnectionLost`. */
describe('TLS whose other end ends TCP, and does not say before that it ends', () => {
  for (const [whose, closes] of [
    ['before ours closes', false],
    ['after ours has closed', true],
  ] as const) {
    it(`is a clean close, ${whose}`, async () => {
      let told: (reason: Error) => void;
      const lost = new Promise<Error>((resolve) => (told = resolve));
      class Heard extends Protocol {
        override dataReceived(data: Buffer): void {
          this.transport.write(data);
          if (closes) this.transport.loseConnection();
          isCut = true;
          onward.end();
        }
        override connectionLost(reason: Error): void {
          told(reason);
        }
      }
      const factory = Factory.forProtocol(Heard);
      const port = await listen(factory, { port: 0, ...local, tls: certificate() });

      // Between the two stands a relay, which can end TCP without a word of TLS.
      let isCut = false;
      const onward = net.connect(portOf(port), '127.0.0.1');
      const relay = net.createServer((socket) => {
        socket.on('error', () => {}); // The client has gone.
        onward.on('data', (data) => socket.write(data));
        socket.on('data', (data) => isCut || onward.write(data));
      });
      await once(relay.listen(0, '127.0.0.1'), 'listening');
      const { port: near } = relay.address() as net.AddressInfo;
      const client = tls.connect({ port: near, host: '127.0.0.1', ...trusting() });
      client.write('hello');

      expect((await lost).name).to.equal('ConnectionDone');
      client.destroy();
      relay.close();
      await port.stopListening();
    });
  }
});
