"""
Plays scenarios on a real ClientService: one JSON scenario a line on stdin, one JSON trace a line on
stdout. ../support/client-service-player.ts describes the steps, and what a trace has of each.
"""
import json
import sys

from twisted.application.internet import ClientService, backoffPolicy
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionLost, ConnectionRefusedError
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.logger import globalLogBeginner
from twisted.python.failure import Failure

globalLogBeginner.beginLoggingTo([lambda event: None], redirectStandardIO=False)


class Transport(StringTransport):
    def __init__(self, number, tell):
        super().__init__()
        self.number, self.tell = number, tell

    def loseConnection(self):
        self.tell("lose", self.number)


class Endpoint:
    def __init__(self, tell):
        self.tell, self.attempts = tell, []

    def connect(self, factory):
        number = len(self.attempts)
        self.tell("connect", number)
        connecting = Deferred(lambda _: self.tell("cancelled", number))
        self.attempts.append([connecting, factory, None])
        return connecting

    def succeed(self):
        if not self.attempts or self.attempts[-1][0].called:
            return
        attempt = self.attempts[-1]
        connecting, factory, _ = attempt
        attempt[2] = protocol = factory.buildProtocol(None)
        protocol.makeConnection(Transport(len(self.attempts) - 1, self.tell))
        connecting.callback(protocol)

    def fail(self):
        if self.attempts and not self.attempts[-1][0].called:
            self.attempts[-1][0].errback(ConnectionRefusedError())

    def lose(self):
        if self.attempts and self.attempts[-1][2] is not None:
            protocol, self.attempts[-1][2] = self.attempts[-1][2], None
            protocol.connectionLost(Failure(ConnectionLost()))


def play(scenario):
    events, trace = [], []

    def tell(*what):
        events.append(list(what))

    clock, endpoint = Clock(), Endpoint(tell)
    factory = Factory.forProtocol(Protocol)
    policy = backoffPolicy(*scenario["policy"], jitter=lambda: 0)
    service = ClientService(endpoint, factory, policy, clock)

    def step(verb, *args):
        number = len(trace)
        if verb == "start":
            service.startService()
        elif verb == "stop":
            service.stopService().addCallback(lambda _: tell("stopped", number))
        elif verb == "when":
            service.whenConnected(*args).addCallbacks(
                lambda protocol: tell("when", number, protocol.transport.number),
                lambda failure: tell("when", number, failure.type.__name__),
            )
        elif verb == "advance":
            clock.advance(*args)
        else:
            getattr(endpoint, verb)()

    for each in scenario["steps"]:
        step(*each)
        due = [round(call.getTime(), 6) for call in clock.getDelayedCalls()]
        trace.append([sorted(map(json.dumps, events)), bool(service.running), due])
        events.clear()
    return trace


for line in sys.stdin:
    print(json.dumps(play(json.loads(line))))
