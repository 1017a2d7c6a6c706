/** The process's own standard input and output, as a transport. */
import { Duplex } from 'node:stream';

import { DuplexTransport } from '../streams/duplex-transport.js';
import type { WritableConsumerOptions } from '../streams/writable-consumer.js';
import type { IProtocol } from '../twisted/interfaces.js';

/** Options of {@link StandardIO}. */
export interface StandardIOOptions extends WritableConsumerOptions {
  /** What to read; `process.stdin` unless given. */
  stdin?: NodeJS.ReadableStream | undefined;
  /** What to write; `process.stdout` unless given. */
  stdout?: NodeJS.WritableStream | undefined;
}

/**
 * Standard input and output as one connection: pipes, files or a terminal.
 *
 * The end of the input is the other end hanging up: an `IHalfCloseableProtocol` may still write all
 * that it has. `loseConnection` waits for all that was written. Node keeps descriptor 1 open until
 * the process exits, which it does by itself when nothing else is open; so that is when whoever
 * reads our output sees its end.
 *
 * @see Twisted: `twisted.internet.stdio.StandardIO`
 */
export class StandardIO extends DuplexTransport {
  /**
   * @param protocol - What talks over standard input and output; connected before this returns.
   * @param options - See {@link StandardIOOptions}.
   * @throws InvalidArgTypeError: `protocol` is no protocol.
   * @throws OutOfRangeError: `highWaterMark` is no whole number of at least 0.
   */
  constructor(protocol: IProtocol, options: StandardIOOptions = {}) {
    const { stdin = process.stdin, stdout = process.stdout, ...rest } = options;
    super(Duplex.from({ readable: stdin, writable: stdout }), { ...rest, protocol });
  }
}
