/** The stream below an HTTP/2 request fails, as when it is written to late: Node tells the request nothing. */
import type { Http2ServerRequest } from 'node:http2';

import { expect } from 'chai';

import { deliverBody, ReadableProducer, toWeb } from '../../../lib/index.js';
import { AccumulatingProtocol } from '../../../lib/testing/index.js';
import { http2Exchange } from '../../support/http2-exchange.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';
import { rejection } from '../../support/rejection.js';
import { until } from '../../support/until.js';

const late = 'ERR_STREAM_WRITE_AFTER_END';

/** Ways to read a request, each until it fails. */
const ways: Record<string, (request: Http2ServerRequest) => Promise<unknown>> = {
  'its transfer': (request) =>
    rejection(new ReadableProducer(request).startProducing(new RecordingConsumer())),
  'the delivery of its body': async (request) => {
    const protocol = new AccumulatingProtocol();
    deliverBody(request, protocol);
    await until(() => protocol.closed);
    return protocol.closedReason?.cause;
  },
  'the reader of its WHATWG stream': (request) => {
    const reader = toWeb(request).getReader();
    return rejection(reader.read().then(() => reader.read()));
  },
};

describe('An HTTP/2 request whose stream fails', () => {
  for (const [way, read] of Object.entries(ways)) {
    it(`fails ${way}`, async () => {
      const { request, accepted, response, dispose } = await http2Exchange('POST', 'request');
      const incoming = accepted as unknown as Http2ServerRequest;
      request.write('partial');
      const failed = read(incoming);
      await new Promise(setImmediate);
      response.stream.respond();
      response.stream.end();
      response.stream.write('late');
      expect(await failed).to.have.property('code', late);
      dispose();
    });
  }
});
