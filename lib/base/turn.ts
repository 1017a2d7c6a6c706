/**
 * Keeps the event loop alive. A stream that completes at once lets a producer run from tick to tick
 * without timers or I/O ever getting their turn (Node's own `pipe` does that); this counts what
 * runs, and says when it is time to let the loop turn.
 */
import { now, setImmediate } from './timers.js';

/** Writes that may be made before the loop must turn. */
const WRITES = 64;
/** Milliseconds after which it must turn as well, if single writes are slow. */
const MILLISECONDS = 1;
/** From how many writes in a turn on it is worth noticing when the turn ends. */
const NOTICE = 16;
/** Most units of work from one reading of the clock to the next. */
const LONGEST_RUN = 64;
/** Milliseconds: a run that took less may be followed by a longer one. */
const SHORT = MILLISECONDS / 16;

let spent = 0;
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
    since = now();
    setImmediate(endTurn);
  }
  // Asking the time costs about as much as a small write, so not each time.
  if ((spent & 7) === 0 && now() - since >= MILLISECONDS) spent = WRITES + 1;
  return spent <= WRITES;
}

// The last reading of the clock, and the number of units until the next. All work in a turn shares
// them, because only the length of the turn counts.
let reading = 0;
let run = 1;

/**
 * As {@link spendTurn}, for units of work so cheap that a turn of the loop for every few of them
 * would cost more than they do: only the time counts. To read the clock costs more than such a unit
 * too, so it is read after one, and while units prove small, after runs of twice as many.
 *
 * @returns how many units may be done before this is to be asked again; 0 if the turn has had
 *   enough: go on after a `setImmediate`.
 */
export function smallUnitsLeft(): number {
  const previous = reading;
  reading = now();
  run = reading - previous < SHORT ? Math.min(run * 2, LONGEST_RUN) : 1;
  if (noticing) return reading - since < MILLISECONDS ? run : 0;
  noticing = true;
  since = reading;
  setImmediate(endTurn);
  return run;
}

/** A flow that has used up its turn and wants to go on. */
export interface Waiting {
  run(isOurTurn: true): void;
}

/** The flows that have asked for a turn, in order; those before `served` have had it. */
let waiting: Waiting[] = [];
let served = 0;
let pumping = false;

/** Whether anyone else waits for a turn. */
export function othersWait(): boolean {
  return served < waiting.length;
}

/**
 * Calls `run` of `next` in a later turn of the event loop, after all that have asked before: with
 * many connections, each in its turn gets its share.
 */
export function waitForTurn(next: Waiting): void {
  waiting.push(next);
  if (pumping) return;
  pumping = true;
  setImmediate(pump);
}

function pump(): void {
  // A waiter that asks again meanwhile comes behind the others, and is served in this turn if it lasts.
  while (served < waiting.length && !isSpent()) waiting[served++]?.run(true);
  if (served === waiting.length) {
    waiting = [];
    served = 0;
  } else if (served > waiting.length / 2) {
    waiting = waiting.slice(served);
    served = 0;
  }
  pumping = waiting.length > 0;
  if (pumping) setImmediate(pump);
}

function isSpent(): boolean {
  return spent >= WRITES || (noticing && now() - since >= MILLISECONDS);
}

function endTurn(): void {
  noticing = false;
  spent = 0;
}

let turn = 0;
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
