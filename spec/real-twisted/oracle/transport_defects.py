"""
Shows where real Twisted's tcp.Server fails, as ../../../docs/twisted-defects.md has it: one name of a defect a
line on stdin, as JSON; on stdout, as JSON, what happens.
"""
import json
import socket
import sys

from twisted.internet import selectreactor, tcp
from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import Protocol
from zope.interface import implementer


@implementer(IHalfCloseableProtocol)
class HalfCloseable(Protocol):
    def __init__(self):
        self.told = []

    def readConnectionLost(self):
        self.told.append("read lost")

    def writeConnectionLost(self):
        self.told.append("write lost")

    def connectionLost(self, reason):
        self.told.append(reason.type.__name__)


class Connection:
    """A connection of a protocol that can go on with one half of it, under a reactor of its own."""

    def __init__(self):
        ours, self.peer = socket.socketpair()
        self.reactor = selectreactor.SelectReactor()
        self.protocol = HalfCloseable()
        self.transport = tcp.Server(ours, self.protocol, ("peer", 1), None, 0, self.reactor)
        self.protocol.makeConnection(self.transport)

    def turn(self):
        for _ in range(5):
            self.reactor.runUntilCurrent()
            self.reactor.doSelect(0)

    def halfClose(self):
        self.transport.loseWriteConnection()
        self.turn()

    def hangUp(self):
        self.peer.shutdown(socket.SHUT_WR)
        self.turn()


def readLostAgain():
    connection = Connection()
    connection.hangUp()
    connection.transport.resumeProducing()
    connection.turn()
    return connection.protocol.told


def halfClosedTwice():
    connection = Connection()
    connection.halfClose()
    connection.halfClose()
    return connection.protocol.told


def bothHalvesLost():
    connection = Connection()
    connection.halfClose()
    connection.hangUp()
    return connection.protocol.told


def abortUndone():
    connection = Connection()
    connection.halfClose()
    connection.transport.abortConnection()
    connection.transport.loseConnection()
    connection.turn()
    return connection.protocol.told


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(globals()[json.loads(line)]()))
