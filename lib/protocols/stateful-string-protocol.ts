import { assertNotExtended } from '../base/build.js';
import { InvalidArgTypeError, MethodNotImplementedError } from '../base/errors.js';
import { log } from '../base/log.js';
import { type IProtocol, type ITransport, logPrefixOf, Protocol } from '../twisted/core/index.js';
import { heed } from './callbacks.js';
import { isThenable } from '../base/rejection.js';

/** The members that {@link StatefulStringProtocol} adds to its base. */
export declare abstract class StatefulStringProtocolMembers {
  /** Takes the arguments of the base. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- TS2545 demands it of a mixin.
  constructor(...args: any[]);

  /** The method `proto_` plus this name gets the next string. `'init'` at the beginning. */
  state: string;

  /**
   * Calls the method of the current state, which returns the next state; `'done'` closes the
   * connection. If there is no such method, the string is dropped, and an error is logged.
   *
   * @throws InvalidArgTypeError: the method before returned no state, or this method returned a
   *   promise.
   * @throws the error that the method throws: the state stays.
   */
  stringReceived(string: Buffer): void;
}

/**
 * Makes a string receiver call a method for each state: `proto_init` for the first string, then the
 * method that the last method named.
 *
 * @example
 * ```ts
 * class Login extends StatefulStringProtocol(NetstringReceiver) {
 *   name = '';
 *   proto_init(string: Buffer) {
 *     this.name = string.toString();
 *     return 'password';
 *   }
 *   proto_password(string: Buffer) {
 *     this.sendString(Buffer.from(string.length > 8 ? 'welcome' : 'too short'));
 *     return 'done';
 *   }
 * }
 * ```
 *
 * @returns a class that extends `Protocol`.
 * @see Twisted: `twisted.protocols.basic.StatefulStringProtocol`
 */
export function StatefulStringProtocol(): typeof Protocol & typeof StatefulStringProtocolMembers;
/**
 * Mixes it into a class that extends `Receiver`.
 *
 * @param Receiver - The class to extend.
 */
export function StatefulStringProtocol<T extends abstract new (...args: never[]) => IProtocol>(
  Receiver: T,
): T & typeof StatefulStringProtocolMembers;
export function StatefulStringProtocol(
  Receiver: abstract new (...args: never[]) => IProtocol = Protocol,
): abstract new (...args: never[]) => IProtocol {
  assertNotExtended(new.target, 'StatefulStringProtocol');
  abstract class Stateful extends Receiver {
    state = 'init';
    /** The method that returned the state, for a message. */
    #from: string | undefined;
    declare readonly transport: Pick<ITransport, 'loseConnection'> | null;

    stringReceived(string: Buffer): void {
      const { state } = this as { state: unknown };
      if (typeof state !== 'string') {
        const returned = this.#from === undefined ? '' : `, which ${this.#from}() returns`;
        throw new InvalidArgTypeError('state', `a string${returned}`, state);
      }
      const method = `proto_${state}`;
      const handle = (this as unknown as Record<string, unknown>)[method];
      if (typeof handle !== 'function') {
        log.err(
          new MethodNotImplementedError(this, method),
          `${logPrefixOf(this)}: a string is dropped`,
        );
        return;
      }
      const next: unknown = handle.call(this, string);
      if (isThenable(next)) {
        heed(next, this, method);
        throw new InvalidArgTypeError('state', `a string, which ${method}() returns`, next);
      }
      this.#from = method;
      this.state = next as string; // Refused with the next string, if it is not a state.
      if (next === 'done') heed(this.transport?.loseConnection(), this, 'loseConnection');
    }
  }
  return Stateful;
}
