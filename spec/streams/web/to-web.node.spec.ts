import { Readable, Writable, Duplex } from 'node:stream';

import { expect } from 'chai';

import { ConsumerWritable, TransportDuplex } from '../../../lib/index.js';
import { ProducerReadable } from '../../../lib/streams/as-streams/producer-readable.js';
import { SlowConsumer } from '../../support/consumers.js';
import { PushProducer } from '../../support/producers.js';
import { settled } from '../../support/settled.js';
import { KIB } from '../../support/sizes.js';
import { allTextOf } from '../../support/text-of.js';
import { HalfCloseableTransport } from '../../support/transports.js';

describe('Node’s own toWeb', () => {
  /** Node's declarations ask for its own classes; what counts is what runs. */
  const own = <Stream>(stream: unknown) => stream as Stream;

  it('takes a ProducerReadable', async () => {
    const readable = new ProducerReadable();
    const producer = new PushProducer(readable, Buffer.alloc(100 * KIB, 'x'), KIB).start();
    const text = await allTextOf(
      Readable.toWeb(own<Readable>(readable)) as AsyncIterable<Uint8Array>,
    );
    expect(text.length).to.equal(100 * KIB);
    expect(producer.log).to.not.include('stop');
  });

  it('takes a ConsumerWritable', async () => {
    const consumer = new SlowConsumer();
    const writer = Writable.toWeb(own<Writable>(new ConsumerWritable(consumer))).getWriter();
    await writer.write(Buffer.from('a'));
    await writer.close();
    expect(consumer.log.at(-1)).to.equal('unregister');
  });

  it('takes a TransportDuplex', async () => {
    const duplex = new TransportDuplex();
    const transport = new HalfCloseableTransport();
    duplex.makeConnection(transport);
    const { readable, writable } = Duplex.toWeb(own<Duplex>(duplex));
    const writer = writable.getWriter();
    await writer.write(Buffer.from('question'));
    const closed = writer.close();
    await settled();
    duplex.dataReceived(Buffer.from('answer'));
    duplex.writeConnectionLost();
    duplex.readConnectionLost();
    expect(await allTextOf(readable as AsyncIterable<Uint8Array>)).to.equal('answer');
    await closed; // Node waits for both halves before it closes either.
    expect(transport.log).to.include('question');
  });
});
