"""Where the real twisted.protocols.policies fails. See defects.py."""
from unittest.mock import Mock

from twisted.internet import protocol, task, testing
from twisted.internet.address import IPv4Address
from twisted.internet.testing import StringTransportWithDisconnection
from twisted.protocols import policies


def throttling(*limits):
    factory = policies.ThrottlingFactory(factoryOf(protocol.Protocol), *limits)
    factory.clock = task.Clock()
    factory.callLater = factory.clock.callLater
    return factory


def factoryOf(protocolClass):
    factory = protocol.ServerFactory()
    factory.protocol = protocolClass
    return factory


def connectedBy(factory):
    wrapper = factory.buildProtocol(None)
    transport = StringTransportWithDisconnection()
    transport.protocol = wrapper
    wrapper.makeConnection(transport)
    return wrapper


def wrapsNothing():
    factory = throttling(10)
    factory.wrappedFactory.buildProtocol = lambda address: None
    wrapper = factory.buildProtocol(None)
    return [factory.connectionCount, wrapper.wrappedProtocol]


def looksWithoutConnections():
    factory = throttling(0, 10)
    for _ in range(3):
        factory.buildProtocol(None)
    return len(factory.clock.getDelayedCalls())


def throttledTwice():
    factory = throttling(10, 10)
    first = connectedBy(factory)
    first.dataReceived(b"x" * 50)
    factory.clock.advance(1)
    first.transport.loseConnection()
    connectedBy(factory).transport.loseConnection()


def restsForOthers():
    factory = throttling(10, 10)
    first = connectedBy(factory)
    first.dataReceived(b"x" * 50)
    first.transport.loseConnection()
    connectedBy(factory)
    return factory.unthrottleReadsID is not None


def earlierEndsBoth():
    factory = throttling(10, None, 10)
    wrapper = connectedBy(factory)
    log = []
    producer = Mock()
    producer.pauseProducing.side_effect = lambda: log.append("pause")
    producer.resumeProducing.side_effect = lambda: log.append("resume")
    wrapper.registerProducer(producer, True)
    for length in (40, 50):  # Until 4, until 6.
        wrapper.write(b"x" * length)
        factory.clock.advance(1)
    factory.clock.pump([1, 1, 1, 1])
    return log


def resumesForOthers():
    wrapper = connectedBy(throttling())
    wrapper.pauseProducing()
    wrapper.throttleReads()
    wrapper.unthrottleReads()
    return wrapper.transport.producerState


def throttlesPull():
    wrapper = connectedBy(throttling())
    wrapper.registerProducer(testing.NonStreamingProducer(wrapper), False)
    wrapper.producer = object()  # One that has only what a pull producer must have.
    wrapper.throttleWrites()


def unregistersNobody():
    connectedBy(throttling()).unregisterProducer()


def byPeer():
    factory = policies.LimitConnectionsByPeer(factoryOf(protocol.Protocol))
    factory.doStart()
    factory.buildProtocol(IPv4Address("TCP", "192.0.2.1", 80))


def timedOutWrites():
    factory = policies.TimeoutFactory(factoryOf(protocol.Protocol), 1)
    clock = task.Clock()
    factory.callLater = clock.callLater
    wrapper = factory.buildProtocol(None)
    wrapper.makeConnection(testing.StringTransport())
    clock.advance(1)
    wrapper.write(b"late")


def timeoutWithoutPeriod():
    factory = policies.TimeoutFactory(factoryOf(protocol.Protocol), 1)
    factory.callLater = task.Clock().callLater
    wrapper = factory.buildProtocol(None)
    wrapper.setTimeout()
    return wrapper.timeoutCall is None


def cancelledTimeout():
    timed = policies.TimeoutMixin()
    clock = task.Clock()
    timed.callLater = clock.callLater
    timed.setTimeout(1)
    clock.getDelayedCalls()[0].cancel()
    timed.setTimeout(2)
