"""
The other ends of the examples: each is the program of Twisted's own documentation that talks with the
one that the example ports, a line client, a line server, and so on.

    originals.py ROLE PORT [WORD ...]

A server listens on any free port and prints which, as `listening PORT`. Each role ends by itself, and
prints what it received, a line each.
"""
import sys

from twisted.internet import protocol, reactor
from twisted.protocols import basic


def say(*words):
    print(*words, flush=True)


def end(*_):
    if reactor.running:
        reactor.stop()


class LineClient(basic.LineReceiver):
    """Sends each word as a line, and prints what comes until the other end closes."""

    def connectionMade(self):
        for word in self.factory.words:
            self.sendLine(word.encode())

    def lineReceived(self, line):
        say("received", line.decode())

    def connectionLost(self, reason):
        say("lost", reason.type.__name__)
        end()


class PoliteClient(LineClient):
    """As LineClient, but hangs up once it has heard as many lines as it said."""

    heard = 0

    def lineReceived(self, line):
        super().lineReceived(line)
        self.heard += 1
        if self.heard == len(self.factory.words):
            self.transport.loseConnection()


class ChatClient(LineClient):
    """Two of these: the second to connect says the words; each ends when it has heard all."""

    connected_clients = []
    finished = 0

    def connectionMade(self):
        self.heard = 0
        ChatClient.connected_clients.append(self)
        if len(ChatClient.connected_clients) == 2:
            super().connectionMade()

    def lineReceived(self, line):
        super().lineReceived(line)
        self.heard += 1
        if self.heard == len(self.factory.words):
            self.transport.loseConnection()

    def connectionLost(self, reason):
        ChatClient.finished += 1
        if ChatClient.finished == 2:
            end()


class EchoServer(basic.LineReceiver):
    """Echoes lines, until the client hangs up."""

    def lineReceived(self, line):
        say("received", line.decode())
        self.sendLine(line)

    def connectionLost(self, reason):
        say("lost", reason.type.__name__)
        end()


class DroppingServer(basic.LineReceiver):
    """Greets and hangs up, three times; the last time it resets."""

    greeted = 0

    def connectionMade(self):
        DroppingServer.greeted += 1
        self.sendLine(b"hello %d" % DroppingServer.greeted)
        self.transport.loseConnection()

    def connectionLost(self, reason):
        if DroppingServer.greeted == 3:
            end()


class RawClient(protocol.Protocol):
    """Sends each word as a line, takes the answer slowly, and says how long it was and its digest."""

    def connectionMade(self):
        import hashlib

        self.digest = hashlib.sha256()
        self.count = 0
        for word in self.factory.words:
            self.transport.write(word.encode() + b"\r\n")

    def dataReceived(self, data):
        self.digest.update(data)
        self.count += len(data)
        self.transport.pauseProducing()
        reactor.callLater(0, self.transport.resumeProducing)

    def connectionLost(self, reason):
        say("lost", reason.type.__name__, self.count, self.digest.hexdigest())
        end()


class HalfClosingClient(RawClient):
    """As RawClient, but ends its own half when it has sent its lines."""

    def connectionMade(self):
        super().connectionMade()
        self.transport.loseWriteConnection()


class ResettingClient(RawClient):
    """Resets the connection as soon as something comes."""

    def dataReceived(self, data):
        self.transport.abortConnection()


class StartTLSClient(basic.LineReceiver):
    """starttls_client.py, which ends once it has said its words over TLS."""

    def connectionMade(self):
        self.sendLine(b"plain text")
        self.sendLine(b"STARTTLS")

    def lineReceived(self, line):
        say("received", line.decode())
        if line == b"READY":
            from twisted.internet import ssl

            with open(self.factory.words[0]) as file:
                authority = ssl.Certificate.loadPEM(file.read())
            self.transport.startTLS(ssl.optionsForClientTLS("localhost", authority))
            self.sendLine(b"secure text")
            self.transport.loseConnection()

    def connectionLost(self, reason):
        say("lost", reason.type.__name__)
        end()


class StartTLSServer(basic.LineReceiver):
    """starttls_server.py, for one client."""

    def lineReceived(self, line):
        say("received", line.decode())
        if line == b"STARTTLS":
            from twisted.internet import ssl

            self.sendLine(b"READY")
            key, certificate = self.factory.words
            self.transport.startTLS(ssl.DefaultOpenSSLContextFactory(key, certificate))

    def connectionLost(self, reason):
        say("lost", reason.type.__name__)
        end()


CLIENTS = {
    "line-client": LineClient,
    "polite-client": PoliteClient,
    "chat-client": ChatClient,
    "raw-client": RawClient,
    "half-closing-client": HalfClosingClient,
    "resetting-client": ResettingClient,
    "starttls-client": StartTLSClient,
}
SERVERS = {
    "echo-server": EchoServer,
    "dropping-server": DroppingServer,
    "starttls-server": StartTLSServer,
}


def main(role, port, *words):
    factory = protocol.ClientFactory() if role in CLIENTS else protocol.ServerFactory()
    factory.noisy = False
    factory.protocol = CLIENTS.get(role) or SERVERS[role]
    factory.words = words
    if role in SERVERS:
        listening = reactor.listenTCP(int(port), factory, interface="127.0.0.1")
        say("listening", listening.getHost().port)
    else:
        for _ in range(2 if role == "chat-client" else 1):
            reactor.connectTCP("127.0.0.1", int(port), factory)
    reactor.run()


main(*sys.argv[1:])
