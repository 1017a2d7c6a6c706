/** One iterator on its way through a cooperator. */
import { InvalidArgTypeError } from '../../base/errors.js';
import { log } from '../../base/log.js';
import { setImmediate } from '../../base/timers.js';
import { Seat } from './round-robin.js';
import {
  NotPaused,
  TaskDone,
  TaskFailed,
  TaskStopped,
  type SchedulerStopped,
} from './scheduler-errors.js';
import { closeWork, isWork, workFrom, type Work, type WorkSource } from './work.js';
import { isThenable, whenRejected } from '../../base/rejection.js';

/**
 * How a task ended. Not an error yet, because most are never thrown, and a stack trace costs more
 * than a task.
 */
type CompletionState =
  typeof TaskDone | typeof TaskFailed | typeof TaskStopped | typeof SchedulerStopped;

/** The members of a cooperator that its tasks call. */
export interface TaskOwner {
  /** Runs `task` from now on. */
  addTask(task: CooperativeTask): void;
  /** Runs `task` no more. */
  removeTask(task: CooperativeTask): void;
}

interface Waiter {
  resolve(iterator: unknown): void;
  reject(error: unknown): void;
}

/**
 * A task of a `Cooperator`. You can pause it, resume it, stop it and wait for it.
 *
 * A task runs unless it is paused. When it yields a promise it is paused until that settles; a
 * rejection fails the task. The task awaits a step of an asynchronous iterator in the same way, but
 * `resume` cannot end that pause.
 *
 * Stopping a task does not end an iterator that was handed in: several tasks may share one, which
 * is how Twisted's users limit the number of jobs that run at a time. Call its `return` yourself if
 * you need its `finally` blocks to run. An iterator that was made from an iterable is ended.
 *
 * @see Twisted: `twisted.internet.task.CooperativeTask`
 */
export class CooperativeTask<Iterating extends Work = Work> {
  /** @internal Where it stands among its cooperator's tasks. */
  readonly seat = new Seat<CooperativeTask>(this);
  /** The iterator that is worked through. */
  protected readonly iterator: Iterating;
  /** Runs this task. */
  protected readonly cooperator: TaskOwner;
  /** How often it was paused and not resumed. A promise that it waits for counts as a pause. */
  protected pauseCount = 0;

  private completionState: CompletionState | null = null;
  /** The error that failed it, if one did. */
  private failure: unknown = undefined;
  private waiters: Waiter[] | null = null;
  /** Whether some code waits for it or was told how it ended. If so, a failure needs no report. */
  private wasHeardOf = false;

  /** Whether the iterator's `next` is running. */
  private working = false;
  /** Whether a step of an asynchronous iterator is still pending. */
  private stepOutstanding = false;
  /** Whether the end of the task also ends the iterator: only if the iterator was made here. */
  private closesIterator: boolean;

  /**
   * Adds itself to `cooperator`. Use `Cooperator#cooperate` instead.
   *
   * @param iterator - As for `cooperate`.
   * @param cooperator - Runs the task.
   * @throws the error that `cooperate` throws.
   */
  constructor(iterator: WorkSource, cooperator: TaskOwner) {
    this.closesIterator = !isWork(iterator);
    this.iterator = workFrom(iterator) as Iterating;
    this.cooperator = cooperator;
    cooperator.addTask(this);
  }

  /**
   * Waits for the end of the task. If the task fails and no code has called this before the next
   * turn of the event loop, the error goes to `log.err`.
   *
   * @returns a new promise at each call, yours to handle. It resolves with the iterator once that
   *   has ended. It rejects with the error of the iterator or of a promise that it yielded, with
   *   {@link TaskStopped} after `stop`, or with {@link SchedulerStopped}.
   * @see Twisted: `twisted.internet.task.CooperativeTask.whenDone`
   */
  whenDone(): Promise<Iterating> {
    this.wasHeardOf = true;
    return new Promise((resolve, reject) => {
      const waiter = { resolve, reject };
      if (this.completionState !== null) this.tell(waiter);
      else if (this.waiters === null) this.waiters = [waiter];
      else this.waiters.push(waiter);
    });
  }

  /**
   * Stops working until it is resumed as often as it was paused.
   *
   * @throws TaskDone, TaskFailed, TaskStopped or SchedulerStopped: the task is over.
   * @see Twisted: `twisted.internet.task.CooperativeTask.pause`
   */
  pause(): void {
    this.checkFinish();
    this.pauseCount += 1;
    if (this.pauseCount === 1) this.cooperator.removeTask(this);
  }

  /**
   * Takes back one `pause`. If the task is over, it does nothing else.
   *
   * @throws NotPaused: there is no pause to take back.
   * @see Twisted: `twisted.internet.task.CooperativeTask.resume`
   */
  resume(): void {
    if (this.pauseCount === 0) throw new NotPaused();
    this.pauseCount -= 1;
    this.rejoin();
  }

