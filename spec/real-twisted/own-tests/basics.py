"""
The bases of protocols and factories of this library in Twisted's clothes. See ours.py, which installs
them with --basics: with them in place, whatever a test defines is a subclass of ours.
"""
from zope.interface import implementer

from twisted.internet import interfaces

from face import Face
from policies import AnyFactory, ConstructedAtOnce


@implementer(interfaces.IProcessProtocol)
class ProcessProtocol(ConstructedAtOnce):
    ours = "ProcessProtocol"
    ourState = "transport"
    ourMethods = """
        makeConnection(process) connectionMade() childDataReceived(childFD,data) outReceived(data)
        errReceived(data) childConnectionLost(childFD) inConnectionLost() outConnectionLost()
        errConnectionLost() processExited(reason) processEnded(reason)
    """


class BuildingFactory(ConstructedAtOnce, AnyFactory):
    """Twisted's factories have no __init__ either."""

    @classmethod
    def forProtocol(cls, protocol, *arguments, **named):
        factory = cls(*arguments, **named)
        factory.protocol = protocol
        return factory


class Factory(BuildingFactory):
    ours = "Factory"
    ourState = "protocol numPorts"
    ourMethods = "doStart() doStop() startFactory() stopFactory() buildProtocol(addr) logPrefix()"
    noisy = True


class ServerFactory(Factory):
    ours = "Factory"
    ourState = Factory.ourState
    ourMethods = Factory.ourMethods


class ClientFactory(Factory):
    ours = "ClientFactory"
    ourState = Factory.ourState
    ourMethods = Factory.ourMethods + """
        startedConnecting(connector) clientConnectionFailed(connector,reason)
        clientConnectionLost(connector,reason)
    """


PLACES = {
    "twisted.internet.protocol": {
        it.__name__: it for it in (ProcessProtocol, Factory, ServerFactory, ClientFactory)
    },
}
