"""
This library in Twisted's clothes: classes that look like Twisted's, with ours behind them, and
`install`, which puts them where Twisted's own tests look for Twisted's.
"""
import functools
import importlib
import sys
import types

import twisted.internet
from zope.interface import implementer

from twisted.internet import endpoints, error, interfaces, main, task
from twisted.internet.address import UNIXAddress
from twisted.internet.interfaces import IAddress
from twisted.python import components

from twisted.protocols import basic
from twisted.protocols import policies as twisted_policies

import basics
import connecting
import endpoints_of_ours
import policies
import sockets
import standard_io
import testing_of_ours
import timed
from bridge import UNDEFINED, Bridge, Found
from face import Face

EXCEPTIONS = {
    **connecting.EXCEPTIONS,
    **sockets.EXCEPTIONS,
    "ConnectionLost": error.ConnectionLost,
    "ConnectionAborted": error.ConnectionAborted,
    "ProducerAlreadyRegisteredError": RuntimeError,
    "InvalidStateError": RuntimeError,
    "InvalidArgTypeError": TypeError,
    "OutOfRangeError": ValueError,
    "MethodNotImplementedError": NotImplementedError,
    "ProducerStoppedError": Exception,
    "NetstringParseError": basic.NetstringParseError,
    "StringTooLongError": basic.StringTooLongError,
    "AlreadyCalled": error.AlreadyCalled,
    "AlreadyCancelled": error.AlreadyCancelled,
    **{
        name: getattr(task, name)
        for name in (
            "SchedulerError",
            "SchedulerStopped",
            "TaskFinished",
            "TaskDone",
            "TaskStopped",
            "TaskFailed",
            "NotPaused",
        )
    },
}


@implementer(IAddress)
class Address:
    """An address of ours that is none of Twisted's."""


WRAPPERS = (twisted_policies.ProtocolWrapper, endpoints._WrappingProtocol)

OPTIONAL = {
    "readConnectionLost": interfaces.IHalfCloseableProtocol,
    "writeConnectionLost": interfaces.IHalfCloseableProtocol,
    "handshakeCompleted": interfaces.IHandshakeListener,
}


class TwistedBridge(Bridge):
    def shows(self, it, name):
        """
        A wrapper of Twisted's has a method for a half close whether or not what it wraps has one.
        """
        interface = OPTIONAL.get(name)
        if interface is None or not isinstance(it, WRAPPERS):
            return True
        return interface.providedBy(it)

    def perform(self, message):
        """A factory of ours has a function to call where Twisted's has a Deferred to fire."""
        answer = super().perform(message)
        if "get" in message and message["name"] == "protocolConnectionMade" and answer["value"]:
            return {"method": False, "value": answer["value"].callback}
        return answer

    def exceptionFor(self, wire):
        if wire["name"] in ("ProcessDone", "ProcessTerminated"):
            return sockets.processEnded(Found(self, wire["number"]))
        return super().exceptionFor(wire)

    def dictFromWire(self, it):
        if it.get("type") == "TCP":
            return sockets.addressFor(it)
        if it.get("type") == "UNIX":
            return UNIXAddress(it["name"])
        if "type" in it:
            return Address()
        return it


@implementer(
    interfaces.IPushProducer,
    interfaces.IReadWriteDescriptor,
    interfaces.IConsumer,
    interfaces.ITransport,
    interfaces.IHalfCloseableDescriptor,
    interfaces.ILoggingContext,
)
class FileDescriptor(Face):
    ours = "FileDescriptor"
    ourState = """
        connected disconnected disconnecting _writeDisconnecting _writeDisconnected
        producer producerPaused streamingProducer bufferSize SEND_LIMIT waitsForProducer
    """
    ourMethods = """
        connectionLost(reason) writeSomeData(data) doRead() doWrite() _postLoseConnection()
        _closeWriteConnection() writeConnectionLost(reason) readConnectionLost(reason)
        _isSendBufferFull() _maybePauseProducer() write(data) writeSequence(iovec) loseConnection()
        loseWriteConnection() stopReading() stopWriting() startReading() startWriting()
        stopConsuming() resumeProducing() pauseProducing() stopProducing() fileno() logPrefix()
        registerProducer(producer,streaming) unregisterProducer()
    """

    # For who asks the class, or before the constructor is called, as Twisted's Client isn't while it
    # resolves a name.
    bufferSize = 2 ** 16
    connected = disconnected = disconnecting = producerPaused = streamingProducer = False
    producer = None

    def __init__(self, reactor=None):
        if not reactor:
            from twisted.internet import reactor
        self.reactor = reactor
        self.construct(reactor)

    def getHost(self):
        raise NotImplementedError()

    getPeer = getHost

    def _getLogPrefix(self, applicationObject):
        if interfaces.ILoggingContext.providedBy(applicationObject):
            return applicationObject.logPrefix()
        return applicationObject.__class__.__name__


