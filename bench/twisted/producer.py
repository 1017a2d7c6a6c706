"""A push producer of a supply."""

from zope.interface import implementer

from twisted.internet.interfaces import IPushProducer


@implementer(IPushProducer)
class Producer:
    def __init__(self, transport, supply):
        self.transport = transport
        self.supply = supply
        self.paused = False

    @classmethod
    def begin(cls, transport, supply):
        producer = cls(transport, supply)
        transport.registerProducer(producer, True)
        producer.resumeProducing()

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
