/** Divides the event loop's time among tasks that each do a little at a time. */
import { CooperativeTask } from './cooperative-task.js';
import { log } from '../../base/log.js';
import { RoundRobin } from './round-robin.js';
import { SchedulerStopped } from './scheduler-errors.js';
import { timeSlice } from './time-slice.js';
import { addAbortListener, assertSignal, removeAbortListener } from '../../base/abort-signal.js';
import {
  assertBoolean,
  assertFunction,
  assertKnownOptions,
  assertOptions,
} from '../../base/arguments.js';
import { logRejection, whenRejected } from '../../base/rejection.js';
import { clearImmediate, setImmediate } from '../../base/timers.js';
import type { WorkOf, WorkSource } from './work.js';

/**
 * A call that will be made later, unless it is cancelled.
 *
 * @see Twisted: `twisted.internet.interfaces.IDelayedCall`
 */
export interface ICancellable {
  /** Forgets the call. */
  cancel(): void;
}

/**
 * The options of a {@link Cooperator}.
 *
 * @see Twisted: the arguments of `twisted.internet.task.Cooperator`
 */
export interface CooperatorOptions {
  /**
   * Called as each tick begins. It returns a function, which is called after each unit of work and
   * ends the tick by returning `true`. By default a tick lasts 10 milliseconds. If one of the two
   * throws, the tick ends, and another follows.
   *
   * Neither is waited for. If the second returns a promise, the tick ends, as any true value ends
   * it; if the promise rejects, the error goes to `log.err`.
   */
  terminationPredicateFactory?: (() => () => boolean) | undefined;
  /**
   * Must call `tick` once, later, unless the call is cancelled. By default the event loop calls it,
   * after input and output.
   */
  scheduler?: ((tick: () => void) => ICancellable) | undefined;
  /** Whether tasks run as soon as they are added (the default), or only after `start`. */
  started?: boolean | undefined;
  /** Stops it, as `stop` does, when it aborts. */
  signal?: AbortSignal | undefined;
}

const OPTIONS = ['terminationPredicateFactory', 'scheduler', 'started', 'signal'];

/**
 * Runs tasks in turn, one step of an iterator at a time, for one slice of time in each turn of the
 * event loop.
 *
 * Tasks may be added, paused, resumed and stopped at any time, also from inside a task. The order
 * is Twisted's: a task that is resumed comes last, and when a task that has had its turn leaves,
 * the next one waits for the next round.
 *
 * @example
 * ```ts
 * const giveUp = new AbortController();
 * const cooperator = new Cooperator({ signal: giveUp.signal });
 * const task = cooperator.cooperate(largeJob()); // A generator: each `yield` ends a unit of work.
 * await task.whenDone();
 * ```
 *
 * @see Twisted: `twisted.internet.task.Cooperator`
 */
export class Cooperator {
  private readonly round = new RoundRobin<CooperativeTask>();
  private readonly terminationPredicateFactory: () => () => boolean;
  private readonly scheduler: (tick: () => void) => ICancellable;
  private scheduledTick: ScheduledTick | null = null;
  private started: boolean;
  private stopped = false;
  private mustScheduleOnStart = false;
  private readonly signal: AbortSignal | undefined;
  private readonly onAbort = (): void => this.stop();

  /**
   * @param options - See {@link CooperatorOptions}.
   * @throws InvalidArgTypeError: an option is not of its type.
   */
  constructor(options: CooperatorOptions = {}) {
    assertOptions(options);
    assertKnownOptions(options, OPTIONS);
    const {
      terminationPredicateFactory = timeSlice,
      scheduler = nextTurn,
      started = true,
      signal,
    } = options;
    assertSignal(signal);
    assertFunction(terminationPredicateFactory, 'options.terminationPredicateFactory');
    assertFunction(scheduler, 'options.scheduler');
    assertBoolean(started, 'options.started');
    this.terminationPredicateFactory = terminationPredicateFactory;
    this.scheduler = scheduler;
    this.started = started;
    this.signal = signal;
    if (signal?.aborted) this.stopped = true;
    else addAbortListener(signal, this.onAbort);
  }

  /** The tasks that run, in order; not those that are paused or wait for a promise. */
  protected get tasks(): CooperativeTask[] {
    return [...this.round];
  }

  /** The value that the scheduler returned for the next tick; `null` if no tick is due. */
  protected get delayedCall(): ICancellable | null {
    return this.scheduledTick?.call ?? null;
  }

  /**
   * Whether tasks are run: it was started, and not stopped since.
   *
   * @see Twisted: `twisted.internet.task.Cooperator.running`
   */
  get running(): boolean {
    return this.started && !this.stopped;
  }

  /**
   * Adds a task.
   *
   * @param iterator - An iterator, synchronous or not, or an iterable object to make one from.
   *   Each step is a unit of work; yielding a promise waits for it.
   * @returns the task. While this is stopped, the task has ended with {@link SchedulerStopped}.
   * @throws InvalidArgTypeError: `iterator` is neither; nothing was added.
   * @throws the error that the scheduler throws; the task was added.
   * @see Twisted: `twisted.internet.task.Cooperator.cooperate`
   */
  cooperate<Source extends WorkSource>(iterator: Source): CooperativeTask<WorkOf<Source>> {
    return new CooperativeTask<WorkOf<Source>>(iterator, this);
  }

  /**
   * Adds a task, for a caller that does not need to pause or stop it.
   *
   * @param iterator - As for `cooperate`.
   * @returns the promise that `whenDone` returns.
   * @throws the errors that `cooperate` throws.
   * @see Twisted: `twisted.internet.task.Cooperator.coiterate`
   */
  coiterate<Source extends WorkSource>(iterator: Source): Promise<WorkOf<Source>> {
    return new CooperativeTask<WorkOf<Source>>(iterator, this).whenDone();
  }

