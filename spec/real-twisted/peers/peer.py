"""
Twisted at one end of connections; ours is at the other. It is told what to do on its standard input,
a command a line, each for the end that it begins with:

    NUMBER listen ROLE [FILE ...]            for one connection; tells "listening" and the port
    NUMBER connect ROLE PORT [FILE ...]
    NUMBER serve ROLE DESCRIPTION            as listen does, at an endpoint; tells "listening"
    NUMBER reach ROLE DESCRIPTION            as connect does, to an endpoint
    NUMBER COMMAND ...                       do_COMMAND of its protocol

The files: of STARTTLS, those of the server, or the authority of the client. Of what is encrypted from
the start, the authority of the other end, then the certificate and the key of this one.

It prints what its protocols are told, in JSON, a line each: [NUMBER, WHAT, ...]. The roles are at the
end.
"""
import array
import hashlib
import json
import sys

from twisted.internet import selectreactor

# The default one, epoll's, takes a reset for a clean end when it looks just as that comes in.
selectreactor.install()

from twisted.internet import endpoints, interfaces, protocol, reactor, stdio
from twisted.protocols import basic
from twisted.python import log
from zope.interface import implementer

PIECE = 65536


def numbered(size):
    """The bytes that the producers of the specs make."""
    offsets = array.array("I", range(0, size, 4))
    if sys.byteorder == "little":
        offsets.byteswap()
    return offsets.tobytes()


class End(protocol.Protocol):
    """Says what it is told."""

    def tell(self, *what):
        self.factory.tell(*what)

    def connectionMade(self):
        self.tell("made")

    def connectionLost(self, reason):
        self.tell("lost", reason.type.__name__)


class Recorder(End):
    """Hears, and says what it has heard when all is over."""

    def connectionMade(self):
        self.size = self.lines = 0
        self.expected = None
        self.hash = hashlib.sha256()
        super().connectionMade()

    def dataReceived(self, data):
        self.size += len(data)
        self.lines += data.count(b"\n")
        self.hash.update(data)
        self.tell_reached()

    def tell_reached(self):
        if self.expected is not None and self.size >= self.expected:
            self.expected = None
            self.tell("reached")

    def connectionLost(self, reason):
        self.tell("heard", self.size, self.hash.hexdigest(), self.lines)
        super().connectionLost(reason)

    # The requests that may come over the standard input.

    def do_line(self, text):
        self.transport.write(text.encode() + b"\r\n")

    def do_lose(self):
        self.transport.loseConnection()

    def do_half(self):
        self.transport.loseWriteConnection()

    def do_abort(self):
        self.transport.abortConnection()

    def do_pause(self):
        self.transport.pauseProducing()

    def do_resume(self):
        self.transport.resumeProducing()

    def do_expect(self, size):
        """Says so when `size` bytes have been heard."""
        self.expected = int(size)
        self.tell_reached()

    def do_send(self, size):
        """Sends `size` numbered bytes as a push producer, then says so."""
        pusher = Pusher(self, numbered(int(size)))
        self.transport.registerProducer(pusher, True)
        pusher.resumeProducing()


@implementer(interfaces.IPushProducer)
class Pusher:
    """Sends `data` through `end` as fast as it is taken."""

    def __init__(self, end, data):
        self.consumer = end.transport
        self.tell = end.tell
        self.data = memoryview(data)
        self.paused = True
        self.pauses = 0

    def pauseProducing(self):
        self.paused = True
        self.pauses += 1
        if self.pauses == 1:
            self.tell("paused", len(self.data))

    def resumeProducing(self):
        self.paused = False
        while not self.paused and self.data:
            piece, self.data = self.data[:PIECE], self.data[PIECE:]
            self.consumer.write(bytes(piece))
        if not self.data:
            # Paused or not: unregistered later, Twisted would forget a half close that waits.
            self.consumer.unregisterProducer()
            self.tell("sent", self.pauses)

    def stopProducing(self):
        self.data = b""
        self.tell("stopped")


class Echo(Recorder):
    def dataReceived(self, data):
        super().dataReceived(data)
        self.transport.write(data)


@implementer(interfaces.IHalfCloseableProtocol)
class Half(Recorder):
    """Goes on with half a connection."""

    def readConnectionLost(self):
        self.tell("readConnectionLost")

    def writeConnectionLost(self):
        self.tell("writeConnectionLost")


class Slow(Recorder):
    """Reads a little in each turn of the reactor."""

    def dataReceived(self, data):
        super().dataReceived(data)
        self.transport.pauseProducing()
        reactor.callLater(0, self.resume)

    def resume(self):
        if self.connected:
            self.transport.resumeProducing()


class SendFile(Recorder):
    """Serves the file that a line names, with Twisted's FileSender, then closes."""

    def dataReceived(self, data):
        file = open(data.decode().strip(), "rb")
        done = basic.FileSender().beginFileTransfer(file, self.transport)
        done.addBoth(lambda _: (file.close(), self.transport.loseConnection()))


