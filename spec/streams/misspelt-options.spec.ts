// cspell:ignore protocl finsh
import { PassThrough } from 'node:stream';

import { expect } from 'chai';

import {
  ConsumerWritable,
  DuplexTransport,
  InvalidArgTypeError,
  ProducerReadable,
  ReadableProducer,
  TransportDuplex,
  WritableConsumer,
} from '../../lib/index.js';
import { StringTransport } from '../../lib/testing/index.js';

const adapters: Record<string, (options: object) => unknown> = {
  WritableConsumer: (options) => new WritableConsumer(new PassThrough(), options),
  DuplexTransport: (options) => new DuplexTransport(new PassThrough(), options),
  ReadableProducer: (options) => new ReadableProducer(new PassThrough(), options),
  ProducerReadable: (options) => new ProducerReadable(options),
  ConsumerWritable: (options) => new ConsumerWritable(new StringTransport(), options),
  TransportDuplex: (options) => new TransportDuplex(options),
};

const misspelt: [string, string, string][] = [
  ['WritableConsumer', 'highWatermark', 'highWaterMark'],
  ['WritableConsumer', 'waitForProducer', 'waitsForProducer'],
  ['WritableConsumer', 'closeTimeOut', 'closeTimeout'],
  ['DuplexTransport', 'protocl', 'protocol'],
  ['ReadableProducer', 'stream1ng', 'streaming'],
  ['ReadableProducer', 'Signal', 'signal'],
  ['ProducerReadable', 'highwatermark', 'highWaterMark'],
  ['ProducerReadable', 'objectmode', 'objectMode'],
  ['ConsumerWritable', 'finsh', 'finish'],
  ['ConsumerWritable', 'defaultencoding', 'defaultEncoding'],
  ['TransportDuplex', 'allowHalfopen', 'allowHalfOpen'],
  ['TransportDuplex', 'writeableHighWaterMark', 'writableHighWaterMark'],
];

describe('A misspelt option', () => {
  for (const [adapter, given, meant] of misspelt) {
    it(`${given} of ${adapter} is an error that names ${meant}`, () => {
      expect(() => adapters[adapter]!({ [given]: undefined }))
        .to.throw(InvalidArgTypeError, meant)
        .with.property('code', 'ERR_INVALID_ARG_TYPE');
    });
  }

  it('is allowed where it resembles no option of ours: Node may know it', () => {
    const ofNode = { decodeStrings: true, captureRejections: false, keepAlive: true };
    for (const make of Object.values(adapters)) expect(() => make(ofNode)).not.to.throw();
  });
});
