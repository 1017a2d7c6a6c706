/** A body over HTTP/2 that its sender cut short is never taken for a whole one. */
import { once } from 'node:events';
import http2 from 'node:http2';
import type { Readable } from 'node:stream';

import { expect } from 'chai';

import { ReadableProducer } from '../../../lib/index.js';
import { http2Exchange } from '../../support/http2-exchange.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';
import { rejection } from '../../support/rejection.js';

/** A body that is being received, of which some has come. */
interface Body {
  /** The stream that is read: that of HTTP/2, or the request over it. */
  source: Readable;
  stream: http2.ServerHttp2Stream;
  /** Cuts it short. */
  readonly cut: () => void;
  dispose(): void;
}

async function receive(as: 'stream' | 'request', how: (typeof ways)[number]): Promise<Body> {
  const { session, request, accepted, dispose } = await http2Exchange('POST', as);
  session.on('error', () => {});
  request.on('error', () => {});
  request.write(Buffer.alloc(100_000));
  const source = accepted as http2.ServerHttp2Stream | http2.Http2ServerRequest;
  const stream = 'stream' in source ? source.stream : source;
  stream.on('error', () => {});
  return {
    source,
    stream,
    cut: () => (how === 'the session' ? session.destroy() : request.close(http2.constants[how])),
    dispose,
  };
}

const ways = [
  'NGHTTP2_NO_ERROR',
  'NGHTTP2_CANCEL',
  'NGHTTP2_INTERNAL_ERROR',
  'the session',
] as const;

/** When it is cut, and what then comes of it. */
const orders: Record<string, (body: Body, consumer: RecordingConsumer) => Promise<void>> = {
  'before the transfer, unread': async ({ cut, source, stream }, consumer) => {
    cut();
    await once(stream, 'aborted');
    await new ReadableProducer(source).startProducing(consumer);
  },
  'before the transfer, read by other code': async ({ cut, source, stream }, consumer) => {
    source.resume();
    cut();
    await once(stream, 'close');
    await new ReadableProducer(source).startProducing(consumer);
  },
  'during the transfer': async ({ cut, source }, consumer) => {
    const produced = new ReadableProducer(source).startProducing(consumer);
    cut();
    await produced;
  },
  'during the transfer, when all that came was read': async ({ cut, source }, consumer) => {
    const produced = new ReadableProducer(source).startProducing(consumer);
    consumer.wrote = () => {
      if (consumer.received.length === 100_000) cut();
    };
    await produced;
  },
  'during the transfer, paused': async ({ cut, source, stream }, consumer) => {
    const produced = new ReadableProducer(source).startProducing(consumer);
    produced.catch(() => {});
    consumer.wrote = () => {
      if (consumer.chunks.length > 1) return;
      (consumer.producer as { pauseProducing(): void }).pauseProducing();
      stream.once('aborted', () => setImmediate(() => consumer.producer?.resumeProducing()));
      cut();
    };
    await produced;
  },
  'during the transfer, pulled': async ({ cut, source }, consumer) => {
    const produced = new ReadableProducer(source, { streaming: false }).startProducing(consumer);
    cut();
    await produced;
  },
};

describe('A body over HTTP/2 that is cut short fails the transfer:', () => {
  for (const as of ['stream', 'request'] as const) {
    for (const how of ways) {
      for (const [order, transfer] of Object.entries(orders)) {
        it(`${as}, by ${how}, ${order}`, async () => {
          const body = await receive(as, how);
          const consumer = new RecordingConsumer();
          try {
            const error = await rejection(transfer(body, consumer));
            expect(error).to.have.property('code').that.is.a('string');
            expect(consumer.producer).to.equal(null);
          } finally {
            body.dispose();
          }
        });
      }
    }
  }

  it('also the transfer that is started again', async () => {
    const body = await receive('stream', 'NGHTTP2_CANCEL');
    const producer = new ReadableProducer(body.source);
    const produced = producer.startProducing(new RecordingConsumer());
    body.cut();
    await rejection(produced);
    await rejection(producer.startProducing(new RecordingConsumer()));
    body.dispose();
  });
});
