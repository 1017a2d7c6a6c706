"""
Plays scenarios on a real ReconnectingClientFactory: one JSON scenario a line on stdin, one JSON trace a
line on stdout. ../support/reconnecting-player.ts describes the steps, and what a trace has of each.
"""
import json
import sys

from twisted.internet.error import NotConnectingError
from twisted.internet.protocol import ReconnectingClientFactory
from twisted.internet.task import Clock


class Connector:
    def __init__(self, factory, tell):
        self.factory, self.tell, self.state = factory, tell, "connecting"

    def connect(self):
        self.tell("connect", self.state)
        if self.state == "disconnected":
            self.state = "connecting"

    def stopConnecting(self):
        self.tell("stopConnecting", self.state)
        if self.state != "connecting":
            raise NotConnectingError()
        self.over("clientConnectionFailed")

    def over(self, told):
        self.state = "disconnected"
        getattr(self.factory, told)(self, None)


def play(scenario):
    events, trace = [], []

    def tell(*what):
        events.append(list(what))

    clock, factory = Clock(), ReconnectingClientFactory()
    factory.noisy, factory.clock, factory.jitter = False, clock, None
    for name, value in scenario["set"].items():
        setattr(factory, name, value)
    connector = Connector(factory, tell)

    def step(verb, *args):
        if verb == "succeed":
            if connector.state == "connecting":
                connector.state = "connected"
        elif verb == "fail":
            if connector.state == "connecting":
                connector.over("clientConnectionFailed")
        elif verb == "lose":
            if connector.state == "connected":
                connector.over("clientConnectionLost")
        elif verb == "advance":
            clock.advance(*args)
        elif verb in ("retry", "resetDelay") and clock.getDelayedCalls():
            pass  # Twisted would forget of the wait that is under way,
        elif verb == "retry" and connector.state != "disconnected":
            pass  # or of this one.
        else:
            getattr(factory, verb)()

    for each in scenario["steps"]:
        try:
            step(*each)
        except ValueError:
            events.append(["no connector"])
        due = [round(call.getTime(), 6) for call in clock.getDelayedCalls()]
        state = [round(factory.delay, 6), factory.retries, bool(factory.continueTrying)]
        trace.append([list(events), state, factory.connector is connector, due])
        events.clear()
    return trace


for line in sys.stdin:
    print(json.dumps(play(json.loads(line))))
