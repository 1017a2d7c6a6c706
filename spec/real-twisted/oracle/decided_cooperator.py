"""
twisted.internet.task.Cooperator with what was decided otherwise, and nothing else. `departs` tells
whether a decision made a difference.
"""
from twisted.internet.defer import Deferred
from twisted.internet.task import (
    Cooperator,
    CooperativeTask,
    SchedulerStopped,
    TaskDone,
    TaskFailed,
)
from twisted.python.failure import Failure


class DecidedTask(CooperativeTask):
    def _completeWith(self, state, result):
        if self._completionState is None:
            super()._completeWith(state, result)
            return
        # A task completes once; an error that comes later is reported.
        self._cooperator.departs = True
        if isinstance(state, TaskFailed):
            self._cooperator.report(result.type.__name__)

    def _oneWorkUnit(self):
        try:
            result = next(self._iterator)
        except StopIteration:
            self._completeWith(TaskDone(), self._iterator)
        except Exception:
            self._completeWith(TaskFailed(), Failure())
        else:
            if not isinstance(result, Deferred):
                return
            if self._completionState is not None:
                # A task that stopped itself does not wait for what it then yields.
                self._cooperator.departs = True
                return
            self.pause()
            result.addCallbacks(
                lambda _: self.resume(),
                lambda failure: self._completeWith(TaskFailed(), failure),
            )


class DecidedCooperator(Cooperator):
    departs = False
    report = None

    def stop(self):
        # Twisted's loop skips every second task of the list that shrinks under it.
        self._stopped = True
        self.departs = self.departs or len(self._tasks) > 1
        for each in list(self._tasks):
            each._completeWith(SchedulerStopped(), Failure(SchedulerStopped()))
        super().stop()
