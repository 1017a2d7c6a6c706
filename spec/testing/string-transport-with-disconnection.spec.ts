import { expect } from 'chai';
import sinon from 'sinon';

import { StringTransportWithDisconnection } from '../../lib/testing/string-transport-with-disconnection.js';
import { InvalidStateError } from '../../lib/base/errors.js';
import { ConnectionDone } from '../../lib/twisted/core/errors.js';
import { Protocol } from '../../lib/twisted/core/protocol.js';
import { failure } from '../support/failure.js';
import { loggedErrors } from '../support/logged.js';

describe('StringTransportWithDisconnection', () => {
  const logged = loggedErrors();

  for (const verb of ['loseConnection', 'abortConnection'] as const) {
    it(`tells its protocol once that ${verb} closed it`, () => {
      const transport = new StringTransportWithDisconnection();
      const protocol = new Protocol();
      const connectionLost = sinon.stub(protocol, 'connectionLost').callsFake(() => {
        expect(transport.connected).to.equal(false);
        transport.loseConnection();
      });
      transport.protocol = protocol;
      transport[verb]();
      transport[verb]();
      sinon.assert.calledOnceWithExactly(connectionLost, sinon.match.instanceOf(ConnectionDone));
    });
  }

  it('logs the error of a protocol whose connectionLost is an async function that rejects', async () => {
    const connectionLost = () => Promise.reject(failure);
    const transport = new StringTransportWithDisconnection();
    transport.protocol = Object.assign(new Protocol(), { connectionLost });
    transport.loseConnection();
    await new Promise(setImmediate);
    expect(logged).to.deep.equal([failure]);
  });

  it('refuses to close without a protocol, and stays connected', () => {
    const transport = new StringTransportWithDisconnection();
    expect(() => transport.loseConnection()).to.throw(InvalidStateError);
    expect(transport.connected).to.equal(true);
  });
});
