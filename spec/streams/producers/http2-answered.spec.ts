/** A request over HTTP/2 that is answered before it is read: Node closes its stream early. */
import { once } from 'node:events';
import type http2 from 'node:http2';

import { expect } from 'chai';

import {
  ConnectionDone,
  DuplexTransport,
  Protocol,
  ReadableProducer,
  toWeb,
} from '../../../lib/index.js';
import { http2Exchange } from '../../support/http2-exchange.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';
import { rejection } from '../../support/rejection.js';
import { allTextOf } from '../../support/text-of.js';
import { until } from '../../support/until.js';

/** A request whose body is being read, slowly, and that was answered before that. */
async function answered() {
  const { session, request, accepted, dispose } = await http2Exchange('POST', 'request');
  const source = accepted as unknown as http2.Http2ServerRequest;
  const { stream } = source;
  session.on('error', () => {});
  request.on('error', () => {});
  stream.on('error', () => {});
  request.resume();
  stream.respond();
  stream.end('accepted');
  const consumer = new RecordingConsumer();
  const transfer = new ReadableProducer(source).startProducing(consumer);
  transfer.catch(() => {});
  const producer = consumer.producer as { pauseProducing(): void; resumeProducing(): void };
  return { session, request, stream, consumer, transfer, producer, dispose };
}

describe('A request over HTTP/2 that was answered before it was read', () => {
  it('is delivered whole, however slowly, although it closes before that', async () => {
    const { request, stream, consumer, transfer, producer, dispose } = await answered();
    consumer.wrote = () => {
      producer.pauseProducing();
      setImmediate(() => {
        if (!stream.readableEnded) producer.resumeProducing();
      });
    };
    request.end(Buffer.alloc(60_000, 'a'));
    await once(stream, 'close');
    expect(consumer.received.length).to.be.below(60_000);
    consumer.wrote = () => {};
    await new Promise(setImmediate);
    producer.resumeProducing();
    await transfer;
    expect(consumer.received.length).to.equal(60_000);
    expect(consumer.producer).to.equal(null);
    dispose();
  });

  it('fails the transfer if its connection is lost before all of it has come', async () => {
    const { session, request, stream, consumer, transfer, producer, dispose } = await answered();
    consumer.wrote = () => producer.pauseProducing();
    request.write(Buffer.alloc(60_000, 'a'));
    while (consumer.received.length === 0) await new Promise(setImmediate);
    session.destroy();
    await once(stream, 'close');
    producer.resumeProducing();
    expect(await rejection(transfer)).to.have.property('code');
    expect(consumer.producer).to.equal(null);
    dispose();
  });
});

describe('An answer over HTTP/2 that came before it is read', () => {
  const ways: Record<string, (answer: http2.ClientHttp2Stream) => Promise<string>> = {
    'by a ReadableProducer': async (answer) => {
      const consumer = new RecordingConsumer();
      await new ReadableProducer(answer).startProducing(consumer);
      return String(consumer.received);
    },
    'by a protocol': async (answer) => {
      const protocol = new Protocol();
      let text = '';
      protocol.dataReceived = (data) => void (text += String(data));
      expect(await new DuplexTransport(answer, { protocol }).closed).to.be.instanceOf(
        ConnectionDone,
      );
      return text;
    },
    'by a WHATWG stream': (answer) => allTextOf(toWeb(answer).readable),
  };
  for (const [way, read] of Object.entries(ways)) {
    it(`is whole, although Node destroys it at its end: ${way}`, async () => {
      const { request, accepted, dispose } = await http2Exchange('GET');
      accepted.respond();
      accepted.end('all of it');
      await until(() => request.closed);
      expect(request.destroyed).to.equal(false);
      expect(await read(request)).to.equal('all of it');
      dispose();
    });
  }
});
