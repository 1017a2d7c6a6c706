import { expect } from 'chai';

import { InvalidArgTypeError, InvalidStateError } from '../../lib/base/errors.js';
import { Protocol } from '../../lib/twisted/core/index.js';
import { NetstringReceiver, StatefulStringProtocol } from '../../lib/protocols/index.js';
import { StringTransport } from '../../lib/testing/index.js';
import { loggedErrors } from '../support/logged.js';

const bytes = (text: string): Buffer => Buffer.from(text);

class Login extends StatefulStringProtocol(NetstringReceiver) {
  readonly heard: string[] = [];
  proto_init(string: Buffer): string {
    this.heard.push(`name ${string.toString()}`);
    return 'password';
  }
  proto_password(string: Buffer): string {
    this.heard.push(`password ${string.toString()}`);
    return 'done';
  }
}

describe('StatefulStringProtocol', () => {
  const logged = loggedErrors();

  it('calls the method of each state, and closes the connection when all is done', () => {
    const transport = new StringTransport();
    const login = new Login();
    login.makeConnection(transport);
    expect(login.state).to.equal('init');
    login.dataReceived(bytes('2:me,'));
    expect(login.state).to.equal('password');
    expect(transport.disconnecting).to.equal(false);
    login.dataReceived(bytes('6:secret,3:too,'));
    expect(login.heard).to.deep.equal(['name me', 'password secret']);
    expect(transport.disconnecting).to.equal(true);
  });

  it('needs no transport', () => {
    const login = new Login();
    login.dataReceived(bytes('2:me,6:secret,'));
    expect(login.state).to.equal('done');
  });

  it('extends a plain Protocol if it is given nothing to extend', () => {
    class Plain extends StatefulStringProtocol() {}
    expect(new Plain()).to.be.instanceOf(Protocol);
  });

  it('can begin in another state, as a field of the subclass', () => {
    class Later extends Login {
      override state = 'password';
    }
    const login = new Later();
    login.dataReceived(bytes('6:secret,'));
    expect(login.heard).to.deep.equal(['password secret']);
  });

  it('drops a string for which there is no method, and logs an error', () => {
    const login = new Login();
    login.state = 'unknown';
    login.dataReceived(bytes('2:me,'));
    expect(logged).to.have.lengthOf(1);
    expect(logged[0]).to.include({ code: 'ERR_METHOD_NOT_IMPLEMENTED' });
    expect(login.state).to.equal('unknown');
  });

  it('does not leave its state when the method throws', () => {
    class Throwing extends Login {
      override proto_init(): string {
        throw new Error('Oops');
      }
    }
    const login = new Throwing();
    expect(() => login.dataReceived(bytes('2:me,'))).to.throw('Oops');
    expect(login.state).to.equal('init');
  });

  it('refuses a promise as a state, and logs its rejection', async () => {
    const oops = new Error('Oops');
    class Async extends Login {
      override proto_init = (): never => Promise.reject(oops) as never;
    }
    const login = new Async();
    expect(() => login.dataReceived(bytes('2:me,'))).to.throw(TypeError);
    expect(login.state).to.equal('init');
    await new Promise(setImmediate);
    expect(logged).to.deep.equal([oops]);
  });

  it('refuses the next string when a method has returned no state', () => {
    class Forgetful extends Login {
      override proto_init = (): never => undefined as never;
    }
    const login = new Forgetful();
    login.dataReceived(bytes('2:me,'));
    expect(() => login.dataReceived(bytes('6:secret,'))).to.throw(
      InvalidArgTypeError,
      'a string, which proto_init() returns',
    );
  });

  it('refuses to be extended itself, as Twisted’s mixin is', () => {
    class Wrong extends (StatefulStringProtocol as unknown as new () => object) {}
    expect(() => new Wrong()).to.throw(InvalidStateError, 'StatefulStringProtocol(Base)');
  });
});
