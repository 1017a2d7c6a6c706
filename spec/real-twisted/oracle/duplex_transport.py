"""
Plays scenarios on real twisted.internet.tcp.Server connections, over a socket and under a reactor that the
scenario moves: one JSON scenario a line on stdin, on stdout a line of JSON with every trace that is possible.

Where a reactor may do one of several things first (read or write, for this connection or for the other),
each order gives a trace. What differs from Twisted's own code is in decided_transport.py.
Scenarios are described in ../support/transport-scenarios.ts.
"""
import json
import sys
from errno import EWOULDBLOCK

from zope.interface import implementer

sys.dont_write_bytecode = True  # of what is imported from here

from twisted.internet import error, main, posixbase, selectreactor
from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import Protocol
from twisted.logger import globalLogBeginner
from twisted.python.failure import Failure

from decided_transport import AsItIs, Transport, decide

# Bytes from which on a write is a chunk of its own: see lib/streams/transports/gathered-writes.ts.
LARGE = 4096
# The events at the other end.
EVENTS = ["take", "receive", "end", "reset"]
# More orders than this, and the scenario is not compared.
MOST_TRACES = 100
# Lines of a trace after which a scenario does nothing more.
MOST_LINES = 150


class Socket:
    """
    A stream in the place of a socket: it takes everything until it has `highWaterMark` bytes, and then
    nothing until it is empty. The other end takes as much as the scenario says.
    """

    isOverTCP = False

    def __init__(self, highWaterMark, room):
        self.highWaterMark = highWaterMark
        # Parts that were sent to it, each with the bytes that are still to be taken, and all bytes in them.
        self.chunks = []
        self.pieces = []
        self.length = 0
        self.needsDrain = self.hasFilled = False
        self.room = room
        self.packets = []
        self.hasEnded = self.endIsSaid = self.endIsRead = self.wasReset = False
        # Whether the adapter holds the first packet, and whether the stream closed behind one that it held.
        self.isHeld = self.closedBehindIt = False
        self.whenEnded = None
        self.sent = ""
        self.marks = []

    def setblocking(self, blocking):
        pass

    def fileno(self):
        return 3

    def recv(self, size):
        if self.packets:
            return self.packets.pop(0)
        if self.hasEnded:
            # docs/twisted-defects.md: Twisted reads the end again each time that it is resumed.
            self.endIsRead = True
            return b""
        raise OSError(EWOULDBLOCK, "nothing to read")

    def hasGivenAll(self):
        """Whether the stream has given all packets that came, also to an adapter that holds the last one."""
        return len(self.packets) <= self.isHeld

    def isReadable(self):
        return bool(self.packets) or (self.hasEnded and not self.endIsRead)

    def send(self, data):
        if len(data) > 0:
            rest = bytes(data)
            for length in self.lengthsOf(data):
                self.chunks.append([rest[:length], length])
                rest = rest[length:]
                self.length += length
                if self.length >= self.highWaterMark:
                    self.needsDrain = self.hasFilled = True
                self.move()
        return len(data)

    def lengthsOf(self, data):
        """Small writes go into the stream as one chunk, a large one as a chunk of its own."""
        pieces, self.pieces = self.pieces or [len(data)], []
        assert sum(pieces) == len(data)
        lengths = []
        isOpen = False
        for piece in pieces:
            if piece < LARGE and isOpen:
                lengths[-1] += piece
            else:
                lengths.append(piece)
            isOpen = piece < LARGE
        return lengths

    def move(self):
        if self.wasReset:
            return
        while self.room > 0 and self.chunks:
            chunk = self.chunks[0]
            taken, chunk[0] = chunk[0][: self.room], chunk[0][self.room :]
            self.room -= len(taken)
            self.sent += taken.decode()
            if not chunk[0]:
                self.length -= self.chunks.pop(0)[1]
        if self.length == 0:
            self.needsDrain = False
            if self.whenEnded is not None:
                self.marksEnd()
                whenEnded, self.whenEnded = self.whenEnded, None
                whenEnded()

    def end(self, whenEnded):
        self.whenEnded = self.whenEnded or whenEnded
        self.move()

    def drop(self):
        self.chunks = []
        self.length = 0
        self.whenEnded = self.marksEnd

    def marksEnd(self):
        if not self.wasReset and not self.marks:
            self.marks.append("over" if self.isOverTCP else "FIN")

    def setsockopt(self, *option):
        # If both halves have ended, there is nothing to reset. A TCP socket reads no reset after an end.
        isOver = self.marks and (self.hasEnded or self.isOverTCP)
        if not self.wasReset and not isOver:
            self.marks.append("over" if self.isOverTCP else "reset")

    def shutdown(self, how):
        pass  # The stream ends when all that it has is taken.

    def close(self):
        self.move()


