/** A TLS socket that the program made itself is given to a transport before its handshake is done. */
import { once } from 'node:events';
import type net from 'node:net';
import tls from 'node:tls';

import { expect } from 'chai';

import { ConnectionDone, ConnectionLost, DuplexTransport } from '../../../lib/index.js';
import { AccumulatingProtocol } from '../../../lib/testing/index.js';
import { certificate } from '../../support/certificate.js';
import { tcpPair } from '../../support/sockets.js';
import { trusting } from '../../support/tls-clients.js';

/** The TLS socket of either end of `raw`. */
const ends = {
  server: (raw: net.Socket) => new tls.TLSSocket(raw, { isServer: true, ...certificate() }),
  client: (raw: net.Socket) => tls.connect({ socket: raw, ...trusting() }),
};

/** Which end is ours, and which is the other. */
const sides = [
  ['server', 'client'],
  ['client', 'server'],
] as const;

describe('A close of a TLS socket before its handshake', () => {
  for (const [own, other] of sides) {
    for (const method of ['loseConnection', 'loseWriteConnection'] as const) {
      for (const isLate of [false, true]) {
        it(`by ${method} of the ${own} waits for it${isLate ? ', if it begins later,' : ''} and ends cleanly`, async () => {
          const raw = await tcpPair();
          const protocol = new AccumulatingProtocol();
          const transport = new DuplexTransport(ends[own](raw[own]), { protocol });
          transport[method]();
          if (isLate) await new Promise(setImmediate);
          const peer = ends[other](raw[other]);
          const heard: string[] = [];
          for (const event of ['secure', 'end', 'error']) peer.on(event, () => heard.push(event));
          peer.resume();
          await once(peer, 'end');
          peer.end();
          expect(heard).to.deep.equal(['secure', 'end']);
          expect(await transport.closed).to.be.instanceOf(ConnectionDone);
        });
      }
    }

    it(`of the ${own} is a loss if the other end hangs up in place of a handshake`, async () => {
      const raw = await tcpPair();
      const protocol = new AccumulatingProtocol();
      const transport = new DuplexTransport(ends[own](raw[own]), { protocol });
      transport.loseConnection();
      raw[other].on('error', () => {}).end();
      expect(await transport.closed).to.be.instanceOf(ConnectionLost);
      raw[other].destroy();
    });
  }
});
