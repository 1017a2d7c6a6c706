"""
Plays scenarios on a real twisted.web.client.FileBodyProducer: one JSON scenario a line on stdin, one
JSON trace a line on stdout. ../support/file-body-producer-player.ts describes the scenario, and what a
trace has of each step.

Ours differs by what docs/differences.md says: of FileBodyProducer, which is DecidedProducer here, and of
the Cooperator, which decided_cooperator.py has.
"""
import json
import sys

from twisted.internet import task
from twisted.internet.defer import Deferred, fail
from twisted.web.client import FileBodyProducer
from twisted.web.iweb import UNKNOWN_LENGTH

sys.dont_write_bytecode = True  # of what is imported from here

from decided_cooperator import DecidedCooperator, DecidedTask

task.CooperativeTask = DecidedTask

MOST_STEPS = 80


class Oops(Exception):
    pass


class InvalidStateError(Exception):
    pass


class DecidedProducer(FileBodyProducer):
    """Pauses do not add up, and may come before the beginning; the file is always closed, and once."""

    _task, paused, closed = None, False, False

    def close(self):
        if not self.closed:
            self.closed = True
            self._inputFile.close()

    def startProducing(self, consumer):
        if self._task is not None or self.closed:
            return fail(InvalidStateError())
        self._task = self._cooperate(self._writeloop(consumer))
        finished = self._task.whenDone()
        if self.paused:
            try:
                self._task.pause()
            except task.SchedulerError as error:
                self.close()
                finished.addErrback(lambda _: None)
                return fail(error)

        def failed(reason):
            if reason.check(task.TaskStopped):
                return Deferred()
            self.close()
            return reason

        return finished.addCallbacks(lambda _: None, failed)

    def _writeloop(self, consumer):
        while True:
            data = self._inputFile.read(self._readSize)
            if not data:
                self.close()
                break
            consumer.write(data)
            yield None

    def pauseTask(self):
        try:
            self._task.pause()
            return True
        except task.TaskFinished:
            return False

    def pauseProducing(self):
        if not self.paused:
            self.paused = self._task is None or self.pauseTask()

    def resumeProducing(self):
        if self.paused:
            self.paused = False
            if self._task is not None:
                self._task.resume()

    def stopProducing(self):
        if self._task is not None:
            try:
                self._task.stop()
            except task.TaskFinished:
                pass
        self.close()


class Call:
    def __init__(self, player, tick):
        self.player, self.tick, self.due = player, tick, True

    def cancel(self):
        self.player.events.append(["cancel"])
        self.due = False


class File:
    def __init__(self, player):
        self.player, self.rest = player, player.scenario["contents"]

    def read(self, size):
        self.player.happens("read", size)
        data, self.rest = self.rest[:size], self.rest[size:]
        return data.encode()

    def close(self):
        # Ours closes it once the call has returned, because that may take its time.
        self.player.late.append(["close"])


class Seekable(File):
    position = 0

    def seek(self, offset, whence):
        self.player.happens("seek", offset, whence)
        self.position = offset if whence == 0 else len(self.player.scenario["contents"])

    def tell(self):
        self.player.happens("tell")
        return self.position


class Player:
    def __init__(self, scenario):
        self.scenario = scenario
        self.events, self.late, self.calls, self.results = [], [], [], []
        self.reactions = {name: list(tape) for name, tape in scenario["reactions"].items()}
        self.taken = self.begun = 0
        self.cooperator = DecidedCooperator(self.predicate, self.schedule)
        self.cooperator.report = lambda name: None
        file = (Seekable if scenario["seekable"] else File)(self)
        self.producer = None
        try:
            self.producer = DecidedProducer(file, self.cooperator, scenario["readSize"])
        except Oops:
            self.events.append(["refused"])
        else:
            length = self.producer.length
            self.events.append(["length", None if length is UNKNOWN_LENGTH else length])

    def predicate(self):
        left = self.scenario["units"]

        def over():
            nonlocal left
            left -= 1
            return left <= 0

        return over

    def schedule(self, tick):
        self.events.append(["schedule"])
        call = Call(self, tick)
        self.calls.append(call)
        return call

    def happens(self, callback, *what):
        self.events.append([callback, *what])
        reaction = self.next_of(callback)
        for name in reaction["does"]:
            self.step(name)
        if reaction["throws"]:
            raise Oops()

    def next_of(self, callback):
        tape = self.reactions.get(callback)
        return tape.pop(0) if tape else {"does": [], "throws": False}

    def write(self, data):
        self.happens("write", data.decode())

    def step(self, name):
        self.taken += 1
        if self.taken > MOST_STEPS or self.producer is None:
            return
        if name == "begin":
            number, self.begun = self.begun, self.begun + 1
            done = self.producer.startProducing(self)
            done.addCallbacks(
                lambda _: self.late.append(["done", number, None]),
                lambda failure: self.late.append(["done", number, failure.type.__name__]),
            )
        elif name == "other":
            task.CooperativeTask(self.work(), self.cooperator)
        elif name == "tick":
            for call in self.calls:
                if call.due:
                    call.due = False
                    call.tick()
                    break
        elif name == "stopCooperator":
            self.cooperator.stop()
        else:
            try:
                getattr(self.producer, name)()
            except task.SchedulerError as error:
                self.events.append([name, type(error).__name__])

    def work(self):
        """Another task of the same cooperator."""
        for _ in range(3):
            self.happens("other")
            yield None

    def play(self):
        trace = [self.turn()]
        for name in self.scenario["steps"]:
            self.step(name)
            trace.append(self.turn())
        return trace

    def turn(self):
        shown, self.events = self.events, []
        settled = []
        while self.late:
            late, self.late = sorted(self.late, key=json.dumps), []
            settled += late
            for what in late:
                for name in self.next_of(what[0])["does"]:
                    self.step(name)
        shown2, self.events = self.events, []
        return [shown, settled, shown2]


for line in sys.stdin:
    print(json.dumps(Player(json.loads(line)).play()))
