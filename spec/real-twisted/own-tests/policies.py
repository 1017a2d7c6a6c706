"""The policies of this library in Twisted's clothes. See ours.py, which installs them."""
import importlib
import inspect
import sys

from zope.interface import directlyProvides, implementer, providedBy

from twisted.internet import interfaces
from twisted.protocols import policies

from face import Face


class ConstructedAtOnce(Face):
    """Twisted's class has no __init__ that its subclasses would call."""

    def __new__(cls, *arguments, **named):
        made = super().__new__(cls)
        made.construct()
        return made


@implementer(interfaces.IProtocol, interfaces.ITransport, interfaces.ILoggingContext)
class ProtocolWrapper(Face):
    ours = "ProtocolWrapper"
    ourState = "connected disconnecting disconnected transport wrappedProtocol factory"
    ourMethods = """
        logPrefix() makeConnection(transport) connectionMade() dataReceived(data)
        connectionLost(reason) write(data) writeSequence(data) loseConnection() getPeer() getHost()
        registerProducer(producer,streaming) unregisterProducer() stopConsuming() startTLS(context)
    """

    def __init__(self, factory, wrappedProtocol):
        self.construct(factory, wrappedProtocol)

    def makeConnection(self, transport):
        directlyProvides(self, providedBy(transport))
        self.callOurs(self.ours, "makeConnection", [transport])

    makeConnection.isStub = True


@implementer(interfaces.IProtocolFactory, interfaces.ILoggingContext)
class AnyFactory(Face):
    """The members of every factory."""

    def fields(self):
        """A `protocol` that is a method of the class is called as one."""
        for name, value in super().fields():
            yield name, value.__get__(self) if inspect.isfunction(value) else value


class WrappingFactory(AnyFactory):
    ours = "WrappingFactory"
    ourState = "protocol wrappedFactory protocols numPorts"
    ourMethods = """
        logPrefix() doStart() doStop() startFactory() stopFactory() startedConnecting(connector)
        clientConnectionFailed(connector,reason) clientConnectionLost(connector,reason)
        buildProtocol(addr) registerProtocol(p) unregisterProtocol(p)
    """

    def __init__(self, wrappedFactory):
        self.construct(wrappedFactory)


class ThrottlingFactory(WrappingFactory):
    ours = "ThrottlingFactory"
    ourState = WrappingFactory.ourState + " readThisSecond writtenThisSecond connectionCount"
    ourMethods = WrappingFactory.ourMethods + " callLater(period,func)"

    def __init__(
        self, wrappedFactory, maxConnectionCount=sys.maxsize, readLimit=None, writeLimit=None
    ):
        self.construct(wrappedFactory, maxConnectionCount, readLimit, writeLimit)


class TimeoutFactory(WrappingFactory):
    ours = "TimeoutFactory"
    ourState = WrappingFactory.ourState + " timeoutPeriod"
    ourMethods = WrappingFactory.ourMethods + " callLater(period,func)"

    def __init__(self, wrappedFactory, timeoutPeriod=30 * 60):
        self.construct(wrappedFactory, timeoutPeriod)


class LimitTotalConnectionsFactory(ConstructedAtOnce, AnyFactory):
    ours = "LimitTotalConnectionsFactory"
    ourState = "protocol connectionCount connectionLimit overflowProtocol numPorts"
    ourMethods = """
        buildProtocol(addr) registerProtocol(p) unregisterProtocol(p) doStart() doStop()
        startFactory() stopFactory() logPrefix()
    """


class TimeoutMixin(ConstructedAtOnce):
    ours = "TimeoutMixin"
    ourState = "timeOut"
    ourMethods = "callLater(period,func) resetTimeout() setTimeout(period) timeoutConnection()"


PLACES = {
    "twisted.protocols.policies": {
        each.__name__: each
        for each in (
            ProtocolWrapper,
            WrappingFactory,
            ThrottlingFactory,
            TimeoutFactory,
            LimitTotalConnectionsFactory,
        )
    }
}


USERS_OF_TIMEOUT_MIXIN = """
    twisted.mail.imap4 twisted.mail.pop3 twisted.mail.smtp twisted.protocols.ftp
    twisted.protocols.memcache twisted.protocols.postfix twisted.web.http
""".split()


def installTimeoutMixin():
    """
    Puts ours where Twisted's own test of it looks. Its protocols keep Twisted's: they mix it with a
    receiver, and a face has one object of ours behind it.
    """
    for name in USERS_OF_TIMEOUT_MIXIN:
        importlib.import_module(name)
    policies.TimeoutMixin = TimeoutMixin
