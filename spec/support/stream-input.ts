/** An input over a stream that a spec drives. */
import { Buffer } from 'node:buffer';
import { EventEmitter } from 'node:events';

import { StreamInput } from '../../lib/streams/transports/stream-input.js';
import type { Descriptor, StreamReactor } from '../../lib/streams/transports/stream-reactor.js';

export const ENDED = ['read lost', 'read half ended'];

/** An input, the stream that it reads, and a log of what it does with the stream and the reactor. */
export function made(state: object = {}) {
  const log: string[] = [];
  const told = (what: string) => () => void log.push(what);
  const stream = Object.assign(new EventEmitter(), {
    readableEnded: false,
    pause: told('pause'),
    resume: told('resume'),
    unshift: (chunk: unknown) => log.push(`unshift ${String(chunk)}`),
    ...state,
  });
  /** Set `onData` to do more with a chunk than to log it. */
  const behaviour = { onData: (_data: string): void => {} };
  const descriptor = {
    doRead() {
      const data = String(input.take());
      log.push(data);
      behaviour.onData(data);
    },
    readConnectionLost: told('read lost'),
  };
  const reactor = {
    stream,
    call: (event: (descriptor: Descriptor) => unknown) =>
      event(descriptor as unknown as Descriptor),
    settle: (event: string) => log.push(event),
    closed: told('closed'),
    readHalfEnded: told('read half ended'),
  };
  const input = new StreamInput(reactor as unknown as StreamReactor);
  const gives = (...chunks: string[]) =>
    chunks.forEach((chunk) => input.received(Buffer.from(chunk)));
  return { input, stream, behaviour, gives, news: () => log.splice(0) };
}

/** As `made`, opened. */
export function opened(state: object = {}) {
  const all = made(state);
  all.input.open();
  all.news();
  return all;
}