@implementer(interfaces.IPushProducer)
class Integers(End, basic.LineReceiver):
    """The server of the producers' howto: as many integers as it is asked for."""

    dataReceived = basic.LineReceiver.dataReceived

    def lineReceived(self, line):
        self.left = int(line)
        self.paused = False
        self.pauses = 0
        self.transport.registerProducer(self, True)
        self.resumeProducing()

    def pauseProducing(self):
        self.paused = True
        self.pauses += 1

    def resumeProducing(self):
        self.paused = False
        while not self.paused and self.left:
            self.sendLine(b"%d" % self.left)
            self.left -= 1
        if not self.left:
            self.tell("sent", self.pauses)
            self.transport.unregisterProducer()
            self.transport.loseConnection()

    def stopProducing(self):
        self.left = 0


class StartTLS(Recorder):
    """A line in the clear, STARTTLS, then what comes is encrypted."""

    secure = False

    def dataReceived(self, data):
        if self.secure:
            super().dataReceived(data)
        elif data == b"STARTTLS\r\n":
            self.transport.write(b"220 ready\r\n")
            self.upgrade()
        elif data == b"220 ready\r\n":
            self.upgrade()

    def upgrade(self):
        self.secure = True
        self.transport.startTLS(self.factory.tls())
        self.tell("upgraded")


@implementer(interfaces.IHandshakeListener)
class Secure(Recorder):
    """Encrypted from the start. Says when the handshake is complete, and by whom."""

    def handshakeCompleted(self):
        certificate = self.transport.getPeerCertificate()
        self.tell("secure", certificate and certificate.get_subject().CN)


class AbortingHandshake(Recorder):
    """Encrypted from the start, and gone before the handshake is."""

    def connectionMade(self):
        super().connectionMade()
        self.transport.abortConnection()


class Factory(protocol.ClientFactory):
    """Of the one connection of one end."""

    noisy = False
    protocol_made = None
    port = None

    def __init__(self, number):
        self.number = number

    def tell(self, *what):
        print(json.dumps([self.number, *what]), flush=True)

    def buildProtocol(self, address):
        if self.port is not None:
            self.port.stopListening()
        self.protocol_made = super().buildProtocol(address)
        return self.protocol_made

    def clientConnectionFailed(self, connector, reason):
        self.tell("failed", reason.type.__name__)

    def tls(self):
        from twisted.internet import ssl

        if self.port is not None:
            certificate, key = self.files
            return ssl.DefaultOpenSSLContextFactory(key, certificate)
        with open(self.files[0]) as file:
            authority = ssl.Certificate.loadPEM(file.read())
        return ssl.optionsForClientTLS("localhost", authority)

    def authority(self):
        """Of the files: the certificate that the other end's must be signed by."""
        from twisted.internet import ssl

        with open(self.files[0]) as file:
            return ssl.Certificate.loadPEM(file.read())

    def own(self):
        """Of the files: the certificate of this end, with its key, if it has one."""
        from twisted.internet import ssl

        if len(self.files) < 3:
            return None
        pem = b"\n".join(open(name, "rb").read() for name in self.files[1:])
        return ssl.PrivateCertificate.loadPEM(pem)

    def listen(self, role, *files):
        self.protocol, self.files = ROLES[role], files
        if role in ENCRYPTED:
            options = self.own().options(self.authority())
            self.port = reactor.listenSSL(0, self, options, interface="127.0.0.1")
        else:
            self.port = reactor.listenTCP(0, self, interface="127.0.0.1")
        self.tell("listening", self.port.getHost().port)

    def connect(self, role, port, *files):
        self.protocol, self.files = ROLES[role], files
        if role in ENCRYPTED:
            from twisted.internet import ssl

            options = ssl.optionsForClientTLS("localhost", self.authority(), self.own())
            reactor.connectSSL("127.0.0.1", int(port), self, options)
        else:
            reactor.connectTCP("127.0.0.1", int(port), self)

    def serve(self, role, description):
        self.protocol = ROLES[role]
        listening = endpoints.serverFromString(reactor, description).listen(self)
        listening.addCallbacks(self.listening, self.failed)

    def listening(self, port):
        self.port = port
        self.tell("listening", getattr(port.getHost(), "port", None))

    def failed(self, failure):
        self.tell("failed", failure.type.__name__)

    def reach(self, role, description):
        self.protocol = ROLES[role]
        endpoints.clientFromString(reactor, description).connect(self).addErrback(self.failed)


class Commands(basic.LineReceiver):
    """Its standard input."""

    delimiter = b"\n"

    def connectionMade(self):
        self.ends = {}

    def lineReceived(self, line):
        number, name, *arguments = line.decode().split(" ")
        end = self.ends.setdefault(number, Factory(number))
        if name in ("listen", "connect", "serve", "reach"):
            getattr(end, name)(*arguments)
        else:
            getattr(end.protocol_made, "do_" + name)(*arguments)

    def connectionLost(self, reason):
        reactor.stop()


ROLES = {
    "record": Recorder,
    "echo": Echo,
    "half": Half,
    "slow": Slow,
    "file": SendFile,
    "integers": Integers,
    "starttls": StartTLS,
    "secure": Secure,
    "abort-handshake": AbortingHandshake,
}
ENCRYPTED = ("secure", "abort-handshake")


def print_errors(event):
    if event["isError"]:
        print(log.textFromEventDict(event), file=sys.stderr, flush=True)


log.addObserver(print_errors)
stdio.StandardIO(Commands())
reactor.run()
