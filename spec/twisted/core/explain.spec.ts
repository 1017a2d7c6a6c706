/** `explain`, and what `util.inspect` shows: why nothing moves. */
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { PassThrough, Writable } from 'node:stream';
import { inspect } from 'node:util';

import { expect } from 'chai';
import * as streamx from 'streamx';

import {
  BasicProducerConsumerProxy,
  Bucket,
  deliverBody,
  DuplexTransport,
  explain,
  Factory,
  FileSender,
  InvalidArgTypeError,
  ProducerConsumerProxy,
  ProducerReadable,
  Protocol,
  ShapedTransport,
  TransportDuplex,
  WritableConsumer,
} from '../../../lib/index.js';
import { type ConsumerState, consumerState } from '../../../lib/twisted/core/explain.js';
import {
  type ProtocolWrapper,
  ThrottlingFactory,
  type ThrottlingProtocol,
  TimeoutFactory,
} from '../../../lib/protocols/index.js';
import { loopback, StringTransport } from '../../../lib/testing/index.js';
import { until } from '../../support/until.js';
import { MemoryDescriptor } from '../../support/memory-descriptor.js';

class Sensor {
  pauseProducing() {}
  resumeProducing() {}
  stopProducing() {}
}

/** A stream that takes nothing, and says so at 1,000 bytes. */
const stuck = () => new WritableConsumer(new PassThrough({ highWaterMark: 1000 }));

/** A consumer of ours, as far as `explain` looks at it. */
const consumerThatTells = (state: ConsumerState) => ({
  registerProducer() {},
  [consumerState]: () => state,
});