@implementer(interfaces.IProducer, interfaces.IConsumer)
class BasicProducerConsumerProxy(Face):
    ours = "BasicProducerConsumerProxy"
    takesText = True
    ourState = """
        consumer producer producerIsStreaming iAmStreaming outstandingPull paused stopped
        bufferSize producerPaused unregistered _buffer
    """
    ourMethods = """
        pauseProducing() resumeProducing() stopProducing() write(data) finish()
        registerProducer(producer,streaming) unregisterProducer()
    """

    def __init__(self, consumer):
        self.construct(consumer)


class ProducerConsumerProxy(BasicProducerConsumerProxy):
    ours = "ProducerConsumerProxy"
    ourState = BasicProducerConsumerProxy.ourState
    ourMethods = BasicProducerConsumerProxy.ourMethods + " _writeSomeData(data)"


class Bucket(Face):
    ours = "Bucket"
    ourState = "maxburst rate _refcount content parentBucket lastDrip"
    ourMethods = "add(amount) drip() now()"

    def __init__(self, parentBucket=None):
        self.construct(UNDEFINED if parentBucket is None else parentBucket)

    def now(self):
        from twisted.protocols import htb

        return htb.time()


class ShapedConsumer(ProducerConsumerProxy):
    ours = "ShapedConsumer"
    ourState = BasicProducerConsumerProxy.ourState
    ourMethods = ProducerConsumerProxy.ourMethods

    def __init__(self, consumer, bucket):
        self.construct(consumer, bucket)


class CooperativeTask(Found):
    """Has all it needs by its methods' names."""


class Cooperator(Face):
    ours = "Cooperator"
    ourState = "running _tasks _delayedCall _tick"
    ourMethods = "cooperate(iterator) start() stop()"

    def __init__(self, terminationPredicateFactory=None, scheduler=None, started=True):
        given = {"terminationPredicateFactory": terminationPredicateFactory, "scheduler": scheduler}
        self.construct(
            {**{name: it for name, it in given.items() if it is not None}, "started": started}
        )

    def coiterate(self, iterator, doneDeferred=None):
        done = self.callOurs(self.ours, "coiterate", [iterator])
        if doneDeferred is None:
            return done
        done.chainDeferred(doneDeferred)
        return doneDeferred


@implementer(interfaces.IPushProducer)
class PullToPush(Face):
    ours = "PullToPush"
    ourState = "_finished _coopTask"
    ourMethods = """
        startStreaming() stopStreaming() pauseProducing() resumeProducing() stopProducing()
    """

    def __init__(self, pullProducer, consumer):
        self._producer = pullProducer
        self._consumer = consumer
        self.construct(pullProducer, consumer)


@implementer(interfaces.ITransport, interfaces.IConsumer, interfaces.IPushProducer)
class StringTransport(Face):
    ours = "StringTransport"
    ourState = """
        connected disconnecting disconnected aborting producer streaming producerState
        hostAddr peerAddr protocol
    """
    ourMethods = """
        clear() value() write(data) writeSequence(data) loseConnection() abortConnection() getPeer()
        getHost() registerProducer(producer,streaming) unregisterProducer() pauseProducing()
        stopProducing() resumeProducing() stopConsuming()
    """

    def __init__(self, hostAddress=None, peerAddress=None, lenient=False):
        self.construct(
            *(UNDEFINED if address is None else address for address in (hostAddress, peerAddress)),
            lenient,
        )


class StringTransportWithDisconnection(StringTransport):
    ours = "StringTransportWithDisconnection"
    ourState = StringTransport.ourState
    ourMethods = StringTransport.ourMethods


class NonStreamingProducer(Face):
    ours = "NonStreamingProducer"
    ourState = "counter stopped consumer result"
    ourMethods = "resumeProducing() pauseProducing() stopProducing() _unregister()"

    def __init__(self, consumer):
        self.construct(consumer)


@implementer(interfaces.IPullProducer)
class FileSender(Face):
    ours = "FileSender"
    ourState = "CHUNK_SIZE"
    ourMethods = "resumeProducing() pauseProducing() stopProducing()"

    def __init__(self):
        self.construct()

    def beginFileTransfer(self, file, consumer, transform=None):
        return self.callOurs(
            self.ours,
            "beginFileTransfer",
            [file, consumer, UNDEFINED if transform is None else transform],
        )


