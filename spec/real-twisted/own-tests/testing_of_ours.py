"""A protocol for tests, of this library, in Twisted's clothes. See ours.py, which installs it."""
from zope.interface import implementer

from twisted.internet import interfaces
from twisted.python.failure import Failure

from policies import ConstructedAtOnce


@implementer(interfaces.IProtocol, interfaces.ILoggingContext)
class AccumulatingProtocol(ConstructedAtOnce):
    """Where it resolves or calls a promise, Twisted has a Deferred; see TwistedBridge.perform."""

    ours = "AccumulatingProtocol"
    ourState = "connected transport factory made closed closedReason data"
    ourMethods = """
        makeConnection(transport) connectionMade() dataReceived(data) connectionLost(reason)
        logPrefix()
    """

    def __setattr__(self, name, value):
        if name == "closedDeferred" and value is not None:
            bridge = self.bridge
            closed = bridge.ask(do="get", of=bridge.toWire(self), name="closedDeferred")
            closed.chainDeferred(value)
        super().__setattr__(name, value)


    def __getattribute__(self, name):
        value = super().__getattribute__(name)
        return Failure(value) if name == "closedReason" and value else value
