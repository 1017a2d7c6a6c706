/**
 * How a connection ended: the one place that decides it, from the state of its halves, from whether
 * any written bytes are still buffered, and from the event.
 *
 * | event     | write half      | read half    | buffered | reason                                                            |
 * | --------- | --------------- | ------------ | -------- | ----------------------------------------------------------------- |
 * | abort     | any             | any          | any      | `ConnectionAborted`                                               |
 * | error     | any             | any          | any      | `ConnectionLost`, the error as `cause`                            |
 * | refused   | any             | any          | any      | `ConnectionLost`: the bytes to write are lost                     |
 * | gone      | any             | any          | any      | `ConnectionLost`, of the write half                               |
 * | handshake | any             | any          | any      | `ConnectionLost`: hung up before TLS was ready                    |
 * | reset     | any             | any          | any      | `ConnectionLost`, whatever else the stream says                   |
 * | end       | open, ending    | ended        | any      | none yet: the other half goes on                                  |
 * | end       | delivered, gone | ended        | any      | `ConnectionDone`: both halves are over                            |
 * | finish    | delivered, gone | ended        | any      | `ConnectionDone`: both halves are over                            |
 * | finish    | delivered, gone | open, unread | any      | none yet: the other half goes on                                  |
 * | finish    | open            | ended        | no       | `ConnectionDone`: Node ended a socket whose other end had hung up |
 * | finish    | open            | any other    | any      | `ConnectionLost`: other code ended the stream                     |
 * | close     | any             | open         | any      | `ConnectionLost`: the reader must not take it for the end         |
 * | close     | delivered       | any other    | any      | `ConnectionDone`                                                  |
 * | close     | gone            | ended        | any      | `ConnectionDone`                                                  |
 * | close     | gone            | unread       | any      | `ConnectionLost`                                                  |
 * | close     | ending          | any other    | any      | `ConnectionLost`: it never said `finish`                          |
 * | close     | open            | ended        | no       | `ConnectionDone`: the other end had hung up                       |
 * | close     | open            | any other    | any      | `ConnectionLost`                                                  |
 *
 * So `ConnectionDone` means that everything written was handed over. (A hang-up that ends a plain
 * protocol's connection is `ConnectionDone` at once, as in Twisted: the protocol's transport
 * decides that, and then sends the buffered bytes.)
 */
import {
  cleanClose,
  ConnectionAborted,
  type ConnectionClosed,
  ConnectionLost,
} from '../../twisted/core/index.js';
import { PrematureCloseError } from './errors.js';

/**
 * The state of the half that we write. `open`: it can be written to. `ending`: we ended it, and not
 * everything has left it yet. `delivered`: we ended it, and everything has left it. `gone`: other
 * code ended it, usually before we came.
 */
export type WriteHalf = 'open' | 'ending' | 'delivered' | 'gone';

/**
 * The state of the half that we read. `open`: more is wanted. `ended`: it has ended since we came,
 * or because we read it to its end. `unread`: we do not read it, as that of a writable, or we
 * discard it.
 */
export type ReadHalf = 'open' | 'ended' | 'unread';

/** The facts about a stream at an event. */
export interface StreamFacts {
  readonly write: WriteHalf;
  readonly read: ReadHalf;
  /** Whether any written bytes have not been handed over yet, as far as the stream can tell. */
  readonly isBuffering: boolean;
}

/**
 * The event, in the order of the names: we aborted the stream; it failed, or its `write` or `end`
 * threw; it takes no more, and something is to be written; its write half had ended before we came;
 * the other end hung up before TLS was ready; the other end reset it; or the stream emitted the
 * event of that name.
 */
export type Event =
  'abort' | 'error' | 'refused' | 'gone' | 'handshake' | 'reset' | 'end' | 'finish' | 'close';

/**
 * Why the connection is over, after `event`.
 *
 * @param cause - The stream's own error, if it gave one.
 * @returns `undefined` if it is not over yet.
 */
export function endingOf(
  facts: StreamFacts,
  event: Event,
  cause?: unknown,
): ConnectionClosed | undefined {
  const { write, read, isBuffering } = facts;
  switch (event) {
    case 'abort':
      return new ConnectionAborted();
    case 'error':
      return lost(cause);
    case 'refused':
    case 'gone':
    case 'reset':
      return lost(cause ?? new PrematureCloseError());
    case 'handshake':
      return lost(cause ?? new PrematureCloseError('The other end hung up before TLS was ready'));
    case 'end':
      return isOver(write) && read === 'ended' ? cleanClose() : undefined;
    case 'finish':
      if (isOver(write)) return read === 'ended' ? cleanClose() : undefined;
      break;
    case 'close':
      if (read !== 'open' && (write === 'delivered' || (write === 'gone' && read === 'ended'))) {
        return cleanClose();
      }
      break;
  }
  if (write === 'open' && read === 'ended' && !isBuffering) return cleanClose();
  return lost(cause ?? new PrematureCloseError());
}

function isOver(write: WriteHalf): boolean {
  return write === 'delivered' || write === 'gone';
}

function lost(cause: unknown): ConnectionLost {
  return new ConnectionLost(undefined, { cause });
}

/**
 * Whether a stream that was destroyed may say `event` before its `error`. When it refuses a write,
 * it was given the time to say that already.
 */
export function mayBringError(event: Event): boolean {
  return event !== 'abort' && event !== 'refused';
}
