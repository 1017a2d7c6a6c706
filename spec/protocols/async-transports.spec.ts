/** Transports with methods that are async functions, and fail. */
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { ConnectionDone, DuplexTransport, Factory, Protocol } from '../../lib/index.js';
import {
  Int8StringReceiver,
  LineOnlyReceiver,
  LimitTotalConnectionsFactory,
  LineReceiver,
  NetstringReceiver,
  type Receiver,
  StatefulProtocol,
  StatefulStringProtocol,
  ThrottlingFactory,
  ThrottlingProtocol,
  TimeoutFactory,
  TimeoutMixin,
  WrappingFactory,
} from '../../lib/protocols/index.js';
import { Clock, StringTransport } from '../../lib/testing/index.js';
import { failure } from '../support/failure.js';
import { expectNothingLogged, loggedEvents } from '../support/logged.js';
import { rejection } from '../support/rejection.js';
import { RECEIVER_KINDS } from '../support/receivers.js';

const CLIENT = { type: 'TCP', family: 'IPv4', host: '192.0.2.1', port: 4000 } as const;

/** Rejects each call of one of its methods; its `aborts` count the calls of `abortConnection`. */
function rejecting(method: string | null) {
  const transport = Object.assign(new StringTransport(), { aborts: 0 });
  transport.abortConnection = () => void (transport.aborts += 1);
  if (method === null) return transport;
  return Object.assign(transport, { [method]: () => Promise.reject(failure) });
}

describe('A transport that rejects a call', () => {
  const logged = expectNothingLogged();
  const expectAborted = async (transport: { readonly aborts: number }): Promise<void> => {
    await turn();
    expect(logged.splice(0)).to.deep.equal([failure]);
    expect(transport.aborts).to.equal(1);
  };

  for (const kind of RECEIVER_KINDS) {
    for (const method of ['pauseProducing', 'resumeProducing', 'stopProducing'] as const) {
      it(`is aborted, and the error logged: ${method} of a ${kind.name}`, async () => {
        const transport = rejecting(method);
        const receiver = kind.make(() => undefined);
        receiver.makeConnection(transport);
        receiver[method]();
        await expectAborted(transport);
      });
    }
  }

  class Lines extends LineReceiver {
    override MAX_LENGTH = 1;
  }
  class OnlyLines extends LineOnlyReceiver {
    override MAX_LENGTH = 1;
  }
  class Bytes extends Int8StringReceiver {
    override MAX_LENGTH = 1;
  }
  class Login extends StatefulStringProtocol(NetstringReceiver) {
    proto_init(): string {
      return 'done';
    }
  }
  const closing: Record<string, [new () => Receiver, string]> = {
    'a LineReceiver with a line that is too long': [Lines, 'long\r\n'],
    'a LineOnlyReceiver with such a line': [OnlyLines, 'long\r\n'],
    'an Int8StringReceiver with a string that is too long': [Bytes, '\x04long'],
    'a NetstringReceiver with bytes that are no netstring': [NetstringReceiver, 'long'],
    'a StatefulStringProtocol that is done': [Login, '4:long,'],
  };
  for (const [what, [Class, bytes]] of Object.entries(closing)) {
    it(`is aborted, and the error logged: ${what} closes it`, async () => {
      const transport = rejecting('loseConnection');
      const receiver = new Class();
      receiver.makeConnection(transport);
      receiver.dataReceived(Buffer.from(bytes));
      await expectAborted(transport);
    });
  }

  const sending: Record<string, (transport: StringTransport) => void> = {
    LineReceiver: (transport) => connected(LineReceiver, transport).sendLine(bytes),
    LineOnlyReceiver: (transport) => connected(LineOnlyReceiver, transport).sendLine(bytes),
    Int8StringReceiver: (transport) => connected(Int8StringReceiver, transport).sendString(bytes),
    NetstringReceiver: (transport) => connected(NetstringReceiver, transport).sendString(bytes),
  };
  const bytes = Buffer.from('a');
  function connected<R extends Receiver>(Class: new () => R, transport: StringTransport): R {
    const receiver = new Class();
    receiver.makeConnection(transport);
    return receiver;
  }
  for (const [name, act] of Object.entries(sending)) {
    it(`is aborted, and the error logged: a ${name} writes`, async () => {
      const transport = rejecting('write');
      Object.assign(transport, { writeSequence: () => Promise.reject(failure) });
      act(transport);
      await expectAborted(transport);
    });
  }

  it('is logged: a TimeoutMixin, and a TimeoutProtocol, closes it', async () => {
    const clock = new Clock();
    const timed = new (TimeoutMixin(Protocol))();
    timed.callLater = (period, f) => clock.callLater(period, f);
    timed.makeConnection(rejecting('loseConnection'));
    timed.setTimeout(1);
    const factory = new TimeoutFactory(Factory.forProtocol(Protocol), 1);
    factory.callLater = (period, f) => clock.callLater(period, f);
    factory.buildProtocol(CLIENT)?.makeConnection(rejecting('loseConnection'));
    clock.advance(1);
    await turn();
    expect(logged.splice(0)).to.deep.equal([failure, failure]);
  });
});