  /**
   * Ends the task.
   *
   * @throws TaskDone, TaskFailed, TaskStopped or SchedulerStopped: it is over already.
   * @see Twisted: `twisted.internet.task.CooperativeTask.stop`
   */
  stop(): void {
    this.checkFinish();
    this.abandon(TaskStopped);
  }

  /** @throws the completion state, if there is one. */
  private checkFinish(): void {
    const { completionState } = this;
    if (completionState === null) return;
    this.wasHeardOf = true;
    throw completionState === TaskFailed
      ? new TaskFailed(undefined, { cause: this.failure })
      : new completionState();
  }

  /** Joins the cooperator's running tasks, unless it is paused, waits for a step or is over. */
  private rejoin(): void {
    if (this.pauseCount === 0 && !this.stepOutstanding && this.completionState === null) {
      this.cooperator.addTask(this);
    }
  }

  /** @internal Does one unit of work. */
  oneWorkUnit(): void {
    let step: ReturnType<Work['next']>;
    let asynchronous: boolean;
    this.working = true;
    try {
      step = this.iterator.next();
      asynchronous = isThenable(step);
    } catch (error) {
      this.fail(error);
      return;
    }
    this.working = false;
    if (!asynchronous) {
      this.take(step as IteratorResult<unknown>);
    } else {
      this.stepOutstanding = true;
      try {
        this.cooperator.removeTask(this);
      } finally {
        this.awaitStep(step as PromiseLike<IteratorResult<unknown>>).catch(reportStuck);
      }
    }
  }

  /** Awaits a step of an asynchronous iterator, and then runs the task again. */
  private async awaitStep(pending: PromiseLike<IteratorResult<unknown>>): Promise<void> {
    let step: IteratorResult<unknown>;
    try {
      step = await pending;
    } catch (error) {
      this.fail(error);
      return;
    }
    this.stepOutstanding = false;
    this.take(step);
    this.rejoin();
  }

  /** Handles the result of a unit of work. */
  private take(step: IteratorResult<unknown>): void {
    let done: boolean | undefined;
    let value: unknown;
    let waits = false;
    try {
      // A number has no `done`, so the task would never end.
      if (typeof step !== 'object') throw new InvalidArgTypeError('next()', 'an object', step);
      ({ done } = step);
      if (!done) waits = isThenable((value = step.value));
    } catch (error) {
      this.fail(error);
      return;
    }
    if (this.completionState !== null) {
      // The task was ended from inside its own step, when its iterator could not be ended.
      if (!done) this.closeIterator();
      if (waits) whenRejected(value, (error) => this.fail(error));
    } else if (done) {
      this.complete(TaskDone);
    } else if (waits) {
      try {
        this.pause();
      } finally {
        this.awaitYielded(value as PromiseLike<unknown>).catch(reportStuck);
      }
    }
  }

  /** Awaits a promise that was yielded, for which the task was paused, and resumes the task. */
  private async awaitYielded(promise: PromiseLike<unknown>): Promise<void> {
    try {
      await promise;
    } catch (error) {
      if (this.completionState === null) this.abandon(TaskFailed, error);
      else this.fail(error);
      return;
    }
    this.resume();
  }

  /** The work has failed. If the task is over already, the error is only reported. */
  private fail(error: unknown): void {
    if (this.completionState === null) this.complete(TaskFailed, error);
    else log.err(error, 'A cooperative task failed after it was ended');
  }

  /** @internal Ends the task, unless it is over, before its iterator has ended. */
  abandon(state: CompletionState, error?: unknown): void {
    if (this.completionState !== null) return;
    try {
      this.complete(state, error);
    } finally {
      this.closeIterator();
    }
  }

  private closeIterator(): void {
    // A generator can't be ended while it runs: `take` sees to it.
    if (!this.closesIterator || this.working) return;
    this.closesIterator = false;
    closeWork(this.iterator);
  }

  /** Ends the task, once. Its state is final before the cooperator's scheduler is called. */
  private complete(state: CompletionState, error?: unknown): void {
    this.completionState = state;
    this.failure = error;
    if (this.waiters !== null) {
      for (const waiter of this.waiters) this.tell(waiter);
    } else if (state === TaskFailed) {
      setImmediate(() => this.reportUnlessHeardOf());
    }
    this.cooperator.removeTask(this);
  }

  private tell(waiter: Waiter): void {
    const { completionState } = this;
    if (completionState === TaskDone) waiter.resolve(this.iterator);
    else if (completionState === TaskFailed) waiter.reject(this.failure);
    else if (completionState !== null) waiter.reject(new completionState());
  }

  private reportUnlessHeardOf(): void {
    if (!this.wasHeardOf) {
      log.err(this.failure, 'A cooperative task failed, and no code waited for it');
    }
  }
}

/**
 * Reports an error that is thrown when the task runs again after a promise, because no caller can
 * catch it.
 */
function reportStuck(error: unknown): void {
  log.err(error, 'A cooperative task could not go on');
}
