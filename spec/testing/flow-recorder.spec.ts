/** `FlowRecorder`: what a flow did, for a picture or a test. */
import { Buffer } from 'node:buffer';
import { PassThrough } from 'node:stream';

import { expect } from 'chai';
import sinon from 'sinon';

import {
  ConnectionDone,
  DuplexTransport,
  Factory,
  ProcessProtocol,
  ProducerReadable,
  Protocol,
  spawnProcess,
  WritableConsumer,
} from '../../lib/index.js';
import { ThrottlingFactory, TimeoutFactory } from '../../lib/protocols/index.js';
import { FlowRecorder } from '../../lib/testing/index.js';

const PIPE = { type: 'PIPE' } as const;

class Sensor {
  pauseProducing() {}
  resumeProducing() {}
  stopProducing() {}
}

describe('FlowRecorder', () => {
  it('records the standard input of a process', async () => {
    const child = spawnProcess(new ProcessProtocol(), 'sleep', ['30']); // It reads nothing.
    const recorder = new FlowRecorder(child);
    expect(recorder.highWaterMark).to.be.above(0);
    child.registerProducer(new Sensor(), true);
    for (let i = 0; i < 100; i++) child.write(Buffer.alloc(10_000));
    child.signalProcess('KILL');
    await child.closed;
    const events = recorder.events.map(({ event }) => event);
    expect(events).to.deep.equal(['registered', 'paused', 'stopped', 'lost']);
    expect(Math.max(...recorder.samples.map(({ buffered }) => buffered))).to.be.above(0);
    expect(new FlowRecorder(child).events).to.deep.equal([]);
  });

  it('records that input also where the protocol begins as soon as it is connected', async () => {
    let recorder: FlowRecorder | undefined;
    class Recording extends ProcessProtocol {
      override connectionMade(): void {
        recorder = new FlowRecorder(this.transport);
        this.transport.registerProducer(new Sensor(), true);
        this.transport.unregisterProducer();
        this.transport.loseConnection();
      }
    }
    await spawnProcess(new Recording(), 'cat').closed;
    const events = recorder?.events.map(({ event }) => event);
    expect(events).to.deep.equal(['registered', 'unregistered', 'closing', 'lost']);
  });

  it('records the buffer, the pauses, the close and its reason, and then stops', async () => {
    const stream = new PassThrough({ highWaterMark: 1000 });
    const consumer = new WritableConsumer(stream);
    let measured = 0;
    const recorder = new FlowRecorder(consumer, { measure: () => ({ measured: ++measured }) });
    expect(recorder.highWaterMark).to.equal(1000);
    consumer.registerProducer(new Sensor(), true);
    consumer.write(Buffer.alloc(2000));
    await new Promise(setImmediate);
    stream.resume();
    await new Promise(setImmediate);
    consumer.unregisterProducer();
    consumer.loseConnection();
    await consumer.closed;

    const { events, samples, pauses } = recorder;
    expect(events.map(({ event, producer }) => `${event} ${producer ?? ''}`.trim())).to.deep.equal([
      'registered Sensor',
      'paused Sensor',
      'resumed Sensor',
      'unregistered Sensor',
      'closing',
      'lost',
    ]);
    expect(events.at(-1)?.reason).to.be.instanceOf(ConnectionDone);
    expect(Math.max(...samples.map(({ buffered }) => buffered))).to.equal(2000);
    expect(samples.at(-1)).to.deep.include({ buffered: 0, measured: { measured } });
    expect(pauses).to.deep.equal([{ from: events[1]?.at, to: events[2]?.at }]);
    for (const list of [events, samples]) {
      const times = list.map(({ at }) => at);
      expect(times).to.deep.equal([...times].sort((a, b) => a - b));
    }
  });

  it('takes a sample when it begins, every 10 milliseconds, and when it stops', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const consumer = new WritableConsumer(new PassThrough());
      const recorder = new FlowRecorder(consumer);
      const counts = [recorder.samples.length];
      clock.tick(30);
      counts.push(recorder.samples.length);
      recorder.stop();
      counts.push(recorder.samples.length);
      recorder.stop();
      clock.tick(30);
      counts.push(recorder.samples.length);
      expect(counts).to.deep.equal([1, 4, 5, 5]);
      expect(Math.min(...recorder.samples.map(({ at }) => at))).to.be.within(0, 10_000);
      consumer.abortConnection();
      await consumer.closed;
    } finally {
      clock.restore();
    }
  });

  it('takes a sample when it begins and at each event only, if the interval is longer than any timer', () => {
    const setInterval = sinon.stub(globalThis, 'setInterval').callThrough();
    try {
      const consumer = new WritableConsumer(new PassThrough());
      new FlowRecorder(consumer, { interval: Infinity }).stop();
      sinon.assert.calledOnceWithExactly(setInterval, sinon.match.func, 2_147_483_647);
    } finally {
      setInterval.restore();
    }
  });

  it('stops by itself at the loss, and keeps no process running until then', async () => {
    const consumer = new WritableConsumer(new PassThrough());
    const timeouts = () =>
      process.getActiveResourcesInfo().filter((what) => what === 'Timeout').length;
    const before = timeouts();
    const recorder = new FlowRecorder(consumer);
    expect(timeouts()).to.equal(before);
    consumer.abortConnection();
    await consumer.closed;
    const { events, samples } = recorder;
    const count = samples.length;
    recorder.stop(); // It has stopped already.
    expect(samples).to.have.lengthOf(count);
    expect(events.filter(({ event }) => event !== 'lost')).to.satisfy((others: object[]) =>
      others.every((each) => !('reason' in each)),
    );
  });

  it('records its own consumer only, and nothing once it is stopped', () => {
    const [ours, other] = [new PassThrough(), new PassThrough()].map(
      (stream) => new WritableConsumer(stream),
    ) as [WritableConsumer, WritableConsumer];
    const recorder = new FlowRecorder(ours);
    other.registerProducer(new Sensor(), true);
    ours.registerProducer(new Sensor(), true);
    recorder.stop();
    recorder.stop();
    ours.unregisterProducer();
    expect(recorder.events.map(({ event }) => event)).to.deep.equal(['registered']);
  });

  it('takes the buffer of a consumer that does not tell how full it is for empty', () => {
    const recorder = new FlowRecorder(new ProducerReadable());
    recorder.stop();
    expect(recorder.highWaterMark).to.equal(undefined);
    expect(
      recorder.samples.map(({ buffered, measured }) => ({ buffered, measured })),
    ).to.deep.equal([
      { buffered: 0, measured: {} },
      { buffered: 0, measured: {} },
    ]);
  });

  it('records the transport of a protocol, also behind a policy', async () => {
    const inner = new Protocol();
    const outer = new TimeoutFactory(
      Factory.forProtocol(() => inner),
      null,
    ).buildProtocol(PIPE)!;
    const transport = new DuplexTransport(new PassThrough(), { protocol: outer });
    const recorders = [transport, outer, inner, inner.transport].map(
      (consumer) => new FlowRecorder(consumer),
    );
    inner.transport.loseConnection();
    await transport.closed;
    for (const { events, highWaterMark } of recorders) {
      expect(events.map(({ event }) => event)).to.deep.equal(['closing', 'lost']);
      expect(highWaterMark).to.equal(transport.highWaterMark);
    }
  });

  it('names the producer that registered with a policy, not the one that the policy registers', async () => {
    const inner = new Protocol();
    const outer = new ThrottlingFactory(Factory.forProtocol(() => inner)).buildProtocol(PIPE)!;
    const transport = new DuplexTransport(new PassThrough(), { protocol: outer });
    const recorder = new FlowRecorder(inner);
    inner.transport.registerProducer(new Sensor(), true);
    inner.transport.unregisterProducer();
    inner.transport.loseConnection();
    await transport.closed;
    expect(recorder.events.map(({ producer }) => producer)).to.include('Sensor');
    expect(recorder.events.map(({ producer }) => producer)).not.to.include('ThrottledProducer');
  });

  it('refuses a stream, and a protocol that has no transport yet', () => {
    for (const given of [new PassThrough(), new Protocol()]) {
      expect(() => new FlowRecorder(given))
        .to.throw('a consumer, or a protocol that has a transport')
        .with.property('code', 'ERR_INVALID_ARG_TYPE');
    }
  });

  it('lets a pause that nothing ended last to its own end', () => {
    const consumer = new WritableConsumer(new PassThrough({ highWaterMark: 10 }));
    const recorder = new FlowRecorder(consumer);
    consumer.registerProducer(new Sensor(), true);
    consumer.write(Buffer.alloc(10));
    recorder.stop();
    expect(recorder.pauses).to.have.length(1);
    expect(recorder.pauses[0]?.to).to.equal(recorder.samples.at(-1)?.at);
  });

  it('leaves nothing behind if its measure throws as it begins', () => {
    const clock = sinon.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      let calls = 0;
      const measure = (): never => {
        calls += 1;
        throw new Error('no measure');
      };
      const consumer = new WritableConsumer(new PassThrough());
      expect(() => new FlowRecorder(consumer, { measure })).to.throw('no measure');
      clock.tick(100);
      consumer.registerProducer(new Sensor(), true);
      expect(calls).to.equal(1);
    } finally {
      clock.restore();
    }
  });

  it('refuses wrong arguments, and names the option that was meant', () => {
    const consumer = new WritableConsumer(new PassThrough());
    const code = (make: () => unknown, expected: string) =>
      expect(make).to.throw().with.property('code', expected);
    code(() => new FlowRecorder(null as never), 'ERR_INVALID_ARG_TYPE');
    code(() => new FlowRecorder(consumer, 5 as never), 'ERR_INVALID_ARG_TYPE');
    code(() => new FlowRecorder(consumer, { interval: 0 }), 'ERR_OUT_OF_RANGE');
    code(() => new FlowRecorder(consumer, { interval: '1' as never }), 'ERR_INVALID_ARG_TYPE');
    code(() => new FlowRecorder(consumer, { measure: 1 as never }), 'ERR_INVALID_ARG_TYPE');
    expect(() => new FlowRecorder(consumer, { intervall: 1 } as never)).to.throw(/interval/);
  });
});
