import { expect } from 'chai';

import * as errors from '../../../lib/twisted/cooperation/scheduler-errors.js';

describe("the scheduler's errors", () => {
  const { SchedulerError, TaskFinished } = errors;
  const family = [
    [errors.SchedulerError, 'SchedulerError', 'ERR_SCHEDULER', Error],
    [errors.SchedulerStopped, 'SchedulerStopped', 'ERR_SCHEDULER_STOPPED', SchedulerError],
    [errors.TaskFinished, 'TaskFinished', 'ERR_TASK_FINISHED', SchedulerError],
    [errors.TaskDone, 'TaskDone', 'ERR_TASK_DONE', TaskFinished],
    [errors.TaskStopped, 'TaskStopped', 'ERR_TASK_STOPPED', TaskFinished],
    [errors.TaskFailed, 'TaskFailed', 'ERR_TASK_FAILED', TaskFinished],
    [errors.NotPaused, 'NotPaused', 'ERR_NOT_PAUSED', SchedulerError],
  ] as const;

  for (const [Kind, name, code, Parent] of family) {
    it(`include ${name}, with its code, under ${Parent.name}`, () => {
      const cause = new Error('behind it');
      const error = new Kind(undefined, { cause });
      expect(error).to.be.instanceOf(Parent);
      expect(Object.getPrototypeOf(Kind)).to.equal(Parent);
      expect(error).to.include({ name, code, cause });
      expect(error.message).to.match(/\.$/);
      expect(new Kind('other').message).to.equal('other');
    });
  }
});
