/**
 * Notices a consumer that asks in a loop. A producer that answers later cannot do so before the
 * event loop turns, and a loop that asks until it has an answer never lets it turn: the process
 * would freeze.
 */
import { InvalidStateError } from './errors.js';
import { now } from './timers.js';
import { currentTurn } from './turn-number.js';

/** Calls in one turn of the event loop. A consumer that waits for its answers makes fewer. */
const TOO_MANY = 1_000_000;
/**
 * Milliseconds that these calls take, at least. A `Cooperator` without other work asks as often as
 * it can, but ends its turn after 10 milliseconds.
 */
const TOO_LONG = 100;

export class AskCounter {
  #turn = -1;
  #since = 0;
  #asked = 0;

  /**
   * Counts a call that comes before the answer to the last one.
   *
   * @returns an error if the calls come from a loop that does not wait; the count then begins
   *   again.
   */
  count(): InvalidStateError | undefined {
    const turn = currentTurn();
    if (turn !== this.#turn) this.#begin(turn);
    this.#asked += 1;
    if (this.#asked < TOO_MANY || now() - this.#since < TOO_LONG) return undefined;
    const asked = this.#asked;
    this.#begin(turn);
    return new InvalidStateError(
      `A producer was asked ${asked} times in one turn of the event loop, in which it cannot answer. ` +
        'Ask again once something was written.',
    );
  }

  #begin(turn: number): void {
    this.#turn = turn;
    this.#asked = 0;
    this.#since = now();
  }
}
