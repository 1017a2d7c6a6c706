import { Duplex, PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';

import { expect } from 'chai';

import {
  ConnectionDone,
  ConsumerWritable,
  DuplexTransport,
  ProducerStoppedError,
  ReadableProducer,
  TransportDuplex,
  WritableConsumer,
} from '../../../lib/index.js';
import { rejection } from '../../support/rejection.js';
import { recorder } from '../../support/recording-producer.js';

/** A stream that takes all writes at once, and does not finish before `finish` is called. */
function slowToFinish() {
  const received: string[] = [];
  let end!: (finish: () => void) => void;
  const ending = new Promise<() => void>((resolve) => (end = resolve));
  const stream = new Duplex({
    read() {},
    write(chunk, _encoding, callback) {
      received.push(String(chunk));
      callback();
    },
    final: (callback) => end(callback),
  });
  return { stream, received, ending };
}

describe('Bytes that a registered producer writes when the stream was ended and has yet to finish', () => {
  it('fail a pipeline into a TransportDuplex, and what was written before is delivered', async () => {
    const { stream, received, ending } = slowToFinish();
    const duplex = new TransportDuplex();
    const transport = new DuplexTransport(stream, { protocol: duplex });
    duplex.write('sent');
    transport.loseConnection(); // As the factory of a timeout does.
    const finish = await ending;
    const result = rejection(finished(duplex.end('lost')));
    expect(await result).to.be.instanceOf(ProducerStoppedError);
    finish();
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    expect(received).to.deep.equal(['sent']);
  });

  it('fail the transfer of a ReadableProducer for which the close did not wait', async () => {
    const { stream, ending } = slowToFinish();
    const consumer = new WritableConsumer(stream, { waitsForProducer: false });
    const source = new PassThrough();
    const result = rejection(new ReadableProducer(source).startProducing(consumer));
    consumer.loseConnection();
    const finish = await ending;
    source.end('lost');
    expect(await result).to.be.instanceOf(ProducerStoppedError);
    finish();
    expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
  });

  it('fail a ConsumerWritable for which the close did not wait', async () => {
    const { stream, ending } = slowToFinish();
    const consumer = new WritableConsumer(stream, { waitsForProducer: false });
    const writable = new ConsumerWritable(consumer);
    consumer.loseConnection();
    const finish = await ending;
    const result = rejection(finished(writable.end('lost')));
    expect(await result).to.be.instanceOf(ProducerStoppedError);
    finish();
  });

  it('stop it once, and no write of another object does so before the end', async () => {
    const { stream, received, ending } = slowToFinish();
    const consumer = new WritableConsumer(stream, { waitsForProducer: false });
    const producer = recorder();
    consumer.registerProducer(producer, true);
    consumer.loseConnection();
    consumer.write(Buffer.from('sent'));
    const finish = await ending;
    expect(producer.told).to.deep.equal([]);
    consumer.write(Buffer.from('lost'));
    consumer.write(Buffer.from('lost'));
    expect(producer.told).to.deep.equal(['stop']);
    finish();
    await consumer.closed;
    expect(producer.told).to.deep.equal(['stop']);
    expect(received).to.deep.equal(['sent']);
  });
});
