"""
Shows where the real receivers of twisted.protocols.basic and stateful fail, as
../../docs/twisted-defects.md has it: one name of a defect a line on stdin, as JSON; on stdout, as JSON,
what happens.
"""
import json
import sys

from twisted.internet.testing import StringTransport
from twisted.protocols import basic, stateful


class Recording:
    """Writes down what is delivered, and then does what it is told, once."""

    def __init__(self, does=None):
        self.heard = []
        self.does = does

    def deliver(self, data):
        self.heard.append(data.decode())
        does, self.does = self.does, None
        if does is not None:
            does(self)

    lineReceived = rawDataReceived = stringReceived = deliver


class Line(Recording, basic.LineReceiver):
    delimiter = b"\n"


class LineOnly(Recording, basic.LineOnlyReceiver):
    delimiter = b"\n"


class Int8(Recording, basic.Int8StringReceiver):
    pass


class Netstring(Recording, basic.NetstringReceiver):
    pass


class Threes(Recording, stateful.StatefulProtocol):
    def getInitialState(self):
        return self.deliver, 3


def connected(receiver):
    receiver.makeConnection(StringTransport())
    return receiver


def fails(*_):
    raise Exception("Oops")


def feed(receiver, *chunks):
    for chunk in chunks:
        try:
            receiver.dataReceived(chunk)
        except Exception:
            pass
    return receiver.heard


def lose(receiver):
    receiver.transport.loseConnection()


def delimiterInChunk():
    def does(receiver):
        receiver.delimiter = b";"

    return feed(connected(LineOnly(does)), b"a\nb;c\n")


def formatInChunk():
    def does(receiver):
        receiver.structFormat, receiver.prefixLength = "!H", 2

    return feed(connected(Int8(does)), b"\1a\0\1b")


def lineAfterRaw():
    def does(receiver):
        lose(receiver)
        receiver.setLineMode(b"a\nb\n")

    receiver = connected(Line(does))
    receiver.setRawMode()
    return feed(receiver, b"raw")


def lineAfterResume():
    receiver = Line(lambda it: it.pauseProducing())
    receiver.makeConnection(StringTransport(lenient=True))
    feed(receiver, b"a\nb\nc\n")
    lose(receiver)
    receiver.resumeProducing()
    return receiver.heard


def emptyDelimiter():
    receiver = connected(Line())
    receiver.delimiter = b""
    return feed(receiver, b"a\nb\n")


def linesAfterLong():
    receiver = connected(LineOnly())
    receiver.MAX_LENGTH = 3
    receiver.lineLengthExceeded = lambda line: None
    return feed(receiver, b"abcd\na\n", b"b\n")


def linesAfterException():
    return feed(connected(LineOnly(fails)), b"a\nb\n", b"c\n")


def linesOutOfOrder():
    return feed(connected(LineOnly(lambda it: it.dataReceived(b"c\n"))), b"a\nb\n")


def lineOnlyAlone():
    LineOnly().dataReceived(b"a\n")


def stringsAfterException():
    return feed(connected(Int8(fails)), b"\1a\1b", b"\1c")


def stringsAfterResume():
    def does(receiver):
        receiver.pauseProducing()
        receiver.resumeProducing()

    return feed(connected(Int8(does)), b"\1a\1b")


def stringsAfterLong():
    receiver = connected(Int8())
    receiver.MAX_LENGTH = 1
    receiver.lengthLimitExceeded = lambda length: None
    return feed(receiver, b"\1a\2", b"bc")


def recvdBetween():
    receiver = connected(Int8())
    feed(receiver, b"\2a")
    receiver.recvd = b""
    return feed(receiver, b"b\1c\1d")


def stringAfterLose():
    return feed(connected(Int8(lose)), b"\1a\1b") + feed(connected(Netstring(lose)), b"1:c,1:d,")


def lineEndInLength():
    receiver = connected(Netstring())
    receiver.dataReceived(b"3\n")
    return receiver.transport.disconnecting


def noLength():
    receiver = connected(Netstring())
    receiver.MAX_LENGTH = 0
    receiver.dataReceived(b"0:,")


def netstringAlone():
    Netstring().dataReceived(b"1:a,")


def piecesAfterException():
    return feed(connected(Threes(fails)), b"onetwo", b"six")


def piecesAfterFeeding():
    return feed(connected(Threes(lambda it: it.dataReceived(b"six"))), b"onetwo")


def statefulInConnectionMade():
    class Fed(Threes):
        def connectionMade(self):
            self.dataReceived(b"one")

    connected(Fed())


if __name__ == "__main__":
    for line in sys.stdin:
        try:
            outcome = globals()[json.loads(line)]()
        except Exception as exception:
            outcome = f"{type(exception).__name__}: {exception}"
        print(json.dumps(outcome))
