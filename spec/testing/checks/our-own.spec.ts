/** Our own classes, on real streams and sockets, against the checks that users get. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

import {
  ConsumerWritable,
  DuplexTransport,
  FileSender,
  ProducerReadable,
  PullToPush,
  ReadableProducer,
  WritableConsumer,
} from '../../../lib/index.js';
import {
  checkConsumer,
  checkPullProducer,
  checkPushProducer,
  checkTransport,
} from '../../../lib/testing/index.js';
import { ModelPullProducer } from './model-classes.js';
import { tcpPair, tlsPair, unixPair } from '../../support/sockets.js';
import { writableKinds } from '../../support/writable-kinds.js';

describe('The checks pass', () => {
  describe('a WritableConsumer on', () => {
    // The rules are those for bytes; a stream of objects takes strings too.
    for (const kind of writableKinds.filter(({ name }) => !name.includes('object mode'))) {
      it(kind.name, async () => {
        const sinks: { dispose?: () => void }[] = [];
        await checkConsumer(async () => {
          const sink = await kind.open();
          sink.received.catch(() => {}); // Every rule ends with an abort.
          sinks.push(sink);
          return new WritableConsumer(sink.stream);
        });
        for (const sink of sinks) sink.dispose?.();
      });
    }
  });

  for (const [name, open] of Object.entries({ TCP: tcpPair, UNIX: unixPair, TLS: tlsPair })) {
    it(`a DuplexTransport on a ${name} socket`, () =>
      checkTransport(async () => {
        const { server, client } = await open();
        client.on('error', () => {});
        client.on('end', () => client.end());
        return { transport: new DuplexTransport(server), peer: client };
      }));
  }

  it('a ProducerReadable as a consumer', () =>
    checkConsumer(() => {
      const readable = new ProducerReadable();
      readable.resume();
      return readable;
    }));

  const file = fileURLToPath(import.meta.url);
  const bytes = () => createReadStream(file, { highWaterMark: 1000 });
  /** A transfer that fails because a rule stopped it is not the subject of the check. */
  const ignore = () => {};

  it('a ReadableProducer as a push producer', () =>
    checkPushProducer((consumer) => {
      new ReadableProducer(bytes()).startProducing(consumer).catch(ignore);
    }));

  it('a ReadableProducer as a pull producer', () =>
    checkPullProducer((consumer) => {
      const producer = new ReadableProducer(bytes(), { streaming: false });
      producer.startProducing(consumer).catch(ignore);
    }));

  it('a FileSender as a pull producer', () =>
    checkPullProducer((consumer) => {
      const sender = new FileSender();
      sender.CHUNK_SIZE = 1000;
      sender.beginFileTransfer(file, consumer).catch(ignore);
    }));

  it('a ConsumerWritable as a push producer', () =>
    checkPushProducer((consumer) => {
      pipeline(bytes(), new ConsumerWritable(consumer)).catch(ignore);
    }));

  it('a PullToPush as a push producer', () =>
    checkPushProducer((consumer) => {
      const producer = new PullToPush(
        new ModelPullProducer({
          ...consumer,
          write: (data) => consumer.write(data),
          registerProducer() {},
          unregisterProducer() {
            producer.stopStreaming();
            consumer.unregisterProducer();
          },
        }),
        consumer,
      );
      consumer.registerProducer(producer, true);
      producer.startStreaming();
    }));
});
