"""
Plays scenarios on a real twisted.protocols.policies.TimeoutMixin, over a Clock: one JSON scenario a line on
stdin, one JSON trace a line on stdout.

A scenario is {"timeOut": seconds or null, "timeouts": [steps, ...], "steps": steps}; "timeouts" are done
in the first, second, ... call of timeoutConnection. Steps:
    ["setTimeout", seconds or null] ["resetTimeout"] ["timeOut", seconds or null] ["advance", seconds]
"""
import json
import sys

from twisted.internet.task import Clock
from twisted.protocols.policies import TimeoutMixin


class Timed(TimeoutMixin):
    def __init__(self, scenario):
        self.clock = Clock()
        self.callLater = self.clock.callLater
        self.timeOut = scenario["timeOut"]
        self.timeouts = list(scenario["timeouts"])
        self.trace = []

    def timeoutConnection(self):
        self.trace.append(["timeout", self.clock.seconds()])
        self.do(self.timeouts.pop(0) if self.timeouts else [])

    def do(self, steps):
        for verb, *args in steps:
            if verb == "advance":
                self.clock.advance(*args)
            elif verb == "timeOut":
                (self.timeOut,) = args
            else:
                self.trace.append([verb, getattr(self, verb)(*args)])
            pending = [call.getTime() for call in self.clock.getDelayedCalls()]
            self.trace.append([self.timeOut, pending])
        return self.trace


for line in sys.stdin:
    scenario = json.loads(line)
    print(json.dumps(Timed(scenario).do(scenario["steps"])))
