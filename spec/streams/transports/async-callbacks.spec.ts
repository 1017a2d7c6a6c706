import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  BasicProducerConsumerProxy,
  ClientFactory,
  connect,
  ConsumerWritable,
  DuplexTransport,
  Factory,
  FileSender,
  listen,
  ProcessProtocol,
  ProducerConsumerProxy,
  ProducerReadable,
  Protocol,
  PullToPush,
  ReadableProducer,
  ShapedProtocolFactory,
  FilterByHost,
  spawnProcess,
  StandardIO,
  WritableConsumer,
  type IConsumer,
  type IProtocol,
  type IPushProducer,
} from '../../../lib/index.js';
import { loopback } from '../../../lib/testing/index.js';
import { local, portOf } from '../../support/connections.js';
import { failure } from '../../support/failure.js';
import { loggedErrors } from '../../support/logged.js';
import { rejection } from '../../support/rejection.js';
import { tcpPair } from '../../support/sockets.js';
import { until } from '../../support/until.js';

/** Async functions where a type asks for plain ones: what this is about. */
type Anything = Record<string, (...args: never[]) => unknown>;

describe('a callback that is an async function and rejects', () => {
  const rejects = async (): Promise<never> => {
    await turn();
    throw failure;
  };
  const logged = loggedErrors();

  const idle = (): IPushProducer => ({
    pauseProducing() {},
    resumeProducing() {},
    stopProducing() {},
  });
  /** `object`, whose methods are whatever `changes` has. */
  const having = <T extends object>(object: T, changes: Anything): T =>
    Object.assign(object, changes);

  /** A transport, with another beside it that must not be hurt. */
  const transports = async (protocol: IProtocol) => {
    const first = await tcpPair();
    const second = await tcpPair();
    [first.client, second.client].forEach((client) => client.on('error', () => {}));
    const transport = new DuplexTransport(first.server, { protocol });
    const other = new DuplexTransport(second.server, { protocol: new Protocol() });
    const dispose = () => [first.client, second.client].forEach((client) => client.destroy());
    return { transport, other, peer: first.client, dispose };
  };

  it('of a producer that throws as it is stopped for that, is logged with what it throws', async () => {
    const consumer = new WritableConsumer(new PassThrough());
    const thrown = new Error('stopped');
    const stopProducing = () => {
      throw thrown;
    };
    consumer.registerProducer(having(idle(), { pauseProducing: rejects, stopProducing }), true);
    consumer.write(Buffer.alloc(100_000));
    expect(await consumer.closed).to.equal(failure);
    await turn();
    expect(logged).to.have.members([failure, thrown]);
  });

  const halfCloseable = { readConnectionLost: () => {}, writeConnectionLost: () => {} };
  for (const callback of [
    'connectionMade',
    'makeConnection',
    'dataReceived',
    'readConnectionLost',
    'writeConnectionLost',
  ]) {
    it(`of a protocol (${callback}) loses its connection alone, and is logged once`, async () => {
      const reasons: Error[] = [];
      const protocol = having(new Protocol(), {
        ...halfCloseable,
        connectionLost: (reason: Error) => reasons.push(reason),
        [callback]: rejects,
      });
      const { transport, other, peer, dispose } = await transports(protocol);
      if (callback === 'dataReceived') peer.write('data');
      if (callback === 'readConnectionLost') peer.end();
      if (callback === 'writeConnectionLost') transport.loseWriteConnection();
      expect(await transport.closed).to.equal(failure);
      expect(reasons).to.deep.equal([failure]);
      expect(logged).to.deep.equal([failure]);
      expect(other.connected).to.equal(true);
      dispose();
    });
  }

  it('of a protocol behind a wrapper that returns nothing (connectionMade) does too', async () => {
    const inner = having(new Protocol(), { connectionMade: rejects });
    class Wrapper extends Protocol {
      override connectionMade(): void {
        inner.makeConnection(this as never);
      }
      loseConnection(): void {
        this.transport.loseConnection();
      }
    }
    const { transport, dispose } = await transports(new Wrapper());
    expect(await transport.closed).to.equal(failure);
    expect(logged).to.deep.equal([failure]);
    dispose();
  });

  it('of a protocol (connectionLost) is logged once', async () => {
    const { transport, dispose } = await transports(
      having(new Protocol(), { connectionLost: rejects }),
    );
    transport.loseConnection();
    await until(() => logged.length > 0);
    expect(logged).to.deep.equal([failure]);
    dispose();
  });

  it('of a shaped protocol (dataReceived), of standard input (dataReceived) loses the connection', async () => {
    const Noisy = class extends Protocol {
      override dataReceived = rejects as never;
    };
    const shaped = new ShapedProtocolFactory(
      Noisy,
      new FilterByHost(),
    ) as unknown as new () => Protocol;
    const { transport, peer, dispose } = await transports(new shaped());
    peer.write('data');
    expect(await transport.closed).to.equal(failure);
    dispose();
    const stdin = new PassThrough();
    const stdio = new StandardIO(new Noisy(), { stdin, stdout: new PassThrough() });
    stdin.write('data');
    expect(await stdio.closed).to.equal(failure);
    expect(logged).to.deep.equal([failure, failure]);
  });

  it('is logged with any value that it throws, also when the connection is gone by then', async () => {
    const made = await transports(new Protocol());
    const { transport } = made;
    const protocol = having(new Protocol(), {
      connectionMade: async () => {
        await transport.closed;
        throw 'no error'; // eslint-disable-line @typescript-eslint/only-throw-error -- this is about it.
      },
    });
    protocol.makeConnection(transport);
    transport.loseConnection();
    await until(() => logged.length > 0);
    expect(logged).to.deep.equal(['no error']);
    made.dispose();
  });

  /** Has `consumer` call each method of a push producer, or ask a pull producer. */
  const drive = (consumer: IConsumer, callback: string): void => {
    const producer = having(idle(), { [callback]: rejects });
    consumer.registerProducer(producer, callback !== 'ask' && callback !== 'pulled');
    if (callback !== 'pulled') consumer.write(Buffer.alloc(100));
  };
  const pulled = { resumeProducing: rejects, stopProducing() {} } as unknown as IPushProducer;

  for (const callback of ['pauseProducing', 'resumeProducing']) {
    it(`of a producer (${callback}) loses the connection of its consumer`, async () => {
      const { transport, other, peer, dispose } = await transports(new Protocol());
      peer.resume();
      const small = new WritableConsumer(new PassThrough({ highWaterMark: 10 }).resume());
      for (const consumer of [transport, small]) drive(consumer, callback);
      transport.write(Buffer.alloc(1 << 20)); // More than its buffer takes.
      expect(await transport.closed).to.equal(failure);
      expect(await small.closed).to.equal(failure);
      expect(logged).to.deep.equal([failure, failure]);
      expect(other.connected).to.equal(true);
      dispose();
    });
  }

  it('of a pull producer (resumeProducing) loses the connection, through proxies as well', async () => {
    const through: ((consumer: IConsumer) => IConsumer)[] = [
      (consumer) => consumer,
      (consumer) => new BasicProducerConsumerProxy(consumer),
      (consumer) => new ProducerConsumerProxy(new ProducerConsumerProxy(consumer)),
    ];
    for (const wrap of through) {
      const consumer = new WritableConsumer(new PassThrough());
      const target = wrap(consumer);
      target.registerProducer(pulled, false);
      if (target instanceof BasicProducerConsumerProxy) target.resumeProducing();
      expect(await consumer.closed).to.equal(failure);
    }
    expect(new Set(logged)).to.deep.equal(new Set([failure]));
  });

  it('of a producer (stopProducing) is logged', async () => {
    const { transport, dispose } = await transports(new Protocol());
    transport.registerProducer(having(idle(), { stopProducing: rejects }), true);
    transport.abortConnection();
    await transport.closed;
    transport.registerProducer(having(idle(), { stopProducing: rejects }), true);
    await until(() => logged.length === 2);
    expect(logged).to.deep.equal([failure, failure]);
    dispose();
  });

  it('of a producer destroys a ProducerReadable', async () => {
    for (const [producer, streaming] of [
      [having(idle(), { pauseProducing: rejects }), true],
      [pulled, false],
    ] as const) {
      const readable = new ProducerReadable({ highWaterMark: 1 });
      readable.registerProducer(producer, streaming);
      if (streaming) readable.write(Buffer.alloc(10));
      else readable.resume();
      expect((await once(readable, 'error'))[0]).to.equal(failure);
    }
  });

  it('of a pull producer in a PullToPush is unregistered', async () => {
    let unregistered = 0;
    const streamer: PullToPush = new PullToPush(pulled, {
      unregisterProducer() {
        unregistered += 1;
        streamer.stopStreaming();
      },
    });
    streamer.startStreaming();
    await until(() => unregistered > 0);
    expect(unregistered).to.equal(1);
    expect(logged[0]).to.equal(failure);
  });

  it('of a consumer (write) fails the transfer that writes to it', async () => {
    const consumer = (): IConsumer =>
      having({} as IConsumer, {
        registerProducer: (producer: IPushProducer, streaming: boolean) => {
          if (!streaming) producer.resumeProducing();
        },
        unregisterProducer: () => {},
        write: rejects,
      });
    const file = { read: () => Promise.resolve(Buffer.from('data')) };
    expect(await rejection(new FileSender().beginFileTransfer(file, consumer()))).to.equal(failure);
    const endless = (function* () {
      for (;;) yield Buffer.from('data');
    })();
    expect(await rejection(new ReadableProducer(endless).startProducing(consumer()))).to.equal(
      failure,
    );
    const writable = new ConsumerWritable(consumer());
    const failed = once(writable, 'error');
    writable.write('data');
    await turn();
    await turn();
    writable.write('more');
    expect((await failed)[0]).to.equal(failure);
  });

  it('of a factory is logged, and the connection for which there is no protocol is closed', async () => {
    const server = having(Factory.forProtocol(Protocol), {
      startFactory: rejects,
      buildProtocol: rejects,
      stopFactory: rejects,
    });
    const port = await listen(server, { port: 0, ...local });
    const told: string[] = [];
    const client = having(ClientFactory.forProtocol(Protocol), {
      startFactory: rejects,
      startedConnecting: rejects,
      clientConnectionLost: async () => {
        told.push('lost');
        await rejects();
      },
      stopFactory: async () => {
        told.push('stopped');
        await rejects();
      },
    });
    connect(client, { port: portOf(port), ...local });
    await until(() => told.includes('stopped'));
    await port.stopListening();
    // The error that a promise is not a protocol is logged as well.
    await until(() => logged.filter((error) => error === failure).length === 7);
    expect(told).to.deep.equal(['lost', 'stopped']);
  });

  it('of a process protocol is logged', async () => {
    const told: string[] = [];
    const fails = (callback: string) => () => {
      told.push(callback);
      return rejects();
    };
    const callbacks = [
      'connectionMade',
      'outReceived',
      'outConnectionLost',
      'processExited',
      'processEnded',
    ];
    const protocol = having(
      new ProcessProtocol(),
      Object.fromEntries(callbacks.map((callback) => [callback, fails(callback)])),
    );
    spawnProcess(protocol, 'echo', ['hello']);
    await until(() => told.includes('processEnded'));
    await until(() => logged.length === 5);
    expect(new Set(told)).to.deep.equal(new Set(callbacks));
    expect(new Set(logged)).to.deep.equal(new Set([failure]));
  });

  it('closes a loopback', async () => {
    const protocol = having(new Protocol(), { connectionMade: rejects });
    const lost: Error[] = [];
    const other = having(new Protocol(), { connectionLost: (reason: Error) => lost.push(reason) });
    await loopback(protocol, other);
    expect(lost).to.have.length(1);
    const receiver = having(new Protocol(), { dataReceived: rejects });
    const sender = having(new Protocol(), {});
    sender.connectionMade = () => sender.transport.write(Buffer.from('data'));
    expect(await rejection(loopback(receiver, sender))).to.equal(failure);
  });
});
