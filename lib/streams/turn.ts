/**
 * Keeps the event loop alive. A stream that completes at once lets a producer run from tick to tick
 * without timers or I/O ever getting their turn (Node's own `pipe` does that); this counts what
 * runs, and says when it is time to let the loop turn.
 */

/** Writes that may be made before the loop must turn. */
const WRITES = 64;
/** Milliseconds after which it must turn too, where single writes are slow. */
const MILLISECONDS = 1;
/** From how many writes in a turn on it is worth noticing when the turn ends. */
const NOTICE = 16;

/** Of how many cheap writes one asks the time. */
const CHEAP = 64;

let spent = 0;
let cheap = 0;
let since = 0;
let noticing = false;

/**
 * Takes one write from what this turn of the event loop may do.
 *
 * @returns `false` if the turn has had enough: go on after a `setImmediate`.
 */
export function spendTurn(): boolean {
  spent += 1;
  if (spent < NOTICE) return true;
  if (!noticing) {
    noticing = true;
    since = performance.now();
    setImmediate(endTurn);
  }
  if (spent > WRITES) return false;
  // Asking the time costs about as much as a small write, so not each time.
  return (spent & 7) !== 0 || performance.now() - since < MILLISECONDS;
}

/**
 * As {@link spendTurn}, for writes so cheap that a turn of the loop for every few of them would
 * cost more than they do: only the time counts.
 */
export function spendMoment(): boolean {
  cheap += 1;
  if (cheap % CHEAP !== 0) return true;
  if (!noticing) {
    noticing = true;
    since = performance.now();
    setImmediate(endTurn);
  }
  return performance.now() - since < MILLISECONDS;
}

function endTurn(): void {
  noticing = false;
  spent = 0;
}