class PlainSocket(Socket):
    """A socket that has room for everything."""

    def shutdown(self, how):
        self.marksEnd()

    def close(self):
        self.marksEnd()


class Reactor(posixbase._DisconnectSelectableMixin):
    """Turns only when it is told to, in an order that it is told."""

    delivering = None
    _doReadOrWrite = selectreactor.SelectReactor._doReadOrWrite

    def __init__(self, player, order):
        self.player = player
        self.order = order
        self.widths = []
        self.readers = set()
        self.writers = set()
        self.calls = []
        self.later = []
        self.turn = 0
        self.isCountingTurn = False

    def addReader(self, reader):
        self.readers.add(reader)
        # A stream whose chunk the adapter holds goes on once that is delivered.
        if not reader.flows and not reader.socket.isHeld:
            self.flow(reader)

    def flow(self, reader):
        reader.flows = reader.wasResumed = True
        # A stream that flows has said its end, even if it is paused before that is heard.
        socket = reader.socket
        socket.endIsSaid = socket.endIsSaid or (socket.hasEnded and not socket.packets)

    def removeReader(self, reader):
        self.readers.discard(reader)
        # A stream whose chunk is being delivered is paused with the next one only.
        reader.flows = reader.flows and self.delivering is reader

    def holdNext(self, reader, socket):
        """The next chunk of a stream that flows and is not to be read: the adapter holds it, and pauses the stream."""
        if reader.flows and reader not in self.readers and socket.packets:
            socket.isHeld = True
            reader.flows = False
            # With its last chunk a stream says its end.
            socket.endIsSaid = socket.endIsSaid or (socket.hasEnded and socket.hasGivenAll())

    def addWriter(self, writer):
        self.writers.add(writer)

    def removeWriter(self, writer):
        self.writers.discard(writer)

    def callLater(self, delay, function, *arguments):
        assert delay == 0
        self.calls.append(lambda: function(*arguments))

    def transports(self):
        return [each.transport for each in self.player.protocols if each.transport is not None]

    def currentTurn(self):
        if not self.isCountingTurn:
            self.isCountingTurn = True
            self.later.append(self.countTurn)
        return self.turn

    def countTurn(self):
        self.isCountingTurn = False
        self.turn += 1

    def nextTurn(self, function):
        self.later.append(function)

    def run(self):
        """Until nothing happens any more."""
        for _ in range(1000):
            ready = self.ready()
            if ready:
                self.guarded(self.choose(ready))
            elif self.later:
                self.later.pop(0)()
            else:
                return
        raise AssertionError("it never ends")

    def mayRun(self):
        """An event at the other end may be noticed before anything else happens, or not."""
        event = True
        while event:
            event = self.choose([None, *self.ready()])
            if event:
                self.guarded(event)

    def guarded(self, event):
        try:
            event()
        except (Scripted, RuntimeError):
            pass  # A reactor logs it.

    def ready(self):
        """The events that can come next."""
        ready = []
        if self.calls:
            ready.append(lambda: self.calls.pop(0)())
        for transport in self.transports():
            if transport.disconnected or transport._aborting:
                continue
            ready += self.readyOf(transport, transport.socket)
        return ready

    def readyOf(self, transport, socket):
        if socket.wasReset:
            # Node notices it whatever is wanted of the socket.
            yield lambda: self._disconnectSelectable(transport, main.CONNECTION_LOST, False)
            # An event that a stream had emitted before that is told all the same.
            if transport in self.readers and (
                socket.packets or (socket.endIsSaid and socket.isReadable())
            ):
                yield lambda: self.read(transport)
            return
        if transport in self.readers and socket.isReadable():
            yield lambda: self.read(transport)
        elif transport.closesUnread(socket):
            yield lambda: self.read(transport)
        if transport in self.writers and not socket.needsDrain:
            yield lambda: self._doReadOrWrite(transport, "doWrite")

    def read(self, transport):
        self.delivering = transport
        socket = transport.socket
        wasHeld, socket.isHeld = socket.isHeld, False
        self._doReadOrWrite(transport, "doRead")
        self.delivering = None
        if wasHeld and transport in self.readers and not transport.disconnected:
            self.flow(transport)
        self.holdNext(transport, socket)
        if socket.hasEnded and not socket.packets:
            socket.endIsSaid = socket.endIsSaid or transport.flows

    def choose(self, ready):
        if len(ready) == 1:
            return ready[0]
        at = len(self.widths)
        self.widths.append(len(ready))
        return ready[self.order[at] if at < len(self.order) else 0]