describe('A wrapper in front of a transport that rejects a call', () => {
  const logged = expectNothingLogged();
  const built = (factory: WrappingFactory, transport: StringTransport) => {
    const wrapper = factory.buildProtocol(CLIENT) as unknown as StringTransport & Protocol;
    wrapper.makeConnection(transport);
    return wrapper;
  };
  const inner = Factory.forProtocol(Protocol);
  const factories = {
    WrappingFactory: () => new WrappingFactory(inner),
    ThrottlingFactory: () => new ThrottlingFactory(inner),
    TimeoutFactory: () => new TimeoutFactory(inner, null),
  };
  const producer = { pauseProducing() {}, resumeProducing() {}, stopProducing() {} };
  const calls: Record<string, unknown[]> = {
    write: [Buffer.from('a')],
    writeSequence: [[Buffer.from('a')]],
    loseConnection: [],
    registerProducer: [producer, true],
    unregisterProducer: [],
    pauseProducing: [],
    resumeProducing: [],
    stopConsuming: [],
  };
  for (const [name, make] of Object.entries(factories)) {
    for (const [method, args] of Object.entries(calls)) {
      it(`returns the promise to its caller (${name}, ${method})`, async () => {
        const wrapper = built(make(), rejecting(method));
        const { [method]: call } = wrapper as unknown as Record<string, () => unknown>;
        expect(await rejection(Promise.resolve(call?.apply(wrapper, args as [])))).to.equal(
          failure,
        );
      });
    }
  }

  for (const method of ['pauseProducing', 'resumeProducing'] as const) {
    it(`aborts it, and logs the error, if reads are throttled (${method})`, async () => {
      const factory = new ThrottlingFactory(inner);
      const transport = rejecting(method);
      built(factory, transport);
      factory.throttleReads();
      factory.unthrottleReads();
      await turn();
      expect(logged.splice(0)).to.deep.equal([failure]);
      expect(transport.aborts).to.equal(1);
    });

    it(`aborts it, and logs the error, if its producer rejects (${method})`, async () => {
      const factory = new ThrottlingFactory(inner);
      const transport = rejecting(null);
      const rejects = { ...producer, [method]: () => Promise.reject(failure) };
      built(factory, transport).registerProducer(rejects, true);
      factory.throttleWrites();
      factory.unthrottleWrites();
      await turn();
      expect(logged.splice(0)).to.deep.equal([failure]);
      expect(transport.aborts).to.equal(1);
    });
  }
});

