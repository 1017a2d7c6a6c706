"""
Twisted's tcp.Server, its own code, changed only where docs/differences.md says that ours differs: in DECIDED
and DECIDED_TCP, in those of file_descriptor.py, and in the class Transport, most of whose methods stand for
a row under 'On a stream'.
"""
import inspect
import types

import file_descriptor
from twisted.internet import abstract, error, main, tcp
from twisted.python.failure import Failure

# Each: the row of docs/differences.md it stands for, what Twisted's source says, what it says instead.
DECIDED = file_descriptor.DECIDED + [
    (
        "A pull producer that has not answered yet is not asked again; "
        "when a producer unregisters, a close that waited for it comes once the event loop has turned",
        """\
            # stop writing.
            self.stopWriting()
""",
        """\
            # stop writing.
            self.stopWriting()
            if self.holdsBack():
                return None
""",
    ),
    (
        "A protocol that was paused is resumed, and the close goes on when the event loop has turned",
        """\
                # tell them to supply some more.
                self.producerPaused = False
                self.producer.resumeProducing()
""",
        """\
                # tell them to supply some more.
                wasPaused, producer = self.producerPaused, self.producer
                self.producerPaused = False
                producer.resumeProducing()
                if wasPaused:
                    self.hasResumed(producer)
""",
    ),
    (
        "A close and a half close wait until the registered producer has unregistered",
        """\
            elif self.disconnecting:
""",
        """\
            elif self.producer is not None and self.isWaitedFor(self.producer) and not (
                self.isClosing() and isBeyondUnregistering(self.producer, self)
            ):
                pass
            elif self.disconnecting:
""",
    ),
    (
        "pauseProducing is called once each time that the buffer becomes full",
        """\
            if self._isSendBufferFull():
""",
        """\
            if self._isSendBufferFull() and not self.producerPaused:
""",
    ),
]
DECIDED_TCP = [
    (
        "connectionLost finishes its work even if stopProducing throws",
        """\
        abstract.FileDescriptor.connectionLost(self, reason)
        self._closeSocket(not reason.check(error.ConnectionAborted))
        protocol = self.protocol
        del self.protocol
        del self.socket
        del self.fileno
        protocol.connectionLost(reason)
""",
        """\
        try:
            abstract.FileDescriptor.connectionLost(self, reason)
        finally:
            self._closeSocket(not reason.check(error.ConnectionAborted))
            protocol = self.protocol
            del self.protocol
            del self.socket
            del self.fileno
            protocol.connectionLost(reason)
""",
    ),
]


# Methods of Twisted's classes: class, name, as it is, as decided.
METHODS = []


def change(module, changes, classes):
    """Notes the methods of `classes` of `module`, and what its changed source makes of them."""
    source = inspect.getsource(module)
    for why, old, new in changes:
        assert source.count(old) == 1, f"this Twisted has no one place to change for: {why}"
        source = source.replace(old, new)
    changed = types.ModuleType(module.__name__)
    changed.isBeyondUnregistering = isBeyondUnregistering
    exec(compile(source, module.__name__, "exec"), changed.__dict__)
    for name in classes:
        theirs = getattr(module, name)
        for method, value in vars(getattr(changed, name)).items():
            if inspect.isfunction(value):
                METHODS.append((theirs, method, vars(theirs)[method], value))


def decide(isDecided):
    """From now on, Twisted's classes are as decided, or else as they are."""
    for theirs, method, asItIs, decided in METHODS:
        setattr(theirs, method, decided if isDecided else asItIs)


def transportsOf(producer):
    """The transports on which a producer depends: itself, its transport, the transport of that."""
    transports = []
    seen = []
    while producer is not None and producer not in seen:
        seen.append(producer)
        if hasattr(producer, "loseConnection"):
            transports.append(producer)
        producer = getattr(producer, "transport", None)
    return transports


def isBeyondUnregistering(producer, consumer):
    """The row on a producer that cannot unregister: see lib/twisted/core/unable-to-unregister.ts."""
    transports = transportsOf(producer)
    if consumer in transports:
        return producer is consumer
    return any(each.disconnected for each in transports) or waitFor(transports, consumer, [])


def waitFor(transports, consumer, seen):
    for transport in transports:
        if transport in seen:
            continue
        seen.append(transport)
        if not transport.isClosing():
            continue
        feeders = transportsOf(transport.producer)
        if consumer in feeders or waitFor(feeders, consumer, seen):
            return True
    return False


change(abstract, DECIDED, ["_ConsumerMixin", "FileDescriptor"])
change(tcp, DECIDED_TCP, ["Connection"])


class AsItIs(tcp.Server):
    """A connection of Twisted in which nothing is changed."""

    repstr = "<Transport>"  # What a Server without a port lacks.
    flows = True

    def closesUnread(self, socket):
        return False


