/** A `Readable` of streamx piped into a `Writable` of streamx. */
import { Readable, Writable } from 'streamx';

import { type InMemoryOptions, moveInMemory } from '../in-memory.js';
import { readOptions } from '../options.js';

const { takes } = readOptions<InMemoryOptions>();

await moveInMemory(
  (supply, meter) =>
    new Promise((resolve) => {
      const source: Readable = new Readable({
        read(callback) {
          let message = supply.next();
          while (message !== null && source.push(message)) message = supply.next();
          if (message === null) source.push(null);
          callback(null);
        },
      });
      const sink = new Writable({
        write(chunk, callback) {
          meter.take(chunk as Buffer);
          if (takes === 'on the next tick') process.nextTick(callback, null);
          else callback(null);
        },
      });
      sink.on('finish', resolve);
      source.pipe(sink);
    }),
);
