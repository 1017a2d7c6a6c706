"""Sends back every chunk."""

from bench import serve_one
from twisted.internet.protocol import Factory, Protocol


class Echo(Protocol):
    def connectionMade(self):
        self.transport.setTcpNoDelay(True)

    def dataReceived(self, data):
        self.transport.write(data)


serve_one(Factory.forProtocol(Echo))
