"""
Twisted's ThrottlingFactory as documented, where its code is not: see docs/twisted-defects.md. All else is
left to the real one.
"""
from twisted.protocols import policies


class ThrottlingProtocol(policies.ThrottlingProtocol):
    readsThrottled = inputPaused = writesThrottled = False

    def registerProducer(self, producer, streaming):
        before = self.__dict__.get("producer")
        self.writesThrottled, throttled = False, self.writesThrottled
        try:
            super().registerProducer(producer, streaming)
        except BaseException:
            self.writesThrottled = throttled
            if before is None:
                del self.producer
            else:
                self.producer = before
            raise

    def unregisterProducer(self):
        self.__dict__.pop("producer", None)
        policies.ProtocolWrapper.unregisterProducer(self)

    # Two may want a pause: each is ended by the one that began it.

    def pauseProducing(self):
        self.inputPaused = True
        self.transport.pauseProducing()

    def resumeProducing(self):
        self.inputPaused = False
        if not self.readsThrottled:
            self.transport.resumeProducing()

    def throttleReads(self):
        self.readsThrottled = True
        super().throttleReads()

    def unthrottleReads(self):
        if self.readsThrottled:
            self.readsThrottled = False
            if not self.inputPaused:
                super().unthrottleReads()

    def throttleWrites(self):
        # A producer of the transport is not ours.
        if "producer" in self.__dict__ and not self.writesThrottled:
            self.writesThrottled = True
            self.producer.pauseProducing()

    def unthrottleWrites(self):
        if self.writesThrottled and "producer" in self.__dict__:
            self.writesThrottled = False
            self.producer.resumeProducing()


class Ended(Exception):
    """The last connection was lost in a look at the bandwidth; maybe there is another one since."""


class ThrottlingFactory(policies.ThrottlingFactory):
    protocol = ThrottlingProtocol

    def buildProtocol(self, addr):
        if self.connectionCount >= self.maxConnectionCount:
            return None
        if self.connectionCount == 0:
            self.readThisSecond = self.writtenThisSecond = 0
        return super().buildProtocol(addr)

    def unregisterProtocol(self, p):
        super().unregisterProtocol(p)
        if self.connectionCount == 0:
            self.unthrottleReadsID = self.unthrottleWritesID = None

    def checkReadBandwidth(self):
        self.checkReadBandwidthID, before = None, self.unthrottleReadsID
        self.unthrottleReadsID = None
        try:
            super().checkReadBandwidth()
        except Ended:
            cancel(before)
            return
        self.unthrottleReadsID = later(before, self.unthrottleReadsID)

    def checkWriteBandwidth(self):
        self.checkWriteBandwidthID, before = None, self.unthrottleWritesID
        self.unthrottleWritesID = None
        try:
            super().checkWriteBandwidth()
        except Ended:
            cancel(before)
            return
        self.unthrottleWritesID = later(before, self.unthrottleWritesID)

    def each(self, act):
        for protocol in list(self.protocols):
            if protocol in self.protocols:
                act(protocol)

    def throttleReads(self):
        self.each(lambda p: p.throttleReads())
        if not self.connectionCount or self.checkReadBandwidthID:
            raise Ended()

    def throttleWrites(self):
        self.each(lambda p: p.throttleWrites())
        if not self.connectionCount or self.checkWriteBandwidthID:
            raise Ended()

    def unthrottleReads(self):
        self.unthrottleReadsID = None
        self.each(lambda p: p.unthrottleReads())

    def unthrottleWrites(self):
        self.unthrottleWritesID = None
        self.each(lambda p: p.unthrottleWrites())


def cancel(before):
    """The end of a rest that the loss of the last connection would have found, had it been there."""
    if before is not None and before.active():
        before.cancel()


def later(one, other):
    """Of two ends of a rest, the later; the other is cancelled."""
    if one is None or other is None or not one.active():
        return other or one
    if one.getTime() > other.getTime():
        other.cancel()
        return one
    one.cancel()
    return other
