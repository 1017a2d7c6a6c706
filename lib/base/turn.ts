/**
 * Keeps the event loop turning. If a stream completes each write at once, a producer can run from
 * tick to tick, and timers and I/O never get their turn (with Node's own `pipe` this happens). This
 * module counts the writes, and says when the loop must turn.
 */
import { type Context, currentContext } from './context.js';
import { Queue } from './queue.js';
import { now, setImmediate } from './timers.js';

/** Writes after which the loop must turn. */
const WRITES = 64;
/** Milliseconds after which the loop must turn in any case, because single writes may be slow. */
const MILLISECONDS = 1;
/** Number of writes in a turn from which on we watch for the end of the turn. */
const NOTICE = 16;
/** Most units of work from one reading of the clock to the next. */
const LONGEST_RUN = 64;
/** Milliseconds: after a run that took less, the next run may be longer. */
const SHORT = MILLISECONDS / 16;

let spent = 0;
let since = 0;
let noticing = false;

/**
 * Takes one write from the budget of this turn of the event loop.
 *
 * @returns `false` if the budget is used up: go on after a `setImmediate`.
 */
export function spendTurn(): boolean {
  spent += 1;
  if (spent < NOTICE) return true;
  if (!noticing) {
    noticing = true;
    since = now();
    setImmediate(endTurn);
  }
  // Only now and then, because reading the clock costs about as much as a small write.
  if ((spent & 7) === 0 && now() - since >= MILLISECONDS) spent = WRITES + 1;
  return spent <= WRITES;
}

// The last reading of the clock, and the number of units until the next. All work in a turn shares
// them, because only the length of the turn counts.
let reading = 0;
let run = 1;

/**
 * As {@link spendTurn}, but counts only the time, for units of work that are so cheap that a turn
 * of the loop for every 64 of them would cost more than the work. Reading the clock also costs more
 * than such a unit. So the clock is read after one unit, and then after runs that double while the
 * units are small.
 *
 * @returns how many units may be done before the next call; 0 if the budget is used up: go on after
 *   a `setImmediate`.
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

/** The flows that have asked for a turn, in order, and the context in which each has asked. */
const waiting = /* @__PURE__ */ new Queue<{ next: Waiting; context: Context }>();
let pumping = false;

/** Whether another flow waits for a turn. */
export function othersWait(): boolean {
  return waiting.length > 0;
}

/**
 * Calls `run` of `next` in a later turn of the event loop, after all flows that have asked before.
 * So with many connections, each gets its share. It runs in the context of this call, although one
 * callback of the event loop serves them all.
 */
export function waitForTurn(next: Waiting): void {
  waiting.push({ next, context: currentContext() });
  if (pumping) return;
  pumping = true;
  setImmediate(pump);
}

function pump(): void {
  // A waiter that asks again meanwhile comes after the others, and is served in this turn if there
  // is time.
  while (waiting.length > 0 && !isSpent()) {
    const { next, context } = waiting.shift()!;
    context.runInAsyncScope(() => next.run(true));
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
