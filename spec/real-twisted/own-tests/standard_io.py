"""
The standard input and output of this library in Twisted's clothes, also in the Python processes that
Twisted's tests start: children/sitecustomize.py installs it there. See ours.py.
"""
import os
import sys

from zope.interface import implementer

from twisted.internet import interfaces, stdio

from face import Face

CHILDREN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "children")


@implementer(interfaces.ITransport, interfaces.IConsumer, interfaces.IPushProducer)
class StandardIO(Face):
    ours = "StandardIO"
    ourState = "connected disconnecting disconnected producer"
    ourMethods = """
        write(data) writeSequence(data) loseConnection() loseWriteConnection() getHost() getPeer()
        registerProducer(producer,streaming) unregisterProducer() pauseProducing()
        resumeProducing() stopProducing()
    """

    def __init__(self, proto, stdin=None, stdout=None, reactor=None):
        """Descriptors are those of this process; Node opens the same files."""
        given = {"stdin": (stdin, os.O_RDONLY), "stdout": (stdout, os.O_WRONLY)}
        options = {
            name: self.bridge.ask(do="open", name=f"/proc/{os.getpid()}/fd/{fd}", flags=flags)
            for name, (fd, flags) in given.items()
            if fd is not None
        }
        self.construct(proto, options)


def install():
    stdio.StandardIO = StandardIO
    sys.path.insert(0, CHILDREN)  # Twisted's tests give their children our path.
