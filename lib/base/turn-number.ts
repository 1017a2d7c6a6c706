/** Tells the turns of the event loop apart. */
import { setImmediate } from './timers.js';

let turn = 0;
/** Whether `nextTurn` is on its way: only after a question, so that an idle process can end. */
let countingTurn = false;

/**
 * The number of this turn of the event loop: it changes once the loop has turned. By then, all code
 * that awaited a promise that was settled in this turn has run.
 */
export function currentTurn(): number {
  if (!countingTurn) {
    countingTurn = true;
    setImmediate(nextTurn);
  }
  return turn;
}

function nextTurn(): void {
  countingTurn = false;
  turn += 1;
}
