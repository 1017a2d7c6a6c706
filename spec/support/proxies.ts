import { ProducerConsumerProxy } from '../../lib/twisted/producers/producer-consumer-proxy.js';
import { makeEnds, type Ends } from './ends.js';

/** Asks its consumer to pull, whatever its producer is. */
export class PullingProxy extends ProducerConsumerProxy {
  override get iAmStreaming(): boolean {
    return false;
  }
}

/** A proxy that buffers four bytes, between the two `ends` whose log is still empty. */
export function proxied(
  Proxy: typeof ProducerConsumerProxy,
  streaming = true,
): { ends: Ends; proxy: ProducerConsumerProxy } {
  const ends = makeEnds();
  const proxy = new Proxy(ends.consumer);
  proxy.bufferSize = 4;
  proxy.registerProducer(ends.producer, streaming);
  ends.log.length = 0;
  return { ends, proxy };
}
