/** The errors of a `Cooperator` and its tasks. Match them on `code`. */

/**
 * A call is not possible in the state in which a scheduler, or one of its tasks, is. `code` is
 * `ERR_SCHEDULER`; its subclasses say more.
 *
 * @see Twisted: `twisted.internet.task.SchedulerError`
 */
export class SchedulerError extends Error {
  /** Match on this. */
  readonly code: string = 'ERR_SCHEDULER';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what happened, for a person.
   * @param options - `cause`: the error behind this one, if there is one.
   */
  constructor(
    message = 'The scheduler, or one of its tasks, is in no state for that.',
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/**
 * The scheduler was stopped, before the task was added or while it ran. `code` is
 * `ERR_SCHEDULER_STOPPED`.
 *
 * @see Twisted: `twisted.internet.task.SchedulerStopped`
 */
export class SchedulerStopped extends SchedulerError {
  override readonly code: string = 'ERR_SCHEDULER_STOPPED';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what happened, for a person.
   * @param options - `cause`: the error behind this one, if there is one.
   */
  constructor(message = 'The scheduler was stopped.', options?: ErrorOptions) {
    super(message, options);
  }
}

/**
 * The task is over; its subclasses say how it ended. `code` is `ERR_TASK_FINISHED`.
 *
 * @see Twisted: `twisted.internet.task.TaskFinished`
 */
export class TaskFinished extends SchedulerError {
  override readonly code: string = 'ERR_TASK_FINISHED';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what happened, for a person.
   * @param options - `cause`: the error behind this one, if there is one.
   */
  constructor(message = 'The task is over.', options?: ErrorOptions) {
    super(message, options);
  }
}

/**
 * The task is over: its iterator has ended. `code` is `ERR_TASK_DONE`.
 *
 * @see Twisted: `twisted.internet.task.TaskDone`
 */
export class TaskDone extends TaskFinished {
  override readonly code: string = 'ERR_TASK_DONE';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what happened, for a person.
   * @param options - `cause`: the error behind this one, if there is one.
   */
  constructor(message = 'The task is done.', options?: ErrorOptions) {
    super(message, options);
  }
}

/**
 * The task is over: it was stopped. `code` is `ERR_TASK_STOPPED`.
 *
 * @see Twisted: `twisted.internet.task.TaskStopped`
 */
export class TaskStopped extends TaskFinished {
  override readonly code: string = 'ERR_TASK_STOPPED';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what happened, for a person.
   * @param options - `cause`: the error behind this one, if there is one.
   */
  constructor(message = 'The task was stopped.', options?: ErrorOptions) {
    super(message, options);
  }
}

/**
 * The task is over: its iterator threw, or a promise that it yielded was rejected. `cause` is that
 * error; `code` is `ERR_TASK_FAILED`.
 *
 * @see Twisted: `twisted.internet.task.TaskFailed`
 */
export class TaskFailed extends TaskFinished {
  override readonly code: string = 'ERR_TASK_FAILED';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what happened, for a person.
   * @param options - `cause`: the error behind this one, if there is one.
   */
  constructor(message = 'The task failed.', options?: ErrorOptions) {
    super(message, options);
  }
}

/**
 * `resume` was called on a task that is not paused. `code` is `ERR_NOT_PAUSED`.
 *
 * @see Twisted: `twisted.internet.task.NotPaused`
 */
export class NotPaused extends SchedulerError {
  override readonly code: string = 'ERR_NOT_PAUSED';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what happened, for a person.
   * @param options - `cause`: the error behind this one, if there is one.
   */
  constructor(message = 'The task is not paused.', options?: ErrorOptions) {
    super(message, options);
  }
}