class ProtocolToConsumerAdapter(Face):
    ours = "ProtocolToConsumerAdapter"
    ourMethods = "write(data) registerProducer(producer,streaming) unregisterProducer()"

    def __init__(self, original):
        self.construct(original)


class ConsumerToProtocolAdapter(Face):
    ours = "ConsumerToProtocolAdapter"
    ourMethods = "dataReceived(data) connectionLost(reason) makeConnection(transport) connectionMade()"

    def __init__(self, original):
        self.construct(original)


@implementer(interfaces.IProtocol, interfaces.ILoggingContext)
class Protocol(Face):
    ours = "Protocol"
    ourState = "connected transport factory"
    ourMethods = """
        makeConnection(transport) connectionMade() dataReceived(data) connectionLost(reason)
        logPrefix()
    """

    def __new__(cls, *arguments, **named):
        made = super().__new__(cls)
        made.construct()  # Here: Twisted's has no __init__ that its subclasses would call.
        return made

    def connectionLost(self, reason=main.CONNECTION_DONE):
        self.callOurs(self.ours, "connectionLost", [reason])

    connectionLost.isStub = True


@implementer(interfaces.IPushProducer)
class Receiver(Protocol):
    ours = "Receiver"
    ourState = Protocol.ourState + " paused"
    ourMethods = Protocol.ourMethods + " pauseProducing() resumeProducing() stopProducing()"


class LineReceiver(Receiver):
    ours = "LineReceiver"
    MAX_LENGTH = 16384  # For who asks the class.
    delimiter = b"\r\n"
    ourState = Receiver.ourState + " delimiter MAX_LENGTH"
    ourMethods = Receiver.ourMethods + """
        lineReceived(line) rawDataReceived(data) lineLengthExceeded(line) setRawMode()
        setLineMode(extra) clearLineBuffer() sendLine(line)
    """

    def setLineMode(self, extra=b""):
        # SIP gives no bytes as text.
        return self.callOurs(self.ours, "setLineMode", [extra or b""])

    setLineMode.isStub = True


class LineOnlyReceiver(Receiver):
    ours = "LineOnlyReceiver"
    ourState = LineReceiver.ourState
    ourMethods = Receiver.ourMethods + " lineReceived(line) lineLengthExceeded(line) sendLine(line)"


class NetstringReceiver(Receiver):
    ours = "NetstringReceiver"
    ourState = Receiver.ourState + " MAX_LENGTH brokenPeer _remainingData _expectedPayloadSize"
    ourMethods = Receiver.ourMethods + """
        stringReceived(string) sendString(string) _consumeLength() _payloadComplete()
    """


class IntNStringReceiver(Receiver):
    ours = "IntNStringReceiver"
    ourState = Receiver.ourState + " MAX_LENGTH structFormat prefixLength recvd"
    ourMethods = Receiver.ourMethods + """
        stringReceived(string) lengthLimitExceeded(length) sendString(string)
    """

    def __setattr__(self, name, value):
        # AMP empties it with text.
        super().__setattr__(name, b"" if (name, value) == ("recvd", "") else value)


class Int8StringReceiver(IntNStringReceiver):
    ours = "Int8StringReceiver"
    ourState = IntNStringReceiver.ourState
    ourMethods = IntNStringReceiver.ourMethods


class Int16StringReceiver(IntNStringReceiver):
    ours = "Int16StringReceiver"
    ourState = IntNStringReceiver.ourState
    ourMethods = IntNStringReceiver.ourMethods


class Int32StringReceiver(IntNStringReceiver):
    ours = "Int32StringReceiver"
    ourState = IntNStringReceiver.ourState
    ourMethods = IntNStringReceiver.ourMethods


class StatefulProtocol(Receiver):
    ours = "StatefulProtocol"
    ourState = Receiver.ourState
    ourMethods = Receiver.ourMethods + " getInitialState()"


@implementer(interfaces.ITransport, interfaces.IConsumer)
class LoopbackTransport(Found):
    pass


Bridge.foundClasses = {
    "CooperativeTask": CooperativeTask,
    "LoopbackTransport": LoopbackTransport,
    **connecting.FOUND,
    **sockets.FOUND,
    **timed.FOUND,
}

