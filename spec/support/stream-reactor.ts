/** A reactor over a stream that a spec drives, with a descriptor that notes what it is told. */
import type { Input } from '../../lib/streams/any-stream/index.js';
import { StreamReactor, type Descriptor } from '../../lib/streams/transports/stream-reactor.js';
import { FakeStream } from './stream-writer.js';

/** Notes what it is told, with the cause of a loss if that is the stream's own. */
export class Told {
  readonly told: unknown[] = [];
  /** The reason of the loss. */
  reason: Error | undefined;
  holdsWrites = false;
  onWrite = (): Error | undefined | void => {};

  doWrite(): Error | undefined | void {
    this.told.push('write');
    return this.onWrite();
  }
  connectionLost(reason: Error): void {
    this.told.push(reason.name);
    this.reason = reason;
  }
  writeConnectionLost(): void {
    this.told.push('write half lost');
  }
}

/**
 * A reactor over `stream` with the properties of `state`. Its descriptor wants to write once each
 * time that this is asked for.
 */
export function driven<Stream extends object = FakeStream>(
  state: object = {},
  stream: Stream = new FakeStream() as unknown as Stream,
) {
  Object.assign(stream, state);
  const reactor = new StreamReactor(stream as unknown as FakeStream);
  const descriptor = new Told();
  descriptor.onWrite = () => reactor.removeWriter();
  reactor.attach(descriptor as unknown as Descriptor);
  return { reactor, stream, descriptor, told: descriptor.told };
}

/** An input whose half stands as it says, and that notes what it is told. */
export function inputOf(half: Input['half']) {
  const told: string[] = [];
  const input: Input = {
    half,
    isStopped: false,
    start: () => void told.push('start'),
    stop: () => void told.push('stop'),
    received: () => {},
    ended: () => {},
    delayClose: () => false,
  };
  return { input, told };
}
