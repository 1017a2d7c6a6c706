/** A `Readable` of streamx piped into a `Writable` of streamx. */
import { Readable, Writable } from 'streamx';

import { moveInMemory } from '../in-memory.js';

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
          callback(null);
        },
      });
      sink.on('finish', resolve);
      source.pipe(sink);
    }),
);
