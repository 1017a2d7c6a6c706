import { getEventListeners } from 'node:events';
import net from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import sinon from 'sinon';

import { tlsSide } from '../../../lib/streams/transports/tls-side.js';

/** The resources that keep the process running, this turn of the event loop aside. */
const openResources = () => process.getActiveResourcesInfo().filter((kind) => kind !== 'Immediate');

describe('tlsSide', () => {
  for (const isServer of [true, false]) {
    describe(isServer ? 'for a server' : 'for a client', () => {
      it('refuses the options that node:tls refuses, without an error that no caller could catch', async () => {
        const wrong = [
          null,
          5,
          { key: 'x' },
          { ALPNProtocols: 5 },
          { secureContext: 5 },
          { signal: 5 },
          { handshakeTimeout: '5' },
          { handshakeTimeout: 0 },
          { handshakeTimeout: NaN },
          { handshakeTimeout: 2 ** 31 },
          { handshakeTimeout: Infinity },
          { rejectUnauthorised: false },
          ...(isServer
            ? [{ SNICallback: 5 }, { ALPNCallback: 5 }, { pskCallback: 5 }]
            : [
                { servername: 5 },
                { checkServerIdentity: 5 },
                { highWaterMark: -1 }, // Where the socket of node:tls is only half made.
              ]),
        ];
        for (const options of wrong) {
          expect(() => tlsSide(options as never, isServer)).to.throw();
        }
        for (let count = 0; count < 5; count += 1) await turn(); // An uncaught error fails the spec.
      });

      it('takes good options, calls none of their functions and leaves nothing behind', async () => {
        await turn(); // Mocha's timer runs only then.
        const before = openResources();
        const warnings: Error[] = [];
        const warn = (warning: Error) => warnings.push(warning);
        process.on('warning', warn);
        const { signal } = new AbortController();
        const called: string[] = [];
        const call = (name: string) => (): never => {
          called.push(name);
          throw new Error('called');
        };
        const options = {
          pskCallback: call('psk') as never,
          ciphers: 'PSK',
          checkServerIdentity: call('identity'),
          signal,
        };
        tlsSide({ ...options, handshakeTimeout: 2 ** 31 - 1 }, isServer);
        tlsSide({ signal: AbortSignal.abort() } as object, isServer);
        for (let count = 0; count < 5; count += 1) await turn();
        process.removeListener('warning', warn);
        expect([called, warnings]).to.deep.equal([[], []]);
        expect(getEventListeners(signal, 'abort')).to.have.length(0);
        expect(openResources()).to.deep.equal(before);
      });
    });
  }

  it('destroys the socket on which it has tried the options', () => {
    const destroy = sinon.spy(net.Socket.prototype, 'destroy');
    try {
      for (const isServer of [true, false]) tlsSide({}, isServer);
    } finally {
      destroy.restore();
    }
    const plain = destroy.thisValues.filter((socket: object) => socket.constructor === net.Socket);
    expect(new Set(plain)).to.have.property('size', 2);
  });

  it('knows better than the options which side they are for', () => {
    const SNICallback = 5 as never; // A client has no use for it.
    tlsSide({ SNICallback, isServer: true }, false);
    expect(() => tlsSide({ SNICallback, isServer: false }, true)).to.throw(TypeError);
  });
});
