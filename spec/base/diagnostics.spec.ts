/** The two channels, to which any code can subscribe: the events of producers and connections. */
import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { PassThrough } from 'node:stream';

import { expect } from 'chai';

import {
  BasicProducerConsumerProxy,
  Bucket,
  type ConnectionMessage,
  ConnectionAborted,
  ConnectionDone,
  type IConsumer,
  ProducerConsumerProxy,
  type ProducerMessage,
  ProducerReadable,
  Protocol,
  ShapedConsumer,
  WritableConsumer,
} from '../../lib/index.js';
import { loopback, StringTransport } from '../../lib/testing/index.js';
import { ROOT } from '../support/programs.js';
import { until } from '../support/until.js';

const CHANNELS = ['twisted-streams:producer', 'twisted-streams:connection'];

class Sensor {
  pauseProducing() {}
  resumeProducing() {}
  stopProducing() {}
}

describe('The diagnostics channels', () => {
  let heard: (ProducerMessage | ConnectionMessage)[];
  const hear = (message: unknown) => heard.push(message as ProducerMessage);
  beforeEach(() => {
    heard = [];
    for (const name of CHANNELS) subscribe(name, hear);
  });
  afterEach(() => {
    for (const name of CHANNELS) unsubscribe(name, hear);
  });
  const events = () => heard.map(({ event }) => event);

  it('tell of a push producer and its connection, from made to lost', async () => {
    const stream = new PassThrough({ highWaterMark: 1000 });
    const consumer = new WritableConsumer(stream);
    const sensor = new Sensor();
    consumer.registerProducer(sensor, true);
    consumer.write(Buffer.alloc(2000));
    consumer.loseConnection();
    stream.resume();
    await new Promise(setImmediate);
    consumer.unregisterProducer();
    const reason = await consumer.closed;
    expect(reason).to.be.instanceOf(ConnectionDone);
    expect(heard).to.deep.equal([
      { event: 'made', consumer },
      { event: 'registered', consumer, producer: sensor },
      { event: 'paused', consumer, producer: sensor },
      { event: 'closing', consumer },
      { event: 'resumed', consumer, producer: sensor },
      { event: 'unregistered', consumer, producer: sensor },
      { event: 'lost', consumer, reason },
    ]);
  });

  it('tell of each time that a pull producer is asked, and that it is stopped', async () => {
    const stream = new PassThrough();
    const consumer = new WritableConsumer(stream);
    consumer.registerProducer(new Sensor(), false);
    consumer.abortConnection();
    await consumer.closed;
    expect(events()).to.deep.equal(['made', 'registered', 'resumed', 'closing', 'stopped', 'lost']);
    expect(heard.at(-1)).to.have.property('reason').that.is.instanceOf(ConnectionAborted);
  });

  it('tell of the producer of a ProducerReadable', async () => {
    const readable = new ProducerReadable({ highWaterMark: 10 });
    const sensor = new Sensor();
    readable.registerProducer(sensor, true);
    readable.write(Buffer.alloc(10));
    readable.resume();
    await new Promise(setImmediate);
    readable.unregisterProducer();
    new ProducerReadable().destroy();
    for (const message of heard)
      expect(message).to.include({ consumer: readable, producer: sensor });
    expect(events()).to.deep.equal(['registered', 'paused', 'resumed', 'unregistered']);
  });

  for (const make of [
    (consumer: IConsumer) => new ProducerConsumerProxy(consumer),
    (consumer: IConsumer) => new ShapedConsumer(consumer, new Bucket()),
  ]) {
    it(`tell of the producer of a ${make(new StringTransport()).constructor.name}`, () => {
      const transport = new StringTransport();
      const proxy = make(transport);
      const sensor = new Sensor();
      proxy.registerProducer(sensor, true);
      proxy.bufferSize = 10;
      proxy.pauseProducing();
      proxy.outstandingPull = false;
      proxy.write(Buffer.alloc(10));
      proxy.resumeProducing();
      proxy.stopProducing();
      proxy.unregisterProducer();
      for (const message of heard)
        expect(message).to.include({ consumer: proxy, producer: sensor });
      expect(events()).to.deep.equal([
        'registered',
        'paused',
        'resumed',
        'stopped',
        'unregistered',
      ]);
    });
  }

  it('tell of the producer of a BasicProducerConsumerProxy, which passes each call on', () => {
    const proxy = new BasicProducerConsumerProxy(null);
    proxy.pauseProducing();
    proxy.resumeProducing();
    expect(events()).to.deep.equal([]);
    const sensor = new Sensor();
    proxy.registerProducer(sensor, true);
    proxy.registerProducer(sensor, false); // Not another one.
    proxy.pauseProducing();
    proxy.resumeProducing();
    proxy.stopProducing();
    proxy.unregisterProducer();
    for (const message of heard) expect(message).to.include({ consumer: proxy, producer: sensor });
    expect(events()).to.deep.equal(['registered', 'paused', 'resumed', 'stopped', 'unregistered']);
  });

  it('tell of the producer of an end of a loopback', async () => {
    const [server, client] = [new Protocol(), new Protocol()];
    const closed = loopback(server, client);
    const { transport } = server;
    const sensor = new Sensor();
    transport?.registerProducer(sensor, true);
    transport?.write(Buffer.alloc(100_000));
    await until(() => events().includes('resumed'));
    transport?.abortConnection();
    await closed;
    for (const message of heard) {
      expect(message).to.include({ consumer: transport, producer: sensor });
    }
    expect(events()).to.deep.equal(['registered', 'paused', 'resumed', 'stopped']);
  });

  it('tell of a pause, a resume and a stop before the producer is called', async () => {
    const stream = new PassThrough({ highWaterMark: 10 });
    const consumer = new WritableConsumer(stream);
    const lastEvents: (string | undefined)[] = [];
    const note = () => {
      lastEvents.push(events().at(-1));
    };
    consumer.registerProducer(
      { pauseProducing: note, resumeProducing: note, stopProducing: note },
      true,
    );
    consumer.write(Buffer.alloc(10));
    stream.resume();
    await until(() => lastEvents.length === 2);
    consumer.abortConnection();
    await consumer.closed;
    expect(lastEvents).to.deep.equal(['paused', 'resumed', 'stopped']);
  });

  it('are printed where NODE_DEBUG asks for that, with a number for each object', () => {
    const program = `
      import { PassThrough } from 'node:stream';
      import { WritableConsumer } from './lib/index.ts';
      const [first, second] = [1, 2].map(() => new WritableConsumer(new PassThrough()));
      first.registerProducer({ resumeProducing() {}, stopProducing() {} }, false);
      second.loseConnection();
    `;
    const flags = ['--import', 'tsx/esm', '--input-type=module', '--eval', program];
    const print = (debug: string) =>
      spawnSync(process.execPath, flags, {
        cwd: ROOT,
        env: { ...process.env, NODE_DEBUG: debug },
        encoding: 'utf8',
      }).stderr;
    expect(print('twisted-streams')).to.match(
      /Consumer 1: made\n.*Consumer 2: made\n.*1: registered an object 3\n.*1: resumed an object 3\n.*WritableConsumer 2: closing\n.*2: lost, ConnectionDone: Connection was closed/,
    );
    expect(print('')).to.equal('');
  });
});
