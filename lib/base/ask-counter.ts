/**
 * Notices a consumer that asks in a loop. A producer that answers later cannot do so before the
 * event loop turns, and a loop that asks until it has an answer never lets it turn: the process
 * would freeze.
 */
import { InvalidStateError } from './errors.js';
import { now } from './timers.js';
import { currentTurn } from './turn.js';

/** Questions in one turn of the event loop: a consumer that waits for its answers asks fewer. */
const TOO_MANY = 1_000_000;
/**
 * Milliseconds that they take, at least. A `Cooperator` that has nothing else to do asks as often as it
 * can, but gives up its turn after 10 ms.
 */
const TOO_LONG = 100;

export class AskCounter {
  private turn = -1;
  private since = 0;
  private asked = 0;

  /**
   * Counts a question to which the answer to the last one is yet to come.
   *
   * @returns an error if they come in a loop that waits for nothing; then it begins to count anew.
   */
  count(): InvalidStateError | undefined {
    const turn = currentTurn();
    if (turn !== this.turn) this.begin(turn);
    this.asked += 1;
    if (this.asked < TOO_MANY || now() - this.since < TOO_LONG) return undefined;
    const { asked } = this;
    this.begin(turn);
    return new InvalidStateError(
      `A producer that answers later was asked ${asked} times in one turn of the event loop: a loop ` +
        'that asks until it has the answer never lets it come. Ask again once something was written.',
    );
  }

  private begin(turn: number): void {
    this.turn = turn;
    this.asked = 0;
    this.since = now();
  }
}
