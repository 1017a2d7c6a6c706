import { inspect } from 'node:util';

import { expect } from 'chai';

import {
  ClientEndpoint,
  ClientFactory,
  connect,
  Factory,
  listen,
  Protocol,
  ServerEndpoint,
  serverFromString,
} from '../../../lib/index.js';
import { certificate } from '../../support/certificate.js';
import { local, portOf } from '../../support/connections.js';
import { until } from '../../support/until.js';

describe('util.inspect', () => {
  it('shows in a line where a port listens, and whether it does, and no key', async () => {
    const listening = await listen(Factory.forProtocol(Protocol), {
      port: 0,
      ...local,
      tls: certificate(),
    });
    const place = `127.0.0.1:${portOf(listening)}`;
    expect(inspect({ listening })).to.equal(`{ listening: ListeningPort <listens: ${place}> }`);
    await listening.stopListening();
    expect(inspect(listening)).to.equal(`ListeningPort <stopped: ${place}>`);
  });

  it('shows in a line where a connector connects to, and its state, and no key', async () => {
    const factory = ClientFactory.forProtocol(Protocol);
    factory.clientConnectionFailed = () => {};
    const connector = connect(factory, { port: 1, ...local, tls: certificate() });
    expect(inspect(connector)).to.equal('Connector <connecting: 127.0.0.1:1>');
    await until(() => connector.state === 'disconnected');
    expect(inspect(connector)).to.equal('Connector <disconnected: 127.0.0.1:1>');
  });

  it('shows in a line the place of an endpoint, and no key', () => {
    for (const [endpoint, line] of [
      [new ClientEndpoint({ port: 443, tls: certificate() }), 'ClientEndpoint <localhost:443>'],
      [new ClientEndpoint({ port: 80, host: '::1' }), 'ClientEndpoint <[::1]:80>'],
      [new ClientEndpoint({ path: '/run/it' }), 'ClientEndpoint </run/it>'],
      [new ServerEndpoint({ port: 443, tls: certificate() }), 'ServerEndpoint <[::]:443>'],
      [new ServerEndpoint({ path: '/run/it' }), 'ServerEndpoint </run/it>'],
      [new ServerEndpoint({ fd: 3 }), 'ServerEndpoint <fd 3>'],
      [new ServerEndpoint({ port: 80, fd: undefined } as never), 'ServerEndpoint <[::]:80>'],
      [serverFromString('stdio:'), 'ServerEndpoint <stdio>'],
      [serverFromString('tcp:80'), 'ServerEndpoint <0.0.0.0:80>'],
    ] as const) {
      expect(inspect(endpoint)).to.equal(line);
    }
  });
});
