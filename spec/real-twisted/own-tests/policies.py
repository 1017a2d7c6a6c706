"""The policies of this library in Twisted's clothes. See ours.py, which installs them."""
import inspect
import sys

from zope.interface import implementer

from twisted.internet import interfaces

from bridge import Found
from face import Face


class WrapperMethods:
    state = "connected disconnecting disconnected transport wrappedProtocol factory"
    methods = """
        logPrefix() makeConnection(transport) connectionMade() dataReceived(data)
        connectionLost(reason) write(data) writeSequence(data) loseConnection() getPeer() getHost()
        registerProducer(producer,streaming) unregisterProducer() stopConsuming()
    """


@implementer(interfaces.IProtocol, interfaces.ITransport, interfaces.ILoggingContext)
class ProtocolWrapper(Face):
    ours = "ProtocolWrapper"
    state = WrapperMethods.state
    methods = WrapperMethods.methods

    def __init__(self, factory, wrappedProtocol):
        self.construct(factory, wrappedProtocol)


@implementer(interfaces.IProtocolFactory, interfaces.ILoggingContext)
class AnyFactory(Face):
    """What all factories have."""

    def fields(self):
        """A `protocol` that is a method of the class is called as one."""
        for name, value in super().fields():
            yield name, value.__get__(self) if inspect.isfunction(value) else value


class WrappingFactory(AnyFactory):
    ours = "WrappingFactory"
    state = "protocol wrappedFactory protocols numPorts"
    methods = """
        logPrefix() doStart() doStop() startFactory() stopFactory() startedConnecting(connector)
        clientConnectionFailed(connector,reason) clientConnectionLost(connector,reason)
        buildProtocol(addr) registerProtocol(p) unregisterProtocol(p)
    """

    def __init__(self, wrappedFactory):
        self.construct(wrappedFactory)


class ThrottlingFactory(WrappingFactory):
    ours = "ThrottlingFactory"
    state = WrappingFactory.state + " readThisSecond writtenThisSecond connectionCount"
    methods = WrappingFactory.methods + " callLater(period,func)"

    def __init__(
        self, wrappedFactory, maxConnectionCount=sys.maxsize, readLimit=None, writeLimit=None
    ):
        self.construct(wrappedFactory, maxConnectionCount, readLimit, writeLimit)


class TimeoutFactory(WrappingFactory):
    ours = "TimeoutFactory"
    state = WrappingFactory.state + " timeoutPeriod"
    methods = WrappingFactory.methods + " callLater(period,func)"

    def __init__(self, wrappedFactory, timeoutPeriod=30 * 60):
        self.construct(wrappedFactory, timeoutPeriod)


class LimitTotalConnectionsFactory(AnyFactory):
    ours = "LimitTotalConnectionsFactory"
    state = "protocol connectionCount connectionLimit overflowProtocol numPorts"
    methods = "buildProtocol(addr) registerProtocol(p) unregisterProtocol(p) doStart() doStop()"

    def __init__(self):
        self.construct()


class TimeoutMixin(Face):
    ours = "TimeoutMixin"
    state = "timeOut"
    methods = "callLater(period,func) resetTimeout() setTimeout(period) timeoutConnection()"

    def __new__(cls, *arguments, **named):
        made = super().__new__(cls)
        made.construct()  # Here: Twisted's has no __init__ that its subclasses would call.
        return made


class MadeByOurFactory(Found):
    """A wrapper of ours that one of our factories has made."""


FOUND = {name: MadeByOurFactory for name in ("ProtocolWrapper", "ThrottlingProtocol", "TimeoutProtocol")}

PLACES = {
    "twisted.protocols.policies": {
        each.__name__: each
        for each in (
            ProtocolWrapper,
            WrappingFactory,
            ThrottlingFactory,
            TimeoutFactory,
            LimitTotalConnectionsFactory,
            TimeoutMixin,
        )
    }
}