class Scripted(Exception):
    """Thrown because the scenario says so."""


def nameOf(outcome):
    """The same word as in the TypeScript player for what was thrown or given as reason."""
    if isinstance(outcome, Failure):
        outcome = outcome.value
    if isinstance(outcome, Scripted):
        return str(outcome)
    if isinstance(outcome, error.ConnectionAborted):
        return "ConnectionAborted"
    if isinstance(outcome, error.ConnectionLost):
        return "ConnectionLost"
    if isinstance(outcome, error.ConnectionDone):
        return "ConnectionDone"
    if isinstance(outcome, RuntimeError):
        return "ProducerAlreadyRegisteredError"
    raise AssertionError(f"no name for {outcome!r}") from outcome


def inShort(text):
    """A long text of letters in alphabetical order, as its first letter and its length."""
    if len(text) < 60:
        return text
    runs = []
    for at, letter in enumerate(text):
        if at > 0 and (ord(letter) - ord(text[at - 1])) % 26 == 1:
            runs[-1][1] += 1
        else:
            runs.append([letter, 1])
    return " ".join(f"{letter}+{length}" for letter, length in runs)


class Recording(Protocol):
    """A protocol, which may also be registered as the producer of its own transport."""

    name = "protocol"

    def __init__(self, player, number):
        self.player = player
        self.number = number

    def happens(self, callback, *what):
        self.player.happens(self.number, callback, *what)

    def connectionMade(self):
        self.happens("connectionMade")

    def dataReceived(self, data):
        self.happens("dataReceived", inShort(data.decode()))

    def connectionLost(self, reason):
        self.happens("connectionLost", nameOf(reason))

    def pauseProducing(self):
        self.happens("pauseProducing", self.name)

    def resumeProducing(self):
        self.happens("resumeProducing", self.name)

    def stopProducing(self):
        self.happens("stopProducing", self.name)


@implementer(IHalfCloseableProtocol)
class HalfCloseable(Recording):
    def readConnectionLost(self):
        self.happens("readConnectionLost")

    def writeConnectionLost(self):
        self.happens("writeConnectionLost")


class Producer:
    def __init__(self, player, number, name):
        self.player = player
        self.number = number
        self.name = name

    def pauseProducing(self):
        self.player.happens(self.number, "pauseProducing", self.name)

    def resumeProducing(self):
        self.player.happens(self.number, "resumeProducing", self.name)

    def stopProducing(self):
        self.player.happens(self.number, "stopProducing", self.name)


