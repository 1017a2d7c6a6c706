/** Shared by the programs that move bytes within one process. */
import { Readable, Writable } from 'node:stream';

import { type Metered, Meter } from '../support/meter.js';
import { Supply } from '../support/supply.js';
import { readOptions, say } from './options.js';

export interface InMemoryOptions {
  /** Bytes in a message. */
  readonly size: number;
  readonly seconds: number;
  readonly warmUp: number;
  /** Whether a stream takes chunks at once, or on the next tick. At once if left out. */
  readonly takes?: 'at once' | 'on the next tick';
}

/** Calls `move`, which brings a supply to a meter, and says the meter's figures. */
export async function moveInMemory(
  move: (supply: Supply, meter: Meter) => Promise<void>,
): Promise<void> {
  const { size, seconds, warmUp } = readOptions<InMemoryOptions>();
  const supply = new Supply(size, { seconds });
  const meter = new Meter(warmUp);
  await move(supply, meter);
  const metered: Metered = meter.read(supply.sent);
  say(metered);
}

/** A stream of the messages of `supply`. */
export function readableOf(supply: Supply): Readable {
  return new Readable({
    read() {
      let message = supply.next();
      while (message !== null && this.push(message)) message = supply.next();
      if (message === null) this.push(null);
    },
  });
}

/** A stream that gives each chunk to `meter`. */
export function writableTo(meter: Meter): Writable {
  const { takes } = readOptions<InMemoryOptions>();
  return new Writable({
    write(chunk: Buffer, _encoding, callback) {
      meter.take(chunk);
      if (takes === 'on the next tick') process.nextTick(callback);
      else callback();
    },
  });
}

/** Writes until the stream's buffer is full, then waits for `drain`. */
export function feed(writable: NodeJS.WritableStream, supply: Supply): void {
  const produce = () => {
    for (let message = supply.next(); message !== null; message = supply.next()) {
      if (!writable.write(message)) return;
    }
    writable.end();
  };
  writable.on('drain', produce);
  produce();
}
