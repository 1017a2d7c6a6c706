import { checkedBuffer, NOTHING } from '../base/bytes.js';
import {
  InvalidArgTypeError,
  InvalidStateError,
  MethodNotImplementedError,
} from '../base/errors.js';
import type { IPushProducer, ITransport, ProtocolTransport } from '../twisted/core/index.js';
import { heed, isClosing } from './callbacks.js';
import { Inbox } from './inbox.js';
import { Receiver } from './receiver.js';

/**
 * The state of a {@link StatefulProtocol}: the function to call, with the protocol as its `this`,
 * and how many bytes to call it with. The function returns the next state, or nothing to stay in
 * this one.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- A state may be a function with any protocol as `this`.
export type ProtocolState = readonly [receive: (this: any, data: Buffer) => unknown, count: number];

/**
 * Receives a number of bytes at a time. The function that receives a piece decides how many bytes
 * come next, and which function receives them. Override `getInitialState`.
 *
 * @example
 * ```ts
 * class Strings extends StatefulProtocol {
 *   override getInitialState(): ProtocolState {
 *     return [this.length, 4];
 *   }
 *   length(bytes: Buffer): ProtocolState {
 *     return [this.text, bytes.readUInt32BE()];
 *   }
 *   text(bytes: Buffer): ProtocolState {
 *     console.log(bytes.toString());
 *     return [this.length, 4];
 *   }
 * }
 * ```
 *
 * @see Twisted: `twisted.protocols.stateful.StatefulProtocol`
 */
export class StatefulProtocol<
  T extends ITransport & IPushProducer = ProtocolTransport,
> extends Receiver<T> {
  readonly #inbox = new Inbox();
  readonly #parse = (): unknown => this.#deliver();
  #state: ProtocolState | undefined;

  /** Removes earlier bytes, connects, and begins in the initial state. */
  override makeConnection(transport: ITransport): void {
    this.#inbox.replace(NOTHING);
    this.#state = undefined;
    super.makeConnection(transport);
    this.#state ??= this.#firstState();
  }

  /**
   * The state to begin in. Override it.
   *
   * @throws MethodNotImplementedError unless overridden.
   */
  getInitialState(): ProtocolState {
    throw new MethodNotImplementedError(this, 'getInitialState');
  }

  /**
   * Delivers `data` in pieces of the sizes that the states name. If a callback calls this, the
   * bytes that came before `data` are delivered first.
   *
   * @param data - Kept until it is delivered; don't overwrite it.
   * @throws InvalidArgTypeError: `data` is not bytes, and nothing has changed; or the value that a
   *   state's function returned is not a state, and the old state stays.
   * @throws InvalidStateError: a state that waits for no bytes returns no next state, so it would
   *   be called for ever.
   * @throws the error that a state's function throws: its bytes count as delivered, and the state
   *   stays.
   */
  override dataReceived(data: Uint8Array): unknown {
    const bytes = checkedBuffer(data);
    this.#state ??= this.#firstState();
    return this.#inbox.receive(bytes, this.#parse);
  }

  #firstState(): ProtocolState {
    const first = this.getInitialState();
    heed(first, this, 'getInitialState');
    assertState(first);
    return first;
  }

  #deliver(): unknown {
    const inbox = this.#inbox;
    while (!this.paused && !isClosing(this)) {
      const state = this.#state as ProtocolState;
      const [receive, count] = state;
      if (inbox.length < count) return undefined;
      const next = heed(receive.call(this, inbox.take(count)), this, 'a state');
      if (next) {
        assertState(next);
        this.#state = next;
      } else if (count === 0 && !isClosing(this)) {
        throw new InvalidStateError('A state that waits for 0 bytes must return another');
      }
    }
    return undefined;
  }
}

function assertState(state: unknown): asserts state is ProtocolState {
  const [receive, count] = Array.isArray(state) ? (state as unknown[]) : [];
  if (typeof receive === 'function' && Number.isInteger(count) && (count as number) >= 0) return;
  throw new InvalidArgTypeError('state', 'a function and how many bytes it is called with', state);
}