class Player:
    """Plays one scenario, in one order, and writes down what happens."""

    def __init__(self, scenario, order):
        self.scenario = scenario
        self.trace = []
        self.exceptionsMade = 0
        self.protocols = []
        self.sockets = []
        self.producers = []
        self.bytesMade = []
        self.reactions = [
            {name: list(tape) for name, tape in connection["reactions"].items()}
            for connection in scenario["connections"]
        ]
        self.reactor = Reactor(self, order)
        self.isAsItIs = scenario["twisted"] == "as it is"
        decide(not self.isAsItIs)

    def play(self):
        for number, connection in enumerate(self.scenario["connections"]):
            self.connect(number, connection["isHalfCloseable"])
        for step in self.scenario["script"]:
            self.trace.append("step " + json.dumps(step))
            for at, happening in enumerate(step):
                if happening[1] in EVENTS:
                    self.happensOutside(*happening)
                    if at < len(step) - 1:
                        self.reactor.mayRun()
                else:
                    self.perform(happening)
            self.settle()
        return self.trace

    def connect(self, number, isHalfCloseable):
        protocol = (HalfCloseable if isHalfCloseable else Recording)(self, number)
        makeSocket = PlainSocket if self.isAsItIs else Socket
        socket = makeSocket(self.scenario["fullStream"], self.scenario["room"])
        socket.isOverTCP = self.scenario["isOverTCP"]
        self.sockets.append(socket)
        self.bytesMade.append(0)
        self.producers.append({name: Producer(self, number, name) for name in ("first", "second")})
        self.protocols.append(protocol)
        make = AsItIs if self.isAsItIs else Transport
        transport = make(self.sockets[number], protocol, ("peer", 1), None, 0, self.reactor)
        transport.bufferSize = self.scenario["bufferSize"]
        transport.waitsForProducer = self.scenario["waitsForProducer"]
        protocol.makeConnection(transport)
        self.settle()

    def happensOutside(self, number, name, *arguments):
        socket = self.sockets[number]
        if name == "take":
            socket.room += arguments[0] * self.scenario["scale"]
            socket.move()
        elif name == "receive":
            data = self.data(number, arguments[0]).upper()
            if not socket.hasEnded and not socket.wasReset:
                socket.packets.append(data)
                self.reactor.holdNext(self.protocols[number].transport, socket)
        elif name == "end" and not socket.hasEnded:
            socket.hasEnded = True
            # A socket says its end even while it is paused.
            transport = self.protocols[number].transport
            flows = transport.flows or transport.wasResumed or socket.isOverTCP
            socket.endIsSaid = flows and socket.hasGivenAll()
        elif name == "reset" and not (socket.isOverTCP and socket.hasEnded):
            socket.wasReset = True

    def settle(self):
        """Lets everything happen, and tells what reached the other ends."""
        self.reactor.run()
        for transport in self.reactor.transports():
            transport.wasResumed = False
        for number, socket in enumerate(self.sockets):
            if socket.sent or socket.marks != getattr(socket, "told", []):
                news = socket.marks[len(getattr(socket, "told", [])) :]
                self.trace.append(" ".join([f"{number} peer", inShort(socket.sent), *news]))
                socket.sent = ""
                socket.told = list(socket.marks)

    def data(self, number, count):
        count *= self.scenario["scale"]
        start = self.bytesMade[number]
        self.bytesMade[number] += count
        return bytes(97 + i % 26 for i in range(start, start + count))

    def log(self, number, what):
        it = self.protocols[number].transport
        flags = [
            ("C", it.connected),
            ("L", it.disconnecting),
            ("X", it.disconnected),
            ("P", it.producer is not None and it.producerPaused),
        ]
        state = "".join(letter for letter, isSet in flags if isSet)
        self.trace.append(f"{number} {what} [{state}{self.nameOfProducer(it.producer)}]")

    def nameOfProducer(self, producer):
        if producer is None:
            return ""
        for number, protocol in enumerate(self.protocols):
            if producer is protocol.transport:
                return f" transport {number}"
        return f" {producer.name}"

    def happens(self, number, callback, *what):
        self.log(number, " ".join([callback, *what]))
        tape = self.reactions[number].get(callback)
        reaction = tape.pop(0) if tape else {"does": [], "throws": False}
        for operation in reaction["does"]:
            self.perform(operation)
        if reaction["throws"]:
            self.exceptionsMade += 1
            raise Scripted(f"Scripted {self.exceptionsMade}")

    def perform(self, operation):
        if operation[0] == "try":
            try:
                self.perform(operation[1])
            except Exception as exception:
                self.trace.append(f"caught {nameOf(exception)}")
            return
        number, name, *arguments = operation
        if number >= len(self.protocols) or self.protocols[number].transport is None:
            return
        if len(self.trace) > MOST_LINES:
            return
        self.log(number, "> " + " ".join([name] + [json.dumps(a) for a in arguments]))
        transport = self.protocols[number].transport
        if name == "write":
            transport.write(self.data(number, arguments[0]))
        elif name == "writeSequence":
            transport.writeSequence([self.data(number, count) for count in arguments[0]])
        elif name == "registerProducer":
            transport.registerProducer(self.producerNamed(number, arguments[0]), arguments[1])
        else:
            getattr(transport, name)()
        self.log(number, f"< {name}")

    def producerNamed(self, number, name):
        if name == "protocol":
            return self.protocols[number]
        if name == "itself":
            return self.protocols[number].transport
        if name == "other":
            other = self.protocols[(number + 1) % len(self.protocols)]
            return other.transport
        return self.producers[number][name]


def tracesOf(scenario):
    """The traces of all orders in which a reactor may act; `None` if these are too many."""
    traces = []
    orders = [[]]
    for played in range(MOST_TRACES):
        order = orders.pop()
        player = Player(scenario, order)
        trace = player.play()
        if trace not in traces:
            traces.append(trace)
        widths = player.reactor.widths
        for at in range(len(order), len(widths)):
            done = order + [0] * (at - len(order))
            orders += [done + [choice] for choice in range(1, widths[at])]
        if not orders:
            return traces
    return None


if __name__ == "__main__":
    globalLogBeginner.beginLoggingTo([lambda event: None], redirectStandardIO=False)
    for line in sys.stdin:
        print(json.dumps(tracesOf(json.loads(line))))
