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


MOST_STEPS = 80


class Transport(StringTransport):
    def __init__(self, number, happens):
        super().__init__()
        self.number, self.happens = number, happens

    def loseConnection(self):
        self.happens("lose", self.number)


class Oops(Exception):
    pass


class Endpoint:
    def __init__(self, happens, prepares):
        self.happens, self.attempts, self.prepares = happens, [], prepares
        self.prepared, self.preparing, self.waiting = 0, False, None

    def connect(self, factory):
        number = len(self.attempts)
        self.happens("connect", number)
        connecting = Deferred(lambda _: self.happens("cancelled", number))
        self.attempts.append([connecting, factory, None])
        return connecting

    def succeed(self):
        if not self.attempts or self.attempts[-1][0].called:
            return
        attempt = self.attempts[-1]
        connecting, factory, _ = attempt
        attempt[2] = protocol = factory.buildProtocol(None)
        protocol.makeConnection(Transport(len(self.attempts) - 1, self.happens))
        connecting.callback(protocol)

    def fail(self):
        if self.attempts and not self.attempts[-1][0].called:
            self.attempts[-1][0].errback(ConnectionRefusedError())

    def prepare(self, protocol):
        outcome = self.prepares[self.prepared % len(self.prepares)]
        self.prepared += 1
        self.preparing = True
        self.happens("prepare", protocol.transport.number)
        if outcome == "wait":
            self.waiting = Deferred()
            return self.waiting
        self.preparing = False
        if outcome == "throw":
            self.attempts[-1][2] = None
            raise Oops()

    def ready(self):
        if self.waiting is not None:
            waiting, self.waiting, self.preparing = self.waiting, None, False
            waiting.callback(None)

    def refused(self):
        if self.waiting is not None:
            waiting, self.waiting, self.preparing = self.waiting, None, False
            self.attempts[-1][2] = None
            waiting.errback(Oops())

    def lose(self):
        if self.attempts and self.attempts[-1][2] is not None and not self.preparing:
            protocol, self.attempts[-1][2] = self.attempts[-1][2], None
            protocol.connectionLost(Failure(ConnectionLost()))


def play(scenario):
    events, trace, results, promises = [], [], [], []
    reactions = {name: list(tape) for name, tape in scenario["reactions"].items()}
    taken = 0

    def happens(callback, *what):
        events.append([callback, *what])
        for each in next_of(callback):
            step(*each)

    def next_of(callback):
        tape = reactions.get(callback)
        return tape.pop(0) if tape else []

    def settles(deferred, callback, number, value):
        promise = len(promises)
        promises.append(deferred)

        def settled(*outcome):
            events.append([callback, number, *outcome])
            results.append((promise, callback))

        deferred.addCallbacks(
            lambda result: settled(*value(result)),
            lambda failure: settled(failure.type.__name__),
        )

    class Told(Protocol):
        def connectionLost(self, reason):
            happens("lost", self.transport.number)

    delay = backoffPolicy(*scenario["policy"], jitter=lambda: 0)

    def policy(failures):
        happens("policy", failures)
        return delay(failures)

    clock, endpoint = Clock(), Endpoint(happens, scenario["prepares"])
    prepare = None if scenario["prepares"] is None else endpoint.prepare
    service = ClientService(endpoint, Factory.forProtocol(Told), policy, clock, prepare)

    def step(verb, *args):
        nonlocal taken
        taken += 1
        if taken > MOST_STEPS:
            return
        number = len(trace)
        if verb == "start":
            service.startService()
        elif verb == "stop":
            if endpoint.preparing:
                return
            settles(service.stopService(), "stopped", number, lambda _: [])
        elif verb == "when":
            connected = service.whenConnected(*args)
            settles(connected, "when", number, lambda it: [it.transport.number])
        elif verb == "advance":
            clock.advance(*args)
        else:
            getattr(endpoint, verb)()

    for each in scenario["steps"]:
        step(*each)
        # The callbacks of a result run after the step, because ours come from a promise.
        while results:
            batch, results[:] = sorted(results), []
            for _, callback in batch:
                for reaction in next_of(callback):
                    step(*reaction)
        due = [round(call.getTime(), 6) for call in clock.getDelayedCalls()]
        trace.append([sorted(map(json.dumps, events)), bool(service.running), due])
        events.clear()
    return trace


for line in sys.stdin:
    print(json.dumps(play(json.loads(line))))