class Transport(tcp.Server):
    """A connection of Twisted, with what docs/differences.md says under 'On a stream'."""

    repstr = "<Transport>"  # What a Server without a port lacks.
    SEND_LIMIT = 1 << 30  # A stream takes all.
    hasAnswered = False
    unregisteredIn = None
    watched = None
    flows = True
    isEnding = isDelivered = promisesWent = False
    hasHungUp = False

    def _isSendBufferFull(self):
        # 'The stream's writableLength counts.' What the stream has is no longer in Twisted's buffer.
        assert self.offset == len(self.dataBuffer)
        return self._tempDataLen + self.socket.length > self.bufferSize

    def loseConnection(self):
        if not self.connected:
            return
        if self.disconnecting:
            # A transport that it waits for may close as well by now.
            if self.producer is not None and not self._aborting:
                self.startWriting()
        elif self._aborting and self._writeDisconnected:
            # docs/twisted-defects.md: in Twisted, this turns the abort into a clean close.
            self.disconnecting = True
        elif self.isEnding:
            self.disconnecting = True
            self.stopReading()
        else:
            tcp.Server.loseConnection(self)

    def isClosing(self):
        return bool(self.disconnecting or self._writeDisconnecting)

    def isWaitedFor(self, producer):
        # 'A DuplexTransport does not wait for its own protocol.'
        return self.waitsForProducer and producer is not self.protocol

    def notes(self, pieces):
        """An answer of a pull producer, and the lengths of what the stream is going to get."""
        lengths = [len(piece) for piece in pieces if piece]
        if self.connected and not self._writeDisconnected and lengths:
            self.hasAnswered = True
            self.socket.pieces += lengths

    def write(self, data):
        self.notes([data])
        tcp.Server.write(self, data)

    def writeSequence(self, iovec):
        self.notes(iovec)
        tcp.Server.writeSequence(self, iovec)

    def registerProducer(self, producer, streaming):
        if self.producer is None:
            self.hasAnswered = False
            if self._writeDisconnected:
                # 'A producer that registers after the write half has ended is stopped.'
                producer.stopProducing()
                return
        tcp.Server.registerProducer(self, producer, streaming)

    def unregisterProducer(self):
        self.unregisteredIn = self.reactor.currentTurn()
        tcp.Server.unregisterProducer(self)
        # 'A close and a half close wait': so the half close has to go on here.
        if (
            self.waitsForProducer
            and self.connected
            and not self.disconnecting
            and self._writeDisconnecting
            and not self._writeDisconnected
        ):
            self.startWriting()

    def holdsBack(self):
        """Everything is sent: whether that is no reason to call anything."""
        if self.socket.hasFilled:
            # 'The buffer is empty when the stream emits drain.'
            self.socket.hasFilled = False
            self.startWriting()
            return True
        producer = self.producer
        if self.isClosing() and not self.mayClose():
            return True
        if producer is None:
            return False
        if self.isClosing():
            if isBeyondUnregistering(producer, self):
                return False
            self.watched = producer
        if not self.streamingProducer and not self.hasAnswered:
            return True
        self.hasAnswered = False
        return False

    def mayClose(self):
        """Whether a close comes now, where no producer is asked before it."""
        if self.producer is None and self.unregisteredIn == self.reactor.currentTurn():
            self.writeNextTurn()
            return False
        isAsked = self.producer is not None and (
            self.producerPaused or not self.streamingProducer
        )
        if isAsked or self.promisesWent:
            return True
        # 'A close comes once the code has run that awaits settled promises.'
        self.reactor.calls.append(self.closeAfterPromises)
        return False

    def closeAfterPromises(self):
        self.promisesWent = True
        if self.connected:
            self.startWriting()

    def hasResumed(self, producer):
        if self.isClosing() and self.producer is producer and not self.isWaitedFor(producer):
            self.writeNextTurn()

    def writeNextTurn(self):
        self.reactor.nextTurn(lambda: self.connected and self.startWriting())

    def readConnectionLost(self, reason):
        self.hasHungUp = True
        tcp.Server.readConnectionLost(self, reason)
        self.bothHalvesAreOver()

    def _postLoseConnection(self):
        self._writeDisconnected = True
        self.end()

    def _closeWriteConnection(self):
        # docs/twisted-defects.md: Twisted sends to the half that has ended, and loses the connection.
        if not self.isDelivered:
            self.end()

    def end(self):
        """A stream ends, and says later that it has ended. The bytes have been sent by then."""
        if not self.isEnding:
            self.isEnding = True
            self.socket.end(lambda: self.reactor.calls.append(self.finished))

    def finished(self):
        if self.disconnected or self._aborting:
            return
        self.isEnding = False
        self.isDelivered = True
        if self.disconnecting:
            self.connectionLost(Failure(main.CONNECTION_DONE))
        else:
            tcp.Server._closeWriteConnection(self)
            self.bothHalvesAreOver()

    def closesUnread(self, socket):
        """'A transport whose reading is paused is told of the end once the stream has closed.'"""
        hasClosed = socket.isReadable() and socket.endIsSaid and self.isDelivered
        socket.closedBehindIt = socket.closedBehindIt or (hasClosed and socket.isHeld)
        return hasClosed and not socket.closedBehindIt and not self.disconnecting

    def bothHalvesAreOver(self):
        """docs/twisted-defects.md: Twisted leaves such a connection open."""
        if self.hasHungUp and self.isDelivered and not (self.disconnected or self._aborting):
            self.connectionLost(Failure(main.CONNECTION_DONE))

    def connectionLost(self, reason):
        if self.disconnected:
            return
        if reason.check(error.ConnectionDone):
            # 'A hang-up is ConnectionDone at once here too, and the buffered bytes are still sent.'
            self.socket.send(b"".join(self._tempDataBuffer))
            self.socket.end(lambda: None)
        else:
            self.socket.drop()
        try:
            tcp.Server.connectionLost(self, reason)
        finally:
            for other in self.reactor.transports():
                if other.connected and other.watched is other.producer is not None:
                    if self in transportsOf(other.producer):
                        other.startWriting()
