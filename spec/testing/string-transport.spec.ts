import { expect } from 'chai';
import sinon from 'sinon';

import { StringTransport } from '../../lib/testing/string-transport.js';
import { InvalidArgTypeError, InvalidStateError } from '../../lib/base/errors.js';
import { ProducerAlreadyRegisteredError } from '../../lib/twisted/core/errors.js';
import { isConsumer, isPushProducer, isTransport } from '../../lib/twisted/core/interfaces.js';

describe('StringTransport', () => {
  it('is a transport, a consumer and a push producer', () => {
    const transport = new StringTransport();
    expect(isTransport(transport)).to.equal(true);
    expect(isConsumer(transport)).to.equal(true);
    expect(isPushProducer(transport)).to.equal(true);
  });

  it('shares no name of its own state with a subclass', () => {
    class Named extends StringTransport {
      readonly written = 'nothing';
      readonly lenient = 'never';
    }
    const transport = new Named();
    transport.write(Buffer.from('a'));
    expect(transport.value().toString()).to.equal('a');
    transport.loseConnection();
    expect(() => transport.pauseProducing()).to.throw(InvalidStateError);
  });

  it('keeps the bytes that are written, in order, until it is cleared', () => {
    const transport = new StringTransport();
    transport.write(Buffer.from('a'));
    transport.writeSequence([Buffer.from('b'), new Uint8Array([99])]);
    expect(transport.value().toString()).to.equal('abc');
    expect(transport.value().toString()).to.equal('abc');
    transport.clear();
    transport.write(Buffer.from('d'));
    expect(transport.value().toString()).to.equal('d');
  });

  it('keeps the bytes that were written, when the writer or the reader changes the memory', () => {
    const transport = new StringTransport();
    const memory = Buffer.from('a');
    transport.write(memory);
    memory.fill('x');
    transport.value().fill('y');
    expect(transport.value().toString()).to.equal('a');
  });

  it('does not gather the same pieces again each time that it is asked for all bytes', () => {
    const transport = new StringTransport();
    for (let i = 0; i < 100; i += 1) transport.write(Buffer.from('a'));
    transport.value();
    const concat = sinon.spy(Buffer, 'concat');
    try {
      expect(transport.value()).to.have.length(100);
      expect(concat.args[0]?.[0]).to.have.length(1);
    } finally {
      concat.restore();
    }
  });

  it('refuses a value that is not bytes, and a whole sequence for one such piece', () => {
    const transport = new StringTransport();
    const text = 'text' as unknown as Buffer;
    expect(() => transport.write(text)).to.throw(InvalidArgTypeError);
    expect(() => transport.writeSequence([Buffer.from('a'), text])).to.throw(InvalidArgTypeError);
    expect(() => transport.writeSequence(7 as unknown as Buffer[])).to.throw(InvalidArgTypeError);
    expect(transport.value()).to.have.length(0);
  });

  it('takes a function for a producer', () => {
    const transport = new StringTransport();
    const producer = () => {};
    transport.registerProducer(producer, true);
    expect(transport.producer).to.equal(producer);
  });

  it('notes which producer was registered and how, and calls it for nothing', () => {
    const transport = new StringTransport();
    const [producer, streaming] = [{}, {}];
    transport.registerProducer(producer, streaming);
    expect(transport.producer).to.equal(producer);
    expect(transport.streaming).to.equal(streaming);
  });

  it('refuses a second producer and keeps the first', () => {
    const transport = new StringTransport();
    const producer = {};
    transport.registerProducer(producer, true);
    expect(() => transport.registerProducer({}, false)).to.throw(ProducerAlreadyRegisteredError);
    expect(transport.producer).to.equal(producer);
    expect(transport.streaming).to.equal(true);
  });

  it('refuses a producer that is not an object', () => {
    const transport = new StringTransport();
    for (const producer of [null, undefined, 7, 'producer']) {
      expect(() => transport.registerProducer(producer as unknown as object, true)).to.throw(
        InvalidArgTypeError,
      );
    }
    expect(transport.producer).to.equal(null);
  });

  it('forgets the producer that unregisters, and takes another', () => {
    const transport = new StringTransport();
    const next = {};
    transport.registerProducer({}, false);
    transport.unregisterProducer();
    expect(transport.producer).to.equal(null);
    expect(transport.streaming).to.equal(null);
    transport.registerProducer(next, true);
    expect(transport.producer).to.equal(next);
  });

  it('refuses to unregister when there is no producer', () => {
    const transport = new StringTransport();
    expect(() => transport.unregisterProducer())
      .to.throw(InvalidStateError)
      .with.property('code', 'ERR_INVALID_STATE');
  });

  it('notes whether it was told to produce, to pause, or to stop', () => {
    const transport = new StringTransport();
    const states: string[] = [transport.producerState];
    for (const verb of ['pauseProducing', 'resumeProducing', 'stopProducing'] as const) {
      transport[verb]();
      states.push(transport.producerState);
    }
    expect(states).to.deep.equal(['producing', 'paused', 'producing', 'stopped']);
  });

  for (const verb of ['pauseProducing', 'resumeProducing'] as const) {
    it(`refuses ${verb} once it was stopped`, () => {
      const transport = new StringTransport(null, null, true);
      transport.stopProducing();
      expect(() => transport[verb]()).to.throw(InvalidStateError);
      expect(transport.producerState).to.equal('stopped');
    });

    it(`refuses ${verb} once it is to close, unless it is lenient`, () => {
      const transport = new StringTransport();
      transport.loseConnection();
      expect(() => transport[verb]()).to.throw(InvalidStateError);
      const lenient = new StringTransport(null, null, true);
      lenient.loseConnection();
      lenient[verb]();
    });
  }

  it('only notes that it was told to close, or to abort', () => {
    const transport = new StringTransport();
    expect(transport).to.include({ connected: true, disconnecting: false, disconnected: false });
    transport.loseConnection();
    expect(transport).to.include({ connected: true, disconnecting: true, disconnected: false });
    const aborted = new StringTransport();
    aborted.abortConnection();
    expect(aborted).to.include({ connected: true, disconnecting: true, disconnected: true });
    aborted.write(Buffer.from('a'));
    expect(aborted.value().toString()).to.equal('a');
  });

  it('answers with the addresses that it was given, or with made-up addresses', () => {
    const [host, peer] = [{ type: 'PIPE' }, { type: 'UNIX', name: null }] as const;
    const transport = new StringTransport(host, peer);
    expect(transport.getHost()).to.equal(host);
    expect(transport.getPeer()).to.equal(peer);
    const [type, family] = ['TCP', 'IPv4'];
    const other = new StringTransport();
    expect(other.getHost()).to.deep.equal({ type, family, host: '10.0.0.1', port: 12345 });
    expect(other.getPeer()).to.deep.equal({ type, family, host: '192.168.1.1', port: 54321 });
  });
});
