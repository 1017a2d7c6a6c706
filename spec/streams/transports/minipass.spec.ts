/** Streams of minipass, which say things from inside the call that gives them a listener. */
import type { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  ConnectionLost,
  DuplexTransport,
  Protocol,
  ReadableProducer,
  WritableConsumer,
} from '../../../lib/index.js';
import { Minipass } from '../../support/older-libraries.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';
import { rejection } from '../../support/rejection.js';

class Recorder extends Protocol {
  readonly told: string[] = [];
  override connectionMade(): void {
    this.told.push('made');
  }
  override connectionLost(reason: Error): void {
    this.told.push(reason.name);
  }
}

describe('A stream of minipass, which repeats its last events to each new listener,', () => {
  const kinds: [string, (stream: Duplex) => unknown, string[]][] = [
    ['has ended', (stream) => stream.end(), ['made', 'ConnectionDone']],
    ['has failed', (stream) => stream.destroy(new Error('boom')), []],
  ];
  for (const [what, act, told] of kinds) {
    it(`and ${what} before it is wrapped, is lost as any other`, async () => {
      const open = async (): Promise<Duplex> => {
        const stream = new Minipass().on('error', () => {});
        stream.resume();
        act(stream);
        await turn();
        return stream;
      };
      const consumer = new WritableConsumer(await open());
      const protocol = new Recorder();
      const transport = new DuplexTransport(await open(), { protocol });
      expect(await consumer.closed).to.be.instanceOf(ConnectionLost);
      await transport.closed;
      expect(protocol.told).to.deep.equal(told);
    });
  }

  it('and has failed before it is read or written, is lost with that error as the cause', async () => {
    const boom = new Error('boom');
    const failed = (): Duplex => new Minipass().on('error', () => {}).destroy(boom);
    const consumer = new WritableConsumer(failed());
    const sent = new ReadableProducer(failed()).startProducing(new RecordingConsumer());
    expect(await consumer.closed).to.have.property('cause', boom);
    expect(await rejection(sent)).to.equal(boom);
  });
});

describe('An async stream of minipass that is destroyed while its last data is on its way', () => {
  const open = (): Duplex => {
    const stream = new Minipass({ async: true });
    stream.end('all');
    return stream;
  };

  for (const streaming of [true, false]) {
    it(`fails its transfer, with streaming ${streaming}, although it says end`, async () => {
      const stream = open();
      const consumer = new RecordingConsumer();
      const sent = new ReadableProducer(stream, { streaming }).startProducing(consumer);
      stream.destroy();
      expect(await rejection(sent)).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
      expect(String(consumer.received)).to.equal('');
    });
  }

  it('loses its transport', async () => {
    const stream = open();
    const transport = new DuplexTransport(stream, { protocol: new Protocol() });
    stream.destroy();
    expect(await transport.closed).to.be.instanceOf(ConnectionLost);
  });

  it('is complete if it is destroyed after that', async () => {
    const stream = open();
    const sent = new ReadableProducer(stream).startProducing(new RecordingConsumer());
    await sent;
    stream.destroy();
  });
});
