"""
Plays scenarios on a real twisted.internet.task.LoopingCall, over a Clock: one JSON scenario a line on
stdin, one JSON trace a line on stdout.

A scenario is {"counts": bool, "since": seconds, "calls": [[actions, outcome], ...], "steps": [...]}.
The function does the next of "calls" each time that it is called, beginning again at the end; the
outcome is "value", "throw" or "wait" (it returns a Deferred). After MOST_CALLS it stops the loop.
Steps and actions:
    ["start", interval, now]     left out while the function runs or waits, see docs/twisted-defects.md
    ["stop"] ["reset"] ["interval", seconds] ["running"]
    ["advance", seconds]
    ["fire"] ["fail"]     the Deferred that is waited for; only as a step
A trace has, for each step, what happened and which Deferreds of start() fired.
"""
import json
import sys

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock, LoopingCall

MOST_CALLS = 40
NAMES = {AssertionError: "InvalidStateError", ValueError: "OutOfRangeError"}


class Oops(Exception):
    pass


class Player:
    def __init__(self, scenario):
        self.clock = Clock()
        self.clock.rightNow = scenario["since"]
        self.calls = scenario["calls"]
        self.made = self.starts = self.depth = 0
        self.waiting = None
        self.events, self.settled = [], []
        make = LoopingCall.withCount if scenario["counts"] else LoopingCall
        self.loop = make(self.f)
        self.loop.clock = self.clock

    def play(self, steps):
        trace = []
        for step in steps:
            self.do([step])
            pending = [call.getTime() for call in self.clock.getDelayedCalls()]
            trace.append([self.events, self.settled, pending])
            self.events, self.settled = [], []
        return trace

    def f(self, *count):
        self.events.append(["call", self.clock.seconds(), *count])
        actions, outcome = self.calls[self.made % len(self.calls)]
        self.made += 1
        self.depth += 1
        try:
            self.do(actions)
        finally:
            self.depth -= 1
        if self.made >= MOST_CALLS:
            self.do([["stop"]])
        elif outcome == "throw":
            raise Oops()
        elif outcome == "wait" and self.waiting is None:
            self.waiting = Deferred()
            return self.waiting

    def do(self, actions):
        for verb, *args in actions:
            try:
                getattr(self, verb)(*args)
            except (AssertionError, ValueError) as error:
                self.events.append([verb, NAMES[type(error)]])

    def start(self, interval, now):
        if self.made >= MOST_CALLS or self.depth or self.waiting:
            return
        number = self.starts
        self.starts += 1
        self.loop.start(interval, now).addCallbacks(
            lambda result: self.settled.append([number, result is self.loop]),
            lambda failure: self.settled.append([number, type(failure.value).__name__]),
        )

    def stop(self):
        self.loop.stop()

    def reset(self):
        self.loop.reset()

    def interval(self, seconds):
        if self.loop.interval is not None:
            self.loop.interval = seconds

    def running(self):
        self.events.append(["running", self.loop.running])

    def advance(self, seconds):
        self.clock.advance(seconds)

    def fire(self):
        if self.waiting:
            waiting, self.waiting = self.waiting, None
            waiting.callback(None)

    def fail(self):
        if self.waiting:
            waiting, self.waiting = self.waiting, None
            waiting.errback(Oops())


for line in sys.stdin:
    scenario = json.loads(line)
    print(json.dumps(Player(scenario).play(scenario["steps"])))
