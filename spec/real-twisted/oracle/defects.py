"""
Shows where real Twisted fails, as ../../docs/twisted-defects.md has it: one
name of a defect a line on stdin, as JSON; on stdout, as JSON, what happens.
"""
import json
import sys

from twisted.internet import task
from twisted.internet.address import IPv4Address
from twisted.protocols import htb, pcp

import policy_defects

# Whole seconds, unless a defect wants parts of them: at any other time Twisted fails as in partOfAByte.
now = 0
htb.time = lambda: now


class Consumer:
    """Does nothing; is a transport, too."""

    def __init__(self):
        self.log = []

    def registerProducer(self, producer, streaming):
        pass

    def unregisterProducer(self):
        self.log.append("unregister")

    def write(self, data):
        self.log.append(data)

    def writeSequence(self, data):
        self.log.append("".join(data))

    def finish(self):
        self.log.append("finish")

    def loseConnection(self):
        self.log.append("lose")

    def getPeer(self):
        return IPv4Address("TCP", "10.0.0.1", 80)

    getHost = getPeer


class Producer:
    def __init__(self, proxy=None):
        self.proxy = proxy
        self.log = []

    def pauseProducing(self):
        self.log.append("pause")
        if self.proxy is not None:
            self.proxy.resumeProducing()

    def resumeProducing(self):
        self.log.append("resume")

    def stopProducing(self):
        self.log.append("stop")


class PullingProxy(pcp.ProducerConsumerProxy):
    iAmStreaming = False


class Slow(htb.Bucket):
    maxburst = 2
    rate = 1


class ByConstant(htb.FilterByHost):
    def getBucketKey(self, transport):
        return 1


def bytesHeld():
    proxy = pcp.BasicProducerConsumerProxy(Consumer())
    proxy.pauseProducing()
    proxy.write(b"a")
    proxy.resumeProducing()


def freshData():
    class Refusing(PullingProxy):
        def _writeSomeData(self, data):
            return 0

    proxy = Refusing(Consumer())
    proxy.write("a")
    proxy.resumeProducing()
    proxy.write("b")


def repeated():
    consumer = Consumer()
    proxy = pcp.ProducerConsumerProxy(consumer)
    proxy.pauseProducing()
    proxy.write("a")

    def write(data):
        consumer.log.append(data)
        if len(consumer.log) == 1:
            proxy.resumeProducing()

    consumer.write = write
    proxy.resumeProducing()
    return consumer.log


def forgottenQuestion():
    consumer = Consumer()
    proxy = PullingProxy(consumer)
    proxy.resumeProducing()
    consumer.write = lambda data: proxy.resumeProducing()
    proxy.write("a")
    return proxy.outstandingPull


def pausedForGood():
    proxy = pcp.ProducerConsumerProxy(Consumer())
    proxy.bufferSize = 1
    producer = Producer(proxy)
    proxy.registerProducer(producer, True)
    proxy.pauseProducing()
    proxy.write("a")
    return producer.log


def secondProducer():
    proxy = pcp.ProducerConsumerProxy(Consumer())
    first, second = Producer(), Producer()
    proxy.registerProducer(first, True)
    proxy.registerProducer(second, True)
    return proxy.producer is second


def pauseOfAnother():
    proxy = pcp.ProducerConsumerProxy(Consumer())
    proxy.bufferSize = 1
    first, second = Producer(), Producer()
    proxy.registerProducer(first, True)
    proxy.pauseProducing()
    proxy.write("a")
    proxy.unregisterProducer()
    proxy.registerProducer(second, True)
    proxy.resumeProducing()
    return second.log


def stopped():
    proxy = pcp.BasicProducerConsumerProxy(Consumer())
    proxy.stopProducing()
    return proxy.stopped


def stall():
    consumer = Consumer()
    shaped = htb.ShapedConsumer(consumer, Slow())
    shaped.resumeProducing()
    shaped.write("ab")
    shaped.resumeProducing()
    shaped.write("cd")  # The bucket is full: nothing is written, and yet the question is forgotten.
    return [*consumer.log, shaped.outstandingPull]


def partOfAByte():
    global now
    bucket = Slow()
    bucket.add(2)
    shaped = htb.ShapedConsumer(Consumer(), bucket)
    shaped.write("abc")
    now += 0.5
    shaped.resumeProducing()


def asksFullBucket():
    shaped = htb.ShapedConsumer(Consumer(), Slow())
    producer = Producer()
    shaped.registerProducer(producer, True)
    shaped.write("abcd")
    for _ in range(3):
        shaped.resumeProducing()
    return producer.log


def leavesTransport():
    transport = Consumer()
    shaped = htb.ShapedTransport(transport, htb.Bucket())
    shaped.registerProducer(Producer(), True)
    shaped.unregisterProducer()
    return transport.log


def byHost():
    htb.FilterByHost().getBucketFor(Consumer())


def byServer():
    htb.FilterByServer().getBucketFor(Consumer())


def nestedFilters():
    ByConstant(ByConstant()).getBucketFor(Consumer())


def sweep():
    buckets = htb.HierarchicalBucketFilter()
    buckets.buckets.update({1: htb.Bucket(), 2: htb.Bucket()})
    buckets.sweep()


def sweptParent():
    servers = htb.HierarchicalBucketFilter()
    hosts = htb.HierarchicalBucketFilter(servers)
    bucket = hosts.getBucketFor()
    htb.ShapedConsumer(Consumer(), bucket)
    try:
        servers.sweep()
    except RuntimeError:
        pass  # See the last one.
    return servers.buckets.get(None) is bucket.parentBucket


def finishEarly():
    consumer = Consumer()
    shaped = htb.ShapedConsumer(consumer, htb.Bucket())
    shaped.write("a")
    shaped.finish()
    shaped.resumeProducing()
    return consumer.log


def loseEarly():
    transport = Consumer()
    shaped = htb.ShapedTransport(transport, htb.Bucket())
    shaped.write("a")
    shaped.loseConnection()
    return transport.log


def sequenceOvertakes():
    transport = Consumer()
    shaped = htb.ShapedTransport(transport, htb.Bucket())
    shaped.write("a")
    shaped.writeSequence(["b"])
    return transport.log


def pausesOutput():
    transport = Consumer()
    shaped = htb.ShapedTransport(transport, htb.Bucket())
    shaped.resumeProducing()
    shaped.pauseProducing()
    shaped.write("a")
    return transport.log


def stoppedTwice():
    bucket = htb.Bucket()
    shaped = htb.ShapedConsumer(Consumer(), bucket)
    shaped.stopProducing()
    shaped.stopProducing()
    return bucket._refcount


def clockSetBack():
    global now
    bucket = Slow()
    now -= 10
    return bucket.add(1)


def restartedLoop():
    """The times of the calls that a loop, restarted from inside its function, is going to make."""
    clock = task.Clock()

    def again():
        if clock.seconds() == 1:
            loop.stop()
            loop.start(5, now=False)

    loop = task.LoopingCall(again)
    loop.clock = clock
    loop.start(1)
    clock.advance(1)
    return [call.getTime() for call in clock.getDelayedCalls()]


if __name__ == "__main__":
    for line in sys.stdin:
        now = 0
        try:
            name = json.loads(line)
            outcome = (globals().get(name) or getattr(policy_defects, name))()
        except Exception as exception:
            outcome = f"{type(exception).__name__}: {exception}"
        print(json.dumps(outcome))