PLACES = {
    "twisted.internet.abstract": {"FileDescriptor": FileDescriptor},
    "twisted.internet._producer_helpers": {"_PullToPush": PullToPush},
    "twisted.protocols.tls": {"_PullToPush": PullToPush},
    "twisted.internet.task": {"Cooperator": Cooperator, **timed.PLACES["twisted.internet.task"]},
    "twisted.internet.testing": {
        "AccumulatingProtocol": testing_of_ours.AccumulatingProtocol,
        "StringTransport": StringTransport,
        "StringTransportWithDisconnection": StringTransportWithDisconnection,
        "NonStreamingProducer": NonStreamingProducer,
    },
    "twisted.internet.protocol": {
        "ProtocolToConsumerAdapter": ProtocolToConsumerAdapter,
        "ConsumerToProtocolAdapter": ConsumerToProtocolAdapter,
        **connecting.RECONNECTING,
    },
    **connecting.PLACES,
    "twisted.protocols.basic": {
        "FileSender": FileSender,
        "LineReceiver": LineReceiver,
        "LineOnlyReceiver": LineOnlyReceiver,
        "NetstringReceiver": NetstringReceiver,
        "IntNStringReceiver": IntNStringReceiver,
        "Int8StringReceiver": Int8StringReceiver,
        "Int16StringReceiver": Int16StringReceiver,
        "Int32StringReceiver": Int32StringReceiver,
    },
    "twisted.protocols.stateful": {"StatefulProtocol": StatefulProtocol},
    "twisted.protocols.pcp": {
        "BasicProducerConsumerProxy": BasicProducerConsumerProxy,
        "ProducerConsumerProxy": ProducerConsumerProxy,
    },
    "twisted.protocols.htb": {"Bucket": Bucket, "ShapedConsumer": ShapedConsumer},
    **policies.PLACES,
}


def install(places=PLACES):
    """Puts ours in Twisted's places, and lets Node's event loop run beside Twisted's."""
    bridge = Face.bridge = TwistedBridge(EXCEPTIONS)
    for name, replacements in places.items():
        vars(moduleFor(name)).update(replacements)
    if places is PLACES:
        installFunctions(bridge)
        policies.installTimeoutMixin()
    runBesides(bridge)


def installBasics():
    """Puts our bases of protocols and factories in the places of Twisted's, and nothing else."""
    places = {**basics.PLACES}
    places["twisted.internet.protocol"] = {**places["twisted.internet.protocol"], "Protocol": Protocol}
    install(places)


def installFileDescriptor():
    """Puts ours below the TCP transports, which do not wait for a producer."""
    FileDescriptor.waitsForProducer = False
    install({"twisted.internet.abstract": {"FileDescriptor": FileDescriptor}})


def installSockets():
    """Puts ours below every reactor, and nowhere else."""
    Face.bridge = TwistedBridge(EXCEPTIONS)
    Face.bridge.later = []
    sockets.install()


def installReactor():
    """Puts ours below every reactor, with our reactor's time."""
    installSockets()
    timed.install()


def installEndpoints():
    """Puts ours below every reactor, and our endpoints in the places of Twisted's."""
    installSockets()
    endpoints_of_ours.install()


def installStandardIO():
    """Puts our standard input and output, and what starts processes, in the places of Twisted's."""
    installSockets()
    standard_io.install()


def moduleFor(name):
    """
    The module to change: of twisted.internet.abstract a copy, if its own user, the TCP transports
    below the reactor, has it already.
    """
    module = importlib.import_module(name)
    if name != "twisted.internet.abstract" or "twisted.internet.tcp" not in sys.modules:
        return module
    copy = types.ModuleType(name)
    vars(copy).update(vars(module))
    sys.modules[name] = twisted.internet.abstract = copy
    return copy


def installFunctions(bridge):
    from twisted.protocols import loopback

    def function(name, *arguments):
        return bridge.ask(do="function", name=name, args=[bridge.toWire(a) for a in arguments])

    task.cooperate = functools.partial(function, "cooperate")
    task.coiterate = functools.partial(function, "coiterate")
    anyTask = task.cooperate(iter(()))
    task._theCooperator = anyTask._cooperator
    anyTask.stop()
    loopback.loopbackAsync = functools.partial(function, "loopback")
    components.ALLOW_DUPLICATES = True
    components.registerAdapter(
        ProtocolToConsumerAdapter, interfaces.IProtocol, interfaces.IConsumer
    )
    components.registerAdapter(
        ConsumerToProtocolAdapter, interfaces.IConsumer, interfaces.IProtocol
    )


def runBesides(bridge):
    from twisted.internet import reactor

    runUntilCurrent, timeout = reactor.runUntilCurrent, reactor.timeout

    def runBoth():
        bridge.turn()
        runUntilCurrent()

    def shortTimeout():
        longest = timeout()
        return 0.001 if longest is None else min(longest, 0.001)

    reactor.runUntilCurrent = runBoth
    reactor.timeout = shortTimeout
