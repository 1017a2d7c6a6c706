/** Streams, producers and consumers that pause and delay at random, as slow machines and networks do. */
import { Transform } from 'node:stream';

import type {
  IConsumer,
  IFailableConsumer,
  IPullProducer,
  IPushProducer,
} from '../../lib/index.js';
import { isFailableConsumer } from '../../lib/twisted/core/interfaces.js';
import type { Random } from './random.js';

/** Calls `callback` after a few turns of the event loop. */
export function soon(random: Random, callback: () => void): void {
  let turns = random.integer(0, 3);
  const turn = () => (turns-- > 0 ? setImmediate(turn) : callback());
  turn();
}

/** Delays some of what goes through. */
export function delaying(random: Random): Transform {
  return new Transform({
    highWaterMark: random.integer(1, 5000),
    transform: (chunk, _encoding, callback) => soon(random, () => callback(null, chunk)),
  });
}

/** Hands on to a consumer, and pauses the producer now and then besides. */
export class JitteryConsumer implements IFailableConsumer {
  private producer: (IPushProducer & { streaming: boolean }) | null = null;
  /** For how many reasons a push producer is paused. */
  private readonly pauses = new Set<'consumer' | 'jitter'>();

  constructor(
    private readonly consumer: IConsumer,
    private readonly random: Random,
  ) {}

  registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    this.producer = { ...forwarder(producer), streaming };
    this.consumer.registerProducer(
      {
        pauseProducing: () => this.pause('consumer'),
        resumeProducing: () => {
          if (streaming) this.resume('consumer');
          else soon(this.random, () => this.producer?.resumeProducing());
        },
        stopProducing: () => {
          this.producer = null;
          producer.stopProducing();
        },
      },
      streaming,
    );
  }

  unregisterProducer(): void {
    this.producer = null;
    this.consumer.unregisterProducer();
  }

  write(data: Uint8Array): void {
    this.consumer.write(data);
    if (this.producer?.streaming !== true || !this.random.chance(0.3)) return;
    this.pause('jitter');
    soon(this.random, () => this.resume('jitter'));
  }

  producerFailed(reason: Error): void {
    if (isFailableConsumer(this.consumer)) this.consumer.producerFailed(reason);
  }

  private pause(why: 'consumer' | 'jitter'): void {
    this.pauses.add(why);
    this.producer?.pauseProducing();
  }

  private resume(why: 'consumer' | 'jitter'): void {
    if (this.pauses.delete(why) && this.pauses.size === 0) this.producer?.resumeProducing();
  }
}

function forwarder(producer: IPushProducer | IPullProducer): IPushProducer {
  return {
    pauseProducing: () => (producer as IPushProducer).pauseProducing(),
    resumeProducing: () => producer.resumeProducing(),
    stopProducing: () => producer.stopProducing(),
  };
}
