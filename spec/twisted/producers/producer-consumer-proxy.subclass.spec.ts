import { expect } from 'chai';

import type { IPushProducer } from '../../../lib/twisted/core/interfaces.js';
import { ProducerConsumerProxy } from '../../../lib/twisted/producers/producer-consumer-proxy.js';
import { bytes, makeEnds, type Ends } from '../../support/ends.js';
import { PullingProxy } from '../../support/proxies.js';

describe('ProducerConsumerProxy', () => {
  let ends: Ends;
  let proxy: ProducerConsumerProxy;

  beforeEach(() => {
    ends = makeEnds();
  });

  describe('a subclass', () => {
    it('may have bufferSize as a field', () => {
      class Small extends ProducerConsumerProxy {
        override bufferSize = 1;
      }
      proxy = new Small(ends.consumer);
      proxy.registerProducer(ends.producer, true);
      proxy.pauseProducing();
      proxy.write(bytes('a'));
      expect(ends.log).to.deep.equal(['register push', 'p pause']);
    });

    it('finds all state as it was made while the constructor ran', () => {
      ends.when['register'] = () => {
        const made = ends.consumer.producer as ProducerConsumerProxy & IPushProducer;
        made.registerProducer(ends.producer, true);
        made.pauseProducing();
        made.write(Buffer.alloc(2 ** 16));
        made.unregisterProducer();
      };
      proxy = new PullingProxy(ends.consumer);
      expect(proxy).to.include({ paused: true, producerPaused: true, unregistered: true });
    });
  });
});
