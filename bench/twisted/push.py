"""A push producer registered with a transport."""

from zope.interface import implementer

from bench import send
from twisted.internet.interfaces import IPushProducer


@implementer(IPushProducer)
class Producer:
    def __init__(self, transport, supply):
        self.transport = transport
        self.supply = supply
        self.paused = False

    def pauseProducing(self):
        self.paused = True

    def resumeProducing(self):
        self.paused = False
        write = self.transport.write
        next = self.supply.next
        try:
            while not self.paused:
                write(next())
        except StopIteration:
            self.transport.unregisterProducer()
            self.transport.loseConnection()

    def stopProducing(self):
        self.paused = True


def begin(transport, supply):
    producer = Producer(transport, supply)
    transport.registerProducer(producer, True)
    producer.resumeProducing()


send(begin)
