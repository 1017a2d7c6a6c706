"""
Plays scenarios on the real twisted.protocols.policies: one JSON scenario a line on stdin, one JSON trace a
line on stdout.

A scenario is {"kind", "depth", "limits": [connections, read, write], "period", "reactions", "steps"}; kind is
"wrapping" ("depth" WrappingFactories around each other), "throttling", "timeout", "total", or "stacked":
then "layers" has the kinds of the factories around each other, the innermost first.
"reactions" has a list of actions for each next callback by that name of any connection: "made",
"received", "lost", "pause", "resume".
Actions, of the protocol that is wrapped:
    ["write", n] ["writeSequence", [n, ...]] ["close"] ["register"] ["unregister"]
    ["pauseReads"] ["resumeReads"]
Steps:
    ["connect"] ["do", connection, action] ["read", connection, n] ["lose", connection]
    ["advance", seconds] ["limit", n or null] ["overflow", bool]
    ["setTimeout", connection, seconds or null] ["resetTimeout", connection]
The trace begins with whether Twisted does as ./decided_policies.py decides; then, for each step: what
happened, and how all stand.
"""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import decided_policies
from twisted.internet import protocol, task
from twisted.internet.address import IPv4Address
from twisted.internet.testing import StringTransportWithDisconnection
from twisted.protocols import policies

CLIENT = IPv4Address("TCP", "192.0.2.1", 4000)
MOST_ACTIONS = 60


class Wrapped(protocol.Protocol):
    name = "wrapped"

    def connectionMade(self):
        self.number = self.player.connections.index(None)
        self.player.connections[self.number] = self
        self.player.happened(self, "made", self.name)

    def dataReceived(self, data):
        self.player.happened(self, "received", len(data))

    def connectionLost(self, reason):
        self.lost = True
        self.player.happened(self, "lost")

    lost = False


class Overflow(Wrapped):
    name = "overflow"


class Producer:
    def __init__(self, player, connection, number):
        self.player, self.connection, self.number = player, connection, number

    def pauseProducing(self):
        self.player.happened(self.connection, "pause", self.number)

    def resumeProducing(self):
        self.player.happened(self.connection, "resume", self.number)

    def stopProducing(self):
        self.player.happened(self.connection, "stop", self.number)


class Player:
    def __init__(self, scenario, own):
        self.scenario = scenario
        self.clock = task.Clock()
        self.events, self.connections, self.outer, self.transports = [], [], [], []
        self.reactions = {name: list(lists) for name, lists in scenario["reactions"].items()}
        self.actions = self.producers = 0
        wrapped = protocol.ClientFactory()
        wrapped.protocol = self.make
        kind = scenario["kind"]
        if kind == "wrapping":
            self.factory = wrapped
            for _ in range(scenario["depth"]):
                self.factory = policies.WrappingFactory(self.factory)
        elif kind == "stacked":
            self.factory = self.stacked(own, wrapped)
        elif kind == "throttling":
            self.factory = own.ThrottlingFactory(wrapped, *scenario["limits"])
        elif kind == "timeout":
            self.factory = policies.TimeoutFactory(wrapped, scenario["period"])
        else:
            self.factory = policies.LimitTotalConnectionsFactory()
            self.factory.protocol = self.make
        self.factory.callLater = self.clock.callLater

    def stacked(self, own, factory):
        layers = self.scenario["layers"]
        for i, layer in enumerate(layers):
            if layer == "wrapping":
                factory = policies.WrappingFactory(factory)
            elif layer == "timeout":
                factory = policies.TimeoutFactory(factory, self.scenario["period"])
            else:
                connections, *rates = self.scenario["limits"]
                # The factory around another one does not bear that this builds nothing.
                isOutermost = i == len(layers) - 1
                factory = own.ThrottlingFactory(factory, connections if isOutermost else sys.maxsize, *rates)
            factory.callLater = self.clock.callLater
        return factory

    def make(self, cls=Wrapped):
        made = cls()
        made.player = self
        return made

    def happened(self, connection, name, *more):
        self.events.append([name, connection.number, *more])
        lists = self.reactions.get(name)
        for action in lists.pop(0) if lists else []:
            self.act(connection, action)

    def act(self, connection, action):
        self.actions += 1
        if self.actions > MOST_ACTIONS:
            return
        verb, *args = action
        try:
            getattr(self, verb)(connection.transport, connection, *args)
        except RuntimeError:
            self.events.append([verb, "refused"])

    def write(self, transport, connection, length):
        transport.write(b"x" * length)

    def writeSequence(self, transport, connection, lengths):
        transport.writeSequence([b"x" * length for length in lengths])

    def close(self, transport, connection):
        transport.loseConnection()

    def register(self, transport, connection):
        self.producers += 1
        transport.registerProducer(Producer(self, connection, self.producers), True)

    def unregister(self, transport, connection):
        transport.unregisterProducer()

    def pauseReads(self, transport, connection):
        transport.pauseProducing()

    def resumeReads(self, transport, connection):
        transport.resumeProducing()

    def play(self):
        trace = []
        for step in self.scenario["steps"]:
            self.step(*step)
            trace.append([self.events, self.stands()])
            self.events = []
        return trace

    def stands(self):
        factory = self.factory
        return [
            sorted(call.getTime() for call in self.clock.getDelayedCalls()),
            len(getattr(factory, "protocols", ())),
            [getattr(factory, n, None) for n in ("connectionCount", "readThisSecond", "writtenThisSecond")],
            [
                [t.producerState, t.connected, len(t.value()), bool(o.disconnecting), o.wrappedProtocol is None]
                for t, o in zip(self.transports, self.outer)
            ],
        ]

    def step(self, verb, *args):
        if verb == "connect":
            self.connect()
        elif verb == "advance":
            self.clock.advance(args[0])
        elif verb == "limit":
            if self.scenario["kind"] == "total":
                self.factory.connectionLimit = args[0]
        elif verb == "overflow":
            if self.scenario["kind"] == "total":
                self.factory.overflowProtocol = (lambda: self.make(Overflow)) if args[0] else None
        elif args[0] < len(self.connections):
            self.stepOn(verb, *args)

    def connect(self):
        wrapper = self.factory.buildProtocol(CLIENT)
        if wrapper is None:
            self.events.append(["none"])
            return
        transport = StringTransportWithDisconnection()
        transport.protocol = wrapper
        self.connections.append(None)
        self.outer.append(wrapper)
        self.transports.append(transport)
        wrapper.makeConnection(transport)

    def stepOn(self, verb, number, *args):
        connection, outer = self.connections[number], self.outer[number]
        if verb == "do":
            self.act(connection, args[0])
        elif verb == "read" and not connection.lost:
            outer.dataReceived(b"x" * args[0])
        elif verb == "lose":
            self.transports[number].loseConnection()
        elif self.scenario["kind"] == "timeout" and not connection.lost:
            if verb == "setTimeout":
                outer.setTimeout(args[0])
            elif verb == "resetTimeout":
                outer.resetTimeout()


def attempt(scenario, own):
    try:
        return Player(scenario, own).play()
    except Exception as error:
        return repr(error)


for line in sys.stdin:
    scenario = json.loads(line)
    decided = Player(scenario, decided_policies).play()
    print(json.dumps([attempt(scenario, policies) == decided, *decided]))
