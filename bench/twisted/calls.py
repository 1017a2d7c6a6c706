"""Counts calls a second of a pull producer, a proxy or a task: the options say which."""

import time

from zope.interface import implementer

from bench import OPTIONS, install_reactor, say

reactor = install_reactor()

from twisted.internet._producer_helpers import _PullToPush
from twisted.internet.interfaces import IConsumer, IPullProducer, IPushProducer
from twisted.internet.task import cooperate
from twisted.protocols.pcp import BasicProducerConsumerProxy, ProducerConsumerProxy

WRITES = 16
TASKS = 100


@implementer(IConsumer)
class CountingConsumer:
    bytes = 0

    def registerProducer(self, producer, streaming):
        pass

    def unregisterProducer(self):
        pass

    def write(self, data):
        self.bytes += len(data)


def pull_to_push():
    consumer = CountingConsumer()
    message = bytes(64)

    @implementer(IPullProducer)
    class Producer:
        asked = 0

        def resumeProducing(self):
            self.asked += 1
            consumer.write(message)

        def stopProducing(self):
            pass

    producer = Producer()
    _PullToPush(producer, consumer).startStreaming()
    return lambda: producer.asked, lambda: consumer.bytes == 64 * producer.asked


def cooperator():
    per_task = [0] * TASKS

    def work(task):
        while True:
            per_task[task] += 1
            yield

    for task in range(TASKS):
        cooperate(work(task))
    return lambda: sum(per_task), lambda: max(per_task) - min(per_task) <= 1


def proxy(kind):
    consumer = CountingConsumer()
    # Twisted's proxies join the buffered data as text, so only text gets through them.
    message = "x" * 64

    @implementer(IPushProducer)
    class Producer:
        def pauseProducing(self):
            pass

        def resumeProducing(self):
            pass

        def stopProducing(self):
            pass

    between = kind(consumer)
    between.registerProducer(Producer(), True)
    held = WRITES // 2 if OPTIONS["held"] else 0
    cycles = [0]

    def batch():
        for _ in range(1000):
            for _ in range(WRITES - held):
                between.write(message)
            between.pauseProducing()
            for _ in range(held):
                between.write(message)
            between.resumeProducing()
            cycles[0] += 1
        reactor.callLater(0, batch)

    reactor.callLater(0, batch)
    return (
        lambda: cycles[0] * (WRITES + 2),
        lambda: consumer.bytes == cycles[0] * WRITES * len(message),
    )


calls, intact = {
    "pull-to-push": pull_to_push,
    "cooperator": cooperator,
    "proxy": lambda: proxy(
        BasicProducerConsumerProxy if OPTIONS["basic"] else ProducerConsumerProxy
    ),
}[OPTIONS["what"]]()


def begin():
    reactor.callLater(OPTIONS["seconds"], end, calls(), time.monotonic(), time.process_time())


def end(before, start, cpu):
    say(
        count=calls() - before,
        seconds=time.monotonic() - start,
        cpu=time.process_time() - cpu,
        intact=intact(),
    )
    reactor.stop()


reactor.callLater(OPTIONS["warmUp"], begin)
reactor.run()
