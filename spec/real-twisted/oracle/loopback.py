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

TheirTransport = loopback._LoopbackTransport


class WaitingTransport(TheirTransport):
    """
    Twisted's own, but for one row of docs/differences.md: an end of a loopback closes once the registered
    producer has unregistered.
    """

    isWanted = False

    def loseConnection(self):
        if self.producer is None:
            TheirTransport.loseConnection(self)
        else:
            self.isWanted = True
            self.q.put(None)

    def unregisterProducer(self):
        TheirTransport.unregisterProducer(self)
        if self.isWanted:
            TheirTransport.loseConnection(self)


def deliverAll(queue, target):
    """The policy of identityPumpPolicy, for ends that still send after they were asked to close."""
    while queue:
        data = queue.get()
        if data is not None:
            target.dataReceived(data)


def connect(server, client, waits):
    loopback._LoopbackTransport = WaitingTransport if waits else TheirTransport
    policy = deliverAll if waits else loopback.identityPumpPolicy
    return loopback.loopbackAsync(server, client, policy)


class Scripted(Protocol):
    def __init__(self, player, name, tapes):
        self.player, self.name = player, name
        self.tapes = {event: list(tape) for event, tape in tapes.items()}
        self.isDone = False
        self.producer = None
        self.pushes = False

    def happens(self, event, *details):
        self.player.trace.append([self.name, event, *details])
        tape = self.tapes.get(event)
        for action in tape.pop(0) if tape else []:
            self.do(action)

    def do(self, action):
        name, *arguments = action
        if name == "unregister":
            if self.pushes:
                self.pushes = False
                self.transport.unregisterProducer()
            return
        if self.isDone or len(self.player.trace) >= self.player.most:
            return
        if name == "write":
            self.transport.write(arguments[0].encode())
        elif name == "writeSequence":
            self.transport.writeSequence([piece.encode() for piece in arguments[0]])
        elif name == "lose" and (self.player.waits or self.producer is None):
            self.isDone = True
            self.transport.loseConnection()
        elif name == "produce" and self.producer is None and not self.pushes:
            self.producer = Producer(self, *arguments)
            self.transport.registerProducer(self.producer, False)
        elif name == "push" and self.producer is None and not self.pushes:
            self.pushes = True
            self.transport.registerProducer(object(), True)
        elif name == "atOther" and self.other.transport is not None:
            self.other.do(arguments[0])

    def connectionMade(self):
        self.happens("made")

    def dataReceived(self, data):
        self.happens("received", data.decode())

    def connectionLost(self, reason):
        self.isDone = True
        self.pushes = False
        self.happens("lost", reason.type.__name__)


class Producer:
    def __init__(self, owner, count, isLazy=False):
        self.owner, self.count, self.isLazy = owner, count, isLazy
        self.answers = isLazy

    def resumeProducing(self):
        self.owner.player.trace.append([self.owner.name, "asked", self.count])
        self.answers = not self.answers
        if self.isLazy and not self.answers:
            return
        self.owner.transport.write(b"piece %d" % (self.count,))
        self.count -= 1
        if self.count == 0:
            self.owner.producer = None
            self.owner.transport.unregisterProducer()


class Player:
    def __init__(self, scenario):
        self.trace, self.most = [], scenario["most"]
        self.waits = scenario.get("waits", False)
        ends = {name: Scripted(self, name, scenario[name]) for name in ("server", "client")}
        ends["server"].other, ends["client"].other = ends["client"], ends["server"]
        done = connect(ends["server"], ends["client"], self.waits)
        done.addCallback(lambda _: self.trace.append(["done"]))
        for name, action in scenario["later"]:
            self.trace.append(["> " + name])
            ends[name].do(action)
            clock.advance(0)


def play(scenario):
    return Player(scenario).trace


for line in sys.stdin:
    print(json.dumps(play(json.loads(line))))
