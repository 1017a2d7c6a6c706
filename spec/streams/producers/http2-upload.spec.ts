/** An upload over HTTP/2 that its server stops reading before its end. */
import { once } from 'node:events';
import type { Http2ServerRequest } from 'node:http2';

import { expect } from 'chai';

import { deliverBody, Protocol, ReadableProducer, toWeb } from '../../../lib/index.js';
import { failure, fails } from '../../support/failure.js';
import { http2Exchange } from '../../support/http2-exchange.js';
import { loggedErrors } from '../../support/logged.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';
import { rejection } from '../../support/rejection.js';
import { readAll } from '../../support/sockets.js';

/** Ways to read the request for a while, and no more. */
const ways: Record<string, (request: Http2ServerRequest) => unknown> = {
  'the consumer stops its producer': (request) => {
    const producer = new ReadableProducer(request);
    const consumer = new RecordingConsumer();
    consumer.write = () => producer.stopProducing();
    return rejection(producer.startProducing(consumer));
  },
  'the consumer stops its producer at once': (request) => {
    const producer = new ReadableProducer(request);
    const consumer = new RecordingConsumer();
    consumer.registerProducer = () => producer.stopProducing();
    return rejection(producer.startProducing(consumer));
  },
  'the consumer throws': (request) => {
    const consumer = new RecordingConsumer();
    consumer.write = fails;
    return rejection(new ReadableProducer(request).startProducing(consumer));
  },
  'the protocol closes its transport': (request) =>
    new Promise((resolve) => {
      class Impatient extends Protocol {
        override dataReceived(): void {
          this.transport.loseConnection();
        }
        override connectionLost(reason: Error): void {
          resolve(reason);
        }
      }
      deliverBody(request, new Impatient());
    }),
  'the reader of the WHATWG stream cancels it': async (request) => {
    const reader = toWeb(request).getReader();
    await reader.read();
    await reader.cancel(failure);
  },
};

describe('The rest of an HTTP/2 request', () => {
  const logged = loggedErrors();

  for (const [way, stopReading] of Object.entries(ways)) {
    it(`is discarded, and the client gets its answer, when ${way}`, async () => {
      const { request, accepted, response, dispose } = await http2Exchange('POST', 'request');
      const finished = once(request, 'finish');
      request.end(Buffer.alloc(1_000_000));
      await stopReading(accepted as unknown as Http2ServerRequest);
      await finished;
      const answer = readAll(request);
      response.end('enough');
      expect(String(await answer)).to.equal('enough');
      expect(logged).to.deep.equal([]);
      dispose();
    });
  }
});