  /**
   * Runs tasks from now on, including those added before. Does nothing if it runs already.
   *
   * @throws the error that the scheduler throws.
   * @see Twisted: `twisted.internet.task.Cooperator.start`
   */
  start(): void {
    this.stopped = false;
    this.started = true;
    if (this.mustScheduleOnStart) {
      this.mustScheduleOnStart = false;
      this.reschedule();
    }
  }

  /**
   * Ends every task with {@link SchedulerStopped}, also tasks that are added later. A task that is
   * paused or waits for a promise ends when it would go on. `start` admits new tasks again.
   *
   * @see Twisted: `twisted.internet.task.Cooperator.stop`
   */
  stop(): void {
    this.stopped = true;
    // Read now: a callback of a task's end may start this again, and the new tick must not be
    // cancelled.
    const { scheduledTick } = this;
    this.scheduledTick = null;
    // Differs from Twisted, which loops over a list that shrinks, so that it ends every second task
    // only.
    for (const task of this.round.clear()) task.abandon(SchedulerStopped);
    scheduledTick?.cancel();
  }

  /** Stops it, and no longer listens to its signal: `await using cooperator = new Cooperator()`. */
  [Symbol.asyncDispose](): Promise<void> {
    removeAbortListener(this.signal, this.onAbort);
    this.stop();
    return Promise.resolve();
  }

  /** @internal Lets a task run. */
  addTask(task: CooperativeTask): void {
    if (this.stopped) {
      task.abandon(SchedulerStopped);
    } else {
      this.round.add(task.seat);
      this.reschedule();
    }
  }

  /** @internal Stops running a task; with the last task the next tick is cancelled. */
  removeTask(task: CooperativeTask): void {
    if (this.round.remove(task.seat) && this.round.isEmpty) this.cancelTick();
  }

  /** Runs tasks for one slice. */
  protected readonly tick = (): void => {
    this.scheduledTick = null;
    try {
      this.runTasks();
    } finally {
      this.reschedule();
    }
  };

  private runTasks(): void {
    const { round } = this;
    const isOver = this.terminationPredicateFactory();
    logRejection(isOver, 'The terminationPredicateFactory of a Cooperator rejected');
    assertFunction(isOver, 'options.terminationPredicateFactory()');
    while (!round.isEmpty) {
      for (let seat = round.next(); seat !== null; seat = round.next()) {
        seat.member.oneWorkUnit();
        const over: unknown = isOver();
        if (over) return logRejection(over, 'A termination predicate of a Cooperator rejected');
      }
      round.rewind();
    }
  }

  private reschedule(): void {
    if (!this.started) {
      this.mustScheduleOnStart = true;
    } else if (this.scheduledTick === null && !this.round.isEmpty) {
      const scheduled = new ScheduledTick();
      this.scheduledTick = scheduled;
      try {
        const call = this.scheduler(this.tick);
        whenRejected(call, (reason) => {
          log.err(reason, 'The scheduler of a Cooperator rejected');
          this.forget(scheduled);
        });
        scheduled.becomes(call);
      } catch (error) {
        this.forget(scheduled);
        throw error;
      }
    }
  }

  /** The tick that the scheduler was asked for won't come: the next task asks for another. */
  private forget(scheduled: ScheduledTick): void {
    if (this.scheduledTick === scheduled) this.scheduledTick = null;
  }

  private cancelTick(): void {
    const { scheduledTick } = this;
    this.scheduledTick = null;
    scheduledTick?.cancel();
  }
}

/**
 * The next tick. It exists before the scheduler is called, because a scheduler may call back at
 * once: to run the tick, or to add or stop tasks.
 */
class ScheduledTick {
  /** The value that the scheduler returned. */
  call: ICancellable | null = null;
  private cancelled = false;

  becomes(call: ICancellable): void {
    this.call = call;
    if (this.cancelled) this.cancel();
  }

  cancel(): void {
    this.cancelled = true;
    // A scheduler may return nothing to cancel. So a cancelled tick may still come; it then has
    // nothing to do.
    if (typeof this.call?.cancel !== 'function') return;
    logRejection(this.call.cancel(), 'A tick of a Cooperator failed to be cancelled');
  }
}

/** Ticks on the event loop, which also reports an error that a termination predicate throws. */
function nextTurn(tick: () => void): ICancellable {
  const immediate = setImmediate(() => {
    try {
      tick();
    } catch (error) {
      log.err(error, 'A tick of a Cooperator failed');
    }
  });
  return { cancel: () => clearImmediate(immediate) };
}

const theCooperator = new Cooperator();

/**
 * {@link Cooperator.cooperate} of the cooperator that the whole program shares.
 *
 * @param iterator - An iterator, synchronous or not, or an iterable object to make one from.
 * @returns the task.
 * @throws InvalidArgTypeError: `iterator` is neither.
 * @see Twisted: `twisted.internet.task.cooperate`
 */
export function cooperate<Source extends WorkSource>(
  iterator: Source,
): CooperativeTask<WorkOf<Source>> {
  return theCooperator.cooperate(iterator);
}

/**
 * {@link Cooperator.coiterate} of the cooperator that the whole program shares.
 *
 * @param iterator - An iterator, synchronous or not, or an iterable object to make one from.
 * @returns the promise that the task's `whenDone` returns.
 * @throws InvalidArgTypeError: `iterator` is neither.
 * @see Twisted: `twisted.internet.task.coiterate`
 */
export function coiterate<Source extends WorkSource>(iterator: Source): Promise<WorkOf<Source>> {
  return theCooperator.coiterate(iterator);
}
