"""
Plays scenarios on a real twisted.protocols.loopback.loopbackAsync: one JSON scenario a line on stdin,
one JSON trace a line on stdout. Scenarios are described in ../testing/loopback.oracle.spec.ts.
"""
import json
import sys

from twisted.internet import task

clock = task.Clock()
sys.modules["twisted.internet.reactor"] = clock  # Before anything imports the real one.

import twisted.internet

twisted.internet.reactor = clock

from twisted.internet.protocol import Protocol
from twisted.protocols import loopback


class Scripted(Protocol):
    def __init__(self, player, name, tapes):
        self.player, self.name = player, name
        self.tapes = {event: list(tape) for event, tape in tapes.items()}
        self.isDone = False
        self.producer = None

    def happens(self, event, *details):
        self.player.trace.append([self.name, event, *details])
        tape = self.tapes.get(event)
        for action in tape.pop(0) if tape else []:
            self.do(action)

    def do(self, action):
        if self.isDone or len(self.player.trace) >= self.player.most:
            return
        name, *arguments = action
        if name == "write":
            self.transport.write(arguments[0].encode())
        elif name == "writeSequence":
            self.transport.writeSequence([piece.encode() for piece in arguments[0]])
        elif name == "lose" and self.producer is None:
            self.isDone = True
            self.transport.loseConnection()
        elif name == "produce" and self.producer is None:
            self.producer = Producer(self, arguments[0])
            self.transport.registerProducer(self.producer, False)
        elif name == "atOther" and self.other.transport is not None:
            self.other.do(arguments[0])

    def connectionMade(self):
        self.happens("made")

    def dataReceived(self, data):
        self.happens("received", data.decode())

    def connectionLost(self, reason):
        self.isDone = True
        self.happens("lost", reason.type.__name__)


class Producer:
    def __init__(self, owner, count):
        self.owner, self.count = owner, count

    def resumeProducing(self):
        self.owner.player.trace.append([self.owner.name, "asked", self.count])
        self.owner.transport.write(b"piece %d" % (self.count,))
        self.count -= 1
        if self.count == 0:
            self.owner.producer = None
            self.owner.transport.unregisterProducer()


class Player:
    def __init__(self, scenario):
        self.trace, self.most = [], scenario["most"]
        ends = {name: Scripted(self, name, scenario[name]) for name in ("server", "client")}
        ends["server"].other, ends["client"].other = ends["client"], ends["server"]
        done = loopback.loopbackAsync(ends["server"], ends["client"])
        done.addCallback(lambda _: self.trace.append(["done"]))
        for name, action in scenario["later"]:
            self.trace.append(["> " + name])
            ends[name].do(action)
            clock.advance(0)


def play(scenario):
    return Player(scenario).trace


for line in sys.stdin:
    print(json.dumps(play(json.loads(line))))
