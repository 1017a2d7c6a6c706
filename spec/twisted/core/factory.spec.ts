import { once } from 'node:events';
import net from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { connect, Factory, listen, Protocol, type IAddress } from '../../../lib/index.js';
import { assertFactory, protocolOf } from '../../../lib/twisted/core/factory.js';
import { freePort, local, portOf, Recorder } from '../../support/connections.js';
import { loggedEvents } from '../../support/logged.js';
import { until } from '../../support/until.js';

const address: IAddress = { type: 'PIPE' };

describe('Factory', () => {
  const logged = loggedEvents();

  it('is started before its first user counts and stopped after its last, as in Twisted', () => {
    class Counting extends Factory {
      readonly told: string[] = [];
      override startFactory(): void {
        this.told.push(`start ${this.numPorts}`);
      }
      override stopFactory(): void {
        this.told.push(`stop ${this.numPorts}`);
      }
    }
    const factory = new Counting();
    factory.doStart();
    factory.doStart();
    factory.doStop();
    factory.doStop();
    factory.doStop();
    expect(factory.told).to.deep.equal(['start 0', 'stop 0']);
  });

  it('has no user after one stop too many, and starts again with the next user', () => {
    const factory = new Factory();
    factory.doStop();
    expect(factory.numPorts).to.equal(0);
  });

  it('logs a rejection of startFactory or stopFactory, under its name', async () => {
    const failure = new Error('no');
    class Failing extends Factory {
      override startFactory = (): never => Promise.reject(failure) as never;
      override stopFactory = (): never => Promise.reject(failure) as never;
    }
    const factory = new Failing();
    factory.doStart();
    factory.doStop();
    await turn();
    expect(logged).to.deep.equal([
      { error: failure, why: 'Failing: startFactory rejected' },
      { error: failure, why: 'Failing: stopFactory rejected' },
    ]);
  });

  it('has no user more when startFactory throws', () => {
    const factory = new Factory();
    factory.startFactory = () => {
      throw new Error('no');
    };
    expect(() => factory.doStart()).to.throw('no');
    expect(factory.numPorts).to.equal(0);
  });

  it('makes protocols of a class, a function or an arrow function, and is their factory', () => {
    const made = new Protocol();
    for (const maker of [Protocol, () => made, () => new Protocol(), protocolOfAFunction]) {
      const factory = Factory.forProtocol(maker);
      const protocol = factory.buildProtocol(address);
      expect(protocol).to.be.instanceOf(Protocol).and.have.property('factory', factory);
    }
    function protocolOfAFunction(): Protocol {
      return made;
    }
    expect(new Protocol().factory).to.equal(null);
    expect(Object.keys(new Protocol())).to.not.include('factory');
  });

  it('refuses a value that cannot make protocols: forProtocol at once, buildProtocol when it is called', () => {
    let made = 0;
    class Counted extends Factory {
      constructor() {
        super();
        made += 1;
      }
    }
    for (const maker of [undefined, null, new Protocol(), 'Protocol']) {
      expect(() => Counted.forProtocol(maker as never))
        .to.throw(TypeError)
        .with.property('code', 'ERR_INVALID_ARG_TYPE');
    }
    expect(made).to.equal(0);
    const factory = new Factory();
    expect(() => factory.buildProtocol(address))
      .to.throw(Error, 'nor its own `buildProtocol`')
      .with.property('code', 'ERR_INVALID_STATE');
    factory.protocol = {} as never;
    expect(() => factory.buildProtocol(address))
      .to.throw(TypeError)
      .with.property('code', 'ERR_INVALID_ARG_TYPE');
  });

  it('refuses a function that returns no object, before it sets anything', () => {
    for (const none of [undefined, null, 'protocol']) {
      expect(() => Factory.forProtocol(() => none as never).buildProtocol(address))
        .to.throw(TypeError, 'the function must return it')
        .with.property('code', 'ERR_INVALID_ARG_TYPE');
    }
  });

  it('makes its protocols without an argument', () => {
    const given: unknown[][] = [];
    const factory = Factory.forProtocol((...args: unknown[]) => {
      given.push(args);
      return new Protocol();
    });
    factory.buildProtocol(address);
    expect(given).to.deep.equal([[]]);
  });

  describe('asked for the protocol of a connection', () => {
    const building = (built: unknown) =>
      Object.assign(new Factory(), { buildProtocol: () => built });

    it('may give none, and must give a protocol otherwise', () => {
      const protocol = new Protocol();
      expect(protocolOf(building(protocol), address)).to.equal(protocol);
      for (const none of [null, undefined]) {
        expect(protocolOf(building(none), address)).to.equal(null);
      }
      for (const wrong of [{}, 'protocol', false]) {
        expect(() => protocolOf(building(wrong), address))
          .to.throw(TypeError)
          .with.property('code', 'ERR_INVALID_ARG_TYPE');
      }
    });

    it('gives a promise in vain; that it rejects is logged', async () => {
      const failure = new Error('no');
      expect(() => protocolOf(building(Promise.reject(failure)), address)).to.throw(TypeError);
      await turn();
      expect(logged).to.deep.equal([{ error: failure, why: 'Factory: buildProtocol rejected' }]);
    });
  });

  it('is refused if it lacks a method of a factory', () => {
    assertFactory(new Factory());
    for (const method of ['buildProtocol', 'doStart', 'doStop']) {
      const lacking = Object.assign(new Factory(), { [method]: undefined });
      expect(() => assertFactory(lacking))
        .to.throw(TypeError)
        .with.property('code', 'ERR_INVALID_ARG_TYPE');
    }
    for (const wrong of [null, undefined, 'factory']) {
      expect(() => assertFactory(wrong)).to.throw(TypeError);
    }
  });

  describe('that is not a subclass, and has no logPrefix', () => {
    class Own {
      stopped = false;
      buildProtocol(): never {
        throw new Error('cannot');
      }
      doStart() {}
      doStop() {
        this.stopped = true;
      }
      startedConnecting() {}
      clientConnectionFailed() {}
      clientConnectionLost() {}
    }

    it('throws an error that listen logs, under the name of its class', async () => {
      const listening = await listen(new Own(), { port: 0, ...local });
      await once(net.connect(portOf(listening), '127.0.0.1').resume(), 'close');
      await listening.stopListening();
      expect(logged.map(({ why }) => why)).to.deep.equal([
        'Own: no protocol for a connection; it is closed',
      ]);
    });

    it('and by connect', async () => {
      const listening = await listen(Factory.forProtocol(Protocol), { port: 0, ...local });
      const factory = new Own();
      connect(factory, { port: portOf(listening), ...local });
      await until(() => factory.stopped);
      expect(logged.map(({ why }) => why)).to.deep.equal([
        'Own: no protocol for the connection; it is closed',
      ]);
      await listening.stopListening();
    });
  });

  it('without the methods for clients is refused by connect, before anything starts', async () => {
    const port = await freePort();
    const factory = Factory.forProtocol(Protocol);
    expect(() => connect(factory as never, { port, ...local }))
      .to.throw(TypeError, /startedConnecting, clientConnectionFailed, clientConnectionLost/)
      .with.property('code', 'ERR_INVALID_ARG_TYPE');
    const deaf = new Recorder();
    deaf.clientConnectionLost = undefined as never;
    expect(() => connect(deaf, { port, ...local })).to.throw(TypeError);
    expect([factory.numPorts, deaf.told]).to.deep.equal([0, []]);
  });

  it('may have `protocol` as a method, which is called on it', () => {
    const owners: unknown[] = [];
    class Methodical extends Factory {}
    Object.assign(Methodical.prototype, {
      protocol() {
        owners.push(this);
        return new Protocol();
      },
    });
    const factory = new Methodical();
    expect(factory.buildProtocol(address)).to.be.instanceOf(Protocol);
    expect(owners).to.deep.equal([factory]);
  });

  it('of a server is refused by connect with a hint at what makes one of a client', () => {
    for (const wrong of [Factory.forProtocol(Protocol), Protocol]) {
      expect(() => connect(wrong as never, { port: 1, ...local })).to.throw(
        /clientConnectionLost\): ClientFactory\.forProtocol\(P\) makes one of a protocol's class P, or of a function that makes protocols\. Received/,
      );
    }
    expect(() => connect({} as never, { port: 1, ...local })).to.throw(
      /clientConnectionLost\)\. Received/,
    );
  });

  it('is named to a caller that passes a protocol, its class or a function in its place, and to no other', () => {
    const hint =
      "Factory.forProtocol(P) makes one of a protocol's class P, or of a function that makes protocols";
    for (const wrong of [Protocol, new Protocol(), () => new Protocol()]) {
      expect(() => assertFactory(wrong)).to.throw(hint);
    }
    for (const wrong of [null, undefined, {}]) {
      expect(() => assertFactory(wrong)).to.throw(/a Factory\. Received/);
    }
  });
});