describe('explain', () => {
  it('says that a new consumer waits for nothing', () => {
    expect(explain(stuck())).to.equal('open: no producer is registered; nothing is buffered');
  });

  it('says that the producer is paused, how many bytes are buffered, and why', async () => {
    const consumer = stuck();
    consumer.registerProducer(new Sensor(), true);
    expect(explain(consumer)).to.equal('open: producer Sensor may write; nothing is buffered');
    consumer.write(Buffer.alloc(1500));
    await new Promise(setImmediate);
    expect(explain(consumer)).to.equal(
      'open: producer Sensor is paused; 1500 of 1000 bytes wait for drain',
    );
  });

  it('says that a pull producer has not answered', () => {
    const consumer = stuck();
    consumer.registerProducer(new Sensor(), false);
    expect(explain(consumer)).to.equal(
      'open: producer Sensor was asked and has not answered; nothing is buffered',
    );
  });

  it('names the producer that a close waits for', async () => {
    const consumer = stuck();
    new FileSender().beginFileTransfer(process.execPath, consumer).catch(() => {});
    consumer.loseConnection();
    await until(() => consumer.writableLength > 0);
    expect(explain(consumer)).to.match(
      /^closing: waits for FileSender to unregister.*; \d+ of 1000 bytes wait for drain$/,
    );
    consumer.abortConnection();
    expect(explain(consumer)).to.match(/^aborting/);
    await consumer.closed;
    expect(explain(consumer)).to.match(/^lost: ConnectionAborted, Connection was aborted/);
  });

  it('calls a producer without a class of its own "its producer"', () => {
    const consumer = stuck();
    consumer.registerProducer({ resumeProducing() {}, stopProducing() {} }, false);
    consumer.loseConnection();
    expect(explain(consumer)).to.match(/^closing: waits for its producer to unregister, which was/);
  });

  it('says that everything is sent and the stream has not finished yet', async () => {
    const consumer = new WritableConsumer(new Writable({ write() {} })); // It never calls back.
    consumer.write(Buffer.alloc(500));
    consumer.loseConnection();
    await new Promise(setImmediate);
    expect(explain(consumer)).to.match(/^closing: .*waits for the stream to finish$/);
  });

  it('says that a stream which does not tell its length waits for drain', async () => {
    const consumer = new WritableConsumer(new streamx.Writable({ write() {} }));
    consumer.registerProducer(new Sensor(), true);
    expect(explain(consumer)).to.equal('open: producer Sensor may write; nothing is buffered');
    consumer.write(Buffer.alloc(100_000));
    await until(() => explain(consumer) === 'open: producer Sensor is paused; waits for drain');
  });

  it('counts objects in object mode', () => {
    const consumer = new WritableConsumer<object>(
      new PassThrough({ objectMode: true, highWaterMark: 2 }),
    );
    consumer.write({});
    expect(explain(consumer)).to.equal(
      'open: no producer is registered; 1 of 2 objects are buffered',
    );
  });

  it('says that the reader of a ProducerReadable reads no further', () => {
    const readable = new ProducerReadable({ highWaterMark: 10 });
    expect(explain(readable)).to.equal('open: no producer is registered; nothing is buffered');
    readable.registerProducer(new Sensor(), true);
    readable.write(Buffer.alloc(10));
    expect(explain(readable)).to.equal(
      'open: producer Sensor is paused; 10 of 10 bytes wait for the reader',
    );
    readable.unregisterProducer();
    expect(explain(readable)).to.equal('ended: 10 of 10 bytes wait for the reader');
    readable.destroy();
    expect(explain(readable)).to.equal('lost');
  });

  it("knows Twisted's own kind of descriptor, and any other consumer by its fields", () => {
    expect(explain(new MemoryDescriptor())).to.match(/^open: no producer/);
    const transport = new StringTransport();
    transport.loseConnection();
    expect(explain(transport)).to.match(/^closing/);
  });

  it("does not say that an unknown consumer asks a pull producer: a test's asks none", () => {
    const transport = new StringTransport();
    transport.registerProducer(new Sensor(), false);
    expect(explain(transport)).to.equal('open: producer Sensor waits to be asked');
  });

  /** How a consumer that isn't ours stands, with `fields`. */
  const ofAnother = (fields: object) =>
    explain({ registerProducer() {}, unregisterProducer() {}, write() {}, ...fields });

  it('reads the producer of an unknown consumer', () => {
    const told = (more: object) => ofAnother({ producer: new Sensor(), ...more });
    expect(told({ streamingProducer: true })).to.equal('open: producer Sensor may write');
    expect(told({ streaming: true })).to.equal('open: producer Sensor may write');
    expect(told({ transport: new StringTransport() })).to.match(/^open: producer Sensor/);
    expect(told({ streamingProducer: false, streaming: true })).to.equal(
      'open: producer Sensor waits to be asked',
    );
    expect(told({ producerPaused: true })).to.equal('open: producer Sensor is paused');
    expect(told({ disconnecting: true })).to.equal('closing: waits for Sensor to unregister');
    expect(ofAnother({ producer: {}, streaming: true })).to.equal('open: its producer may write');
    expect(ofAnother({ producer: null })).to.equal('open: no producer is registered');
    expect(ofAnother({ producer: null, disconnecting: true })).to.equal('closing');
    expect(ofAnother({})).to.equal('open');
  });

  it('names the cause for which a connection was lost, if it has one', async () => {
    const stream = new PassThrough();
    const consumer = new WritableConsumer(stream);
    stream.destroy(new Error('read ECONNRESET'));
    await consumer.closed;
    const lost =
      'lost: ConnectionLost, Connection to the other side was lost in a non-clean fashion.';
    expect(explain(consumer)).to.equal(`${lost} (read ECONNRESET)`);
    const other = new WritableConsumer(new PassThrough());
    other.abortConnection();
    await other.closed;
    expect(explain(other)).to.not.contain('(');
  });

  it('says that a socket has yet to connect', async () => {
    const server = createServer((accepted) => accepted.resume()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const transport = new DuplexTransport(socket, { protocol: new Protocol() });
    expect(explain(transport)).to.contain('waits for the connection');
    transport.write(Buffer.from('abc'));
    expect(explain(transport)).to.match(/3 of \d+ bytes wait for the connection/);
    await once(socket, 'connect');
    expect(explain(transport)).to.not.contain('the connection');
    transport.loseConnection();
    server.close();
    await transport.closed;
  });

  it('distinguishes a lost connection from one that was never made', () => {
    expect(ofAnother({ connected: false })).to.equal('not connected');
    expect(ofAnother({ connected: true })).to.equal('open');
    const lost = { connected: false, disconnected: true, producer: new Sensor() };
    expect(ofAnother(lost)).to.equal('lost');
  });

  it('distinguishes a requested half close from a complete one', () => {
    const descriptor = new MemoryDescriptor();
    descriptor.say('abc');
    const stands = () => explain(descriptor).replace(/:.*/, '');
    expect(explain(descriptor)).to.equal(
      'open: no producer is registered; 3 of 65536 bytes are buffered',
    );
    descriptor.loseWriteConnection();
    expect(stands()).to.equal('half closing');
    descriptor.run();
    expect(stands()).to.equal('half closed');
    descriptor.loseConnection();
    expect(stands()).to.equal('lost');
  });

  it('says nothing of the producer of a connection that is being aborted', () => {
    const stand = { producer: new Sensor(), streaming: true };
    const standsAs = (state: string) => explain(consumerThatTells({ ...stand, state }));
    expect(standsAs('aborting')).to.equal('aborting');
    expect(standsAs('open')).to.equal('open: producer Sensor may write');
  });

  it('leaves out the limit of a buffer that has none', () => {
    const stand = { state: 'open', buffered: 7 };
    expect(explain(consumerThatTells(stand))).to.equal('open: 7 bytes are buffered');
  });

  it('explains a transport that takes no producer', () => {
    expect(explain({ connected: true, disconnecting: true, loseConnection() {} })).to.equal(
      'closing',
    );
  });

  it('explains the transport of a protocol, also behind wrappers', () => {
    const factory = new TimeoutFactory(Factory.forProtocol(Protocol), null);
    const wrapper = factory.buildProtocol({ type: 'PIPE' }) as ProtocolWrapper;
    const stream = new PassThrough({ highWaterMark: 1000 });
    const transport = new DuplexTransport(stream, { protocol: wrapper });
    transport.pauseProducing();
    transport.registerProducer(new Sensor(), true);
    wrapper.write(Buffer.alloc(1500));
    const said =
      'open: producer Sensor is paused; 1500 of 1000 bytes are buffered; reading is paused';
    expect(explain(transport)).to.equal(said);
    expect(explain(wrapper)).to.equal(said);
    expect(explain(wrapper.wrappedProtocol!)).to.equal(said);
  });

  it('says that the protocol has paused the reading', async () => {
    const stream = new PassThrough();
    const transport = new DuplexTransport(stream, { protocol: new Protocol() });
    transport.pauseProducing();
    expect(explain(transport)).to.equal(
      'open: no producer is registered; nothing is buffered; reading is paused',
    );
    transport.resumeProducing();
    expect(explain(transport)).not.to.include('reading');
    transport.pauseProducing();
    transport.loseConnection();
    expect(explain(transport)).not.to.include('reading'); // It reads, and discards.
    transport.abortConnection();
    await transport.closed;
    expect(explain(transport)).to.match(/^lost: /);
  });

  for (const [what, value] of [
    ['null', null],
    ['an object', {}],
    ['a class', WritableConsumer],
    ['a producer', new FileSender()],
    ['a stream', new PassThrough()],
    ['a protocol that has no transport yet', new Protocol()],
    ['a TransportDuplex that has no transport yet', new TransportDuplex()],
  ] as const) {
    it(`refuses ${what}, because it knows nothing about that`, () => {
      expect(() => explain(value as never))
        .to.throw(InvalidArgTypeError, 'a consumer, or a protocol that has a transport')
        .with.property('code', 'ERR_INVALID_ARG_TYPE');
    });
  }
});

describe('explain, of what stands in front of a consumer,', () => {
  it('says what the producer of a proxy may do, and how much waits for the consumer', () => {
    for (const Proxy of [BasicProducerConsumerProxy, ProducerConsumerProxy]) {
      const proxy = new Proxy(new StringTransport());
      const { full } = proxy[consumerState]();
      const [of, none] = [full === undefined ? '' : ` of ${full}`, 'nothing is buffered'];
      expect(explain(proxy)).to.equal(`open: no producer is registered; ${none}`);
      proxy.registerProducer(new Sensor(), true);
      expect(explain(proxy)).to.equal(`open: producer Sensor may write; ${none}`);
      proxy.pauseProducing();
      proxy.write(Buffer.alloc(5));
      expect(explain(proxy)).to.include(`; 5${of} bytes wait for the consumer`);
      proxy.stopProducing();
      expect(explain(proxy)).to.equal('lost');
    }
  });

  it('names the producer for which another object has registered', () => {
    const factory = new ThrottlingFactory(Factory.forProtocol(Protocol));
    const wrapper = factory.buildProtocol({ type: 'PIPE' }) as ThrottlingProtocol;
    const duplex = new TransportDuplex().on('error', () => {});
    const [throttled, bridged, shaped] = [wrapper, duplex, undefined].map(
      (protocol) => new DuplexTransport(new PassThrough(), { protocol }),
    ) as [DuplexTransport, DuplexTransport, DuplexTransport];
    wrapper.registerProducer(new Sensor(), true);
    duplex.write(Buffer.alloc(1));
    new ShapedTransport(shaped, new Bucket());
    for (const [transport, name] of [
      [throttled, 'Sensor'],
      [bridged, 'TransportDuplex'],
      [shaped, 'ShapedTransport'],
    ] as const) {
      expect(explain(transport)).to.include(`producer ${name} `);
      expect(() => transport.registerProducer(new FileSender(), false)).to.throw(
        `because producer ${name} was never unregistered`,
      );
      transport.abortConnection();
    }
  });

  it('says that the pull producer of a proxy waits, because a proxy asks only when it is asked', () => {
    const proxy = new BasicProducerConsumerProxy(new StringTransport());
    proxy.registerProducer(new Sensor(), false);
    expect(explain(proxy)).to.include('producer Sensor waits to be asked');
  });

  it('says that a ShapedTransport is lost, although its transport does not tell why', () => {
    const transport = new StringTransport();
    const shaped = new ShapedTransport(transport, new Bucket());
    shaped.pauseProducing();
    transport.abortConnection();
    expect(explain(shaped)).to.equal('lost');
  });

  it('says what the transport of a ShapedTransport waits for, once the bucket has let all through', async () => {
    const transport = new DuplexTransport(new PassThrough({ highWaterMark: 1000 }));
    const shaped = new ShapedTransport(transport, new Bucket());
    shaped.write(Buffer.alloc(1500));
    shaped.loseConnection();
    await until(() => transport.disconnecting && transport.producer === null);
    expect(explain(shaped)).to.equal('closing: 1500 of 1000 bytes wait for drain');
  });

  it('says that bytes wait for a bucket, and that a ShapedTransport does not read', async () => {
    const bucket = Object.assign(new Bucket(), { maxburst: 10, rate: 1 });
    const stream = new PassThrough();
    stream.resume();
    const transport = new DuplexTransport(stream);
    const shaped = new ShapedTransport(transport, bucket);
    shaped.registerProducer(new Sensor(), true);
    expect(explain(shaped)).to.equal('open: producer Sensor may write; nothing is buffered');
    shaped.bufferSize = 900;
    shaped.write(Buffer.alloc(1010));
    shaped.pauseProducing();
    const [paused, waits] = ['producer Sensor is paused', '1000 of 900 bytes wait for'];
    const unread = 'reading is paused';
    expect(explain(shaped)).to.equal(`open: ${paused}; ${waits} the consumer; ${unread}`);
    shaped.unregisterProducer();
    shaped.loseConnection();
    const state = `closing: ${waits} the bucket; ${unread}`; // Once the transport has asked again.
    await until(() => explain(shaped) === state);
    expect(inspect(shaped)).to.equal(`ShapedTransport <${state}>`);
    shaped.abortConnection();
    expect(explain(shaped)).to.equal('aborting: nothing is buffered');
    await transport.closed;
    expect(explain(shaped)).to.equal(explain(transport)).and.include('ConnectionAborted');
  });
});

describe('util.inspect', () => {
  it('shows a consumer in one line, with the name of its class', () => {
    class Upload extends WritableConsumer {}
    expect(inspect(new Upload(new PassThrough()))).to.equal(
      'Upload <open: no producer is registered; nothing is buffered>',
    );
  });

  it('shows the transport of a test in one line', () => {
    expect(inspect(new StringTransport())).to.equal(
      'StringTransport <open: no producer is registered>',
    );
    const server = new Protocol();
    loopback(server, new Protocol()).catch(() => {});
    server.transport?.write(Buffer.from('hi'));
    server.transport?.pauseProducing();
    expect(inspect(server.transport)).to.equal(
      'LoopbackTransport <open: no producer is registered; 2 bytes are buffered; reading is paused>',
    );
  });

  it('shows the transport of a body in one line', () => {
    class Reader extends Protocol {}
    const reader = new Reader();
    deliverBody(new PassThrough(), reader);
    expect(inspect(reader.transport)).to.equal('BodyTransport <open>');
    reader.transport?.pauseProducing();
    expect(inspect(reader.transport)).to.equal('BodyTransport <open: reading is paused>');
    reader.transport?.resumeProducing();
    expect(explain(reader)).to.equal('open');
    reader.transport?.loseConnection();
    expect(explain(reader)).to.equal('closing');
  });
});
