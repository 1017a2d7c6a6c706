/** A producer registers, is paused, resumed, and unregisters: the channels tell of each. */
import { channel } from 'node:diagnostics_channel';
import { Writable } from 'node:stream';

import type * as Library from '../../library/index.js';
import { readOptions } from '../options.js';
import { repeat, sayRate } from '../rate.js';

interface ToldOptions {
  /** The address of the library. */
  readonly library: string;
  /** Whether the program subscribes to the channel. */
  readonly subscribed: boolean;
}

const { library, subscribed } = readOptions<ToldOptions>();
const { WritableConsumer } = (await import(library)) as typeof Library;
let heard = 0;
if (subscribed) channel('twisted-streams:producer').subscribe(() => (heard += 1));

const consumer = new WritableConsumer(
  new Writable({ highWaterMark: 64, write: (_chunk, _encoding, callback) => callback() }),
);
const message = Buffer.alloc(64);
let paused = 0;
let resumed = 0;
const producer = {
  pauseProducing(): void {
    paused += 1;
  },
  resumeProducing(): void {
    resumed += 1;
    consumer.unregisterProducer();
    process.nextTick(cycle);
  },
  stopProducing(): void {},
};

let left = 0;

/** Registers the producer and fills the buffer: the consumer pauses it now, and resumes it on the next tick. */
function cycle(): void {
  if (left === 0) return;
  left -= 1;
  consumer.registerProducer(producer, true);
  consumer.write(message);
}

repeat(() => {
  const idle = left === 0;
  left = 1000;
  if (idle) cycle();
});
await sayRate(
  () => resumed * 4,
  () => paused - resumed <= 1 && heard >= (subscribed ? resumed * 4 - 4 : 0),
);