describe('A throttled producer', () => {
  const events = loggedEvents();
  for (const [method, why] of [
    ['pauseProducing', /^The sensor: pauseProducing rejected/],
    ['stopProducing', /^stopProducing rejected/],
  ] as const) {
    it(`has its error logged, under its own name if there is any (${method})`, async () => {
      const factory = new ThrottlingFactory(Factory.forProtocol(Protocol));
      const wrapper = new ThrottlingProtocol(factory, new Protocol());
      const transport = new DuplexTransport(new PassThrough(), { protocol: wrapper });
      const rejects = { [method]: () => Promise.reject(failure), logPrefix: () => 'The sensor' };
      const producer = { pauseProducing() {}, resumeProducing() {}, stopProducing() {} };
      wrapper.registerProducer({ ...producer, ...rejects }, true);
      wrapper.write(Buffer.alloc(100_000));
      transport.abortConnection();
      await transport.closed;
      await turn();
      expect(events.map(({ error }) => error)).to.deep.equal([failure]);
      expect(events[0]?.why).to.match(why);
    });
  }
});

describe('A receiver or a factory whose answer is a promise', () => {
  const logged = expectNothingLogged();

  it('refuses it as the first state, and logs its rejection', async () => {
    const protocol = new StatefulProtocol();
    protocol.getInitialState = () => Promise.reject(failure) as never;
    expect(() => protocol.dataReceived(Buffer.from('a')))
      .to.throw(TypeError)
      .with.property('code', 'ERR_INVALID_ARG_TYPE');
    await turn();
    expect(logged.splice(0)).to.deep.equal([failure]);
  });

  it('refuses it as the protocol of one connection too many, and logs its rejection', async () => {
    const factory = LimitTotalConnectionsFactory.forProtocol(Protocol);
    factory.connectionLimit = 0;
    factory.overflowProtocol = (() => Promise.reject(failure)) as never;
    const wrapper = factory.buildProtocol(CLIENT);
    expect(() => wrapper?.makeConnection(new StringTransport())).to.throw(TypeError);
    await turn();
    expect(logged.splice(0)).to.deep.equal([failure]);
  });
});

describe('A wrapping factory with methods that reject', () => {
  const logged = expectNothingLogged();
  const reject = () => Promise.reject(failure) as unknown as void;
  const wrapping = (method: string) =>
    new WrappingFactory(Object.assign(Factory.forProtocol(Protocol), { [method]: reject }));

  for (const method of ['doStart', 'doStop', 'buildProtocol'] as const) {
    it(`logs the error of the factory that it wraps (${method})`, async () => {
      const factory = wrapping(method);
      factory.doStart();
      factory.doStop();
      factory.buildProtocol(CLIENT);
      await turn();
      expect(logged.splice(0)).to.deep.equal([failure]);
    });
  }

  it('logs the error of the factory that it wraps, if it could not start itself', async () => {
    const factory = wrapping('doStop');
    factory.startFactory = () => {
      throw new Error('It cannot start');
    };
    expect(() => factory.doStart()).to.throw('It cannot start');
    await turn();
    expect(logged.splice(0)).to.deep.equal([failure]);
  });

  for (const method of [
    'registerProtocol',
    'unregisterProtocol',
    'registerRead',
    'registerWritten',
  ] as const) {
    it(`logs the error that a wrapper causes (${method})`, async () => {
      const factory = new ThrottlingFactory(Factory.forProtocol(Protocol));
      Object.assign(factory, { [method]: reject });
      const wrapper = factory.buildProtocol(CLIENT);
      wrapper?.makeConnection(rejecting(null));
      wrapper?.dataReceived(Buffer.from('a'));
      if (method === 'registerWritten') {
        (wrapper as unknown as StringTransport).write(Buffer.from('a'));
        (wrapper as unknown as StringTransport).writeSequence([Buffer.from('a')]);
      }
      wrapper?.connectionLost(new ConnectionDone());
      await turn();
      const times = method === 'registerWritten' ? 2 : 1;
      expect(logged.splice(0)).to.deep.equal(Array(times).fill(failure));
    });
  }
});
