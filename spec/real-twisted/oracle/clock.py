"""
Plays scenarios on a real twisted.internet.task.Clock: one JSON scenario a line on stdin, one JSON
trace a line on stdout.

A scenario is a list of steps:
    ["callLater", delay, steps]     the steps are done when the call is made; calls are numbered
    ["cancel", n] ["reset", n, seconds] ["delay", n, seconds]     on call n, if there is one
    ["advance", seconds] ["pump", [seconds, ...]] ["look"]
Only MOST_CALLS calls are made later, so that a scenario ends.
"""
import json
import sys

from twisted.internet.error import AlreadyCalled, AlreadyCancelled
from twisted.internet.task import Clock

MOST_CALLS = 60


def play(scenario):
    clock, calls, trace = Clock(), [], []

    def make(number, steps):
        trace.append(["call", number, clock.seconds()])
        do(steps)

    def step(verb, *args):
        if verb == "callLater":
            delay, steps = args
            if len(calls) < MOST_CALLS:
                number = len(calls)
                calls.append(None)
                calls[number] = clock.callLater(delay, make, number, steps)
        elif verb == "advance":
            clock.advance(*args)
        elif verb == "pump":
            clock.pump(*args)
        elif verb == "look":
            pending = clock.getDelayedCalls()
            trace.append(["pending", clock.seconds(), [calls.index(call) for call in pending]])
            trace.append([[call.getTime(), bool(call.active())] for call in calls])
        elif args[0] < len(calls):
            number, *seconds = args
            getattr(calls[number], verb)(*seconds)

    def do(steps):
        for each in steps:
            try:
                step(*each)
            except (AlreadyCalled, AlreadyCancelled) as error:
                trace.append([each[0], type(error).__name__])

    do(scenario)
    return trace


for line in sys.stdin:
    print(json.dumps(play(json.loads(line))))
