import net from 'node:net';
import vm from 'node:vm';

import { expect } from 'chai';
import sinon from 'sinon';

import {
  CannotListenError,
  ClientEndpoint,
  Factory,
  Protocol,
  TimeoutError,
} from '../../../lib/index.js';
import { connectErrorFor } from '../../../lib/endpoints/sockets/errors.js';
import { freePort, local } from '../../support/connections.js';
import { rejection } from '../../support/rejection.js';

describe('The message of a failed connect', () => {
  const failure = async (place: { host: string; port: number }) =>
    (await rejection(new ClientEndpoint(place).connect(Factory.forProtocol(Protocol)))) as Error;

  it('names the address that refused', async () => {
    const port = await freePort();
    const { message } = await failure({ port, ...local });
    expect(message).to.equal(
      `Connection was refused by the other side: connect ECONNREFUSED 127.0.0.1:${port}`,
    );
  });

  it('names the host that is unknown', async () => {
    const { message } = await failure({ host: 'no-such-host.invalid', port: 1 });
    expect(message).to.match(/^The host's name couldn't be looked up: .*no-such-host\.invalid/);
  });

  it('names them also if the error is of another realm, as those of Node are in Jest', () => {
    const cause = vm.runInNewContext(
      "new AggregateError([new Error('refused by ::1'), new Error('refused by 127.0.0.1')])",
    ) as Error;
    expect(connectErrorFor(cause).message).to.equal(
      'An error occurred while connecting: refused by ::1; refused by 127.0.0.1',
    );
  });

  it('names each address of a host that has several', async () => {
    const addresses = ['::1', '127.0.0.1'];
    const errors = addresses.map((address) => new Error(`connect ECONNREFUSED ${address}:1`));
    const socket = new net.Socket();
    const stub = sinon.stub(net, 'connect').returns(socket);
    const failed = failure({ host: 'localhost', port: 1 });
    await new Promise(setImmediate); // It connects a tick later.
    stub.restore();
    // Node's error for all addresses together has no message of its own.
    socket.destroy(Object.assign(new AggregateError(errors), { code: 'ECONNREFUSED' }));
    expect((await failed).message).to.equal(
      'Connection was refused by the other side: connect ECONNREFUSED ::1:1; connect ECONNREFUSED 127.0.0.1:1',
    );
  });

  it('is that of the error, if that has one of its own, or names no addresses', () => {
    const several = new AggregateError([new Error('refused')], 'none of them');
    const begin = 'An error occurred while connecting: ';
    expect(connectErrorFor(several).message).to.equal(`${begin}none of them`);
    expect(connectErrorFor(new Error('')).message).to.equal(begin);
  });

  it('says that the connection timed out if the system gave it up', () => {
    const cause = Object.assign(new Error('connect ETIMEDOUT'), { code: 'ETIMEDOUT' });
    const error = connectErrorFor(cause);
    expect(error).to.be.instanceOf(TimeoutError).with.property('cause', cause);
    expect(error.message).to.equal('The connection timed out: connect ETIMEDOUT');
  });

  it('says of a timeout that it took too long', () => {
    expect(new TimeoutError().message).to.equal('Connecting took too long');
  });
});

describe('A CannotListenError', () => {
  it('has the code of its cause, if that is an error of Node', () => {
    const codeWith = (cause: unknown) => new CannotListenError('no', { cause }).code;
    expect(codeWith({ code: 'EACCES' })).to.equal('EACCES');
    for (const cause of [null, undefined, 'EACCES', {}, { code: 5 }]) {
      expect(codeWith(cause)).to.equal('ERR_CANNOT_LISTEN');
    }
  });
});
