"""Transfers of a given length, one after another, each on a connection of its own."""

import sys
import time

from bench import OPTIONS, Supply, install_reactor, say
from producer import Producer

reactor = install_reactor()

from twisted.internet.defer import Deferred, inlineCallbacks
from twisted.internet.endpoints import TCP4ClientEndpoint, connectProtocol
from twisted.internet.protocol import Protocol


class Sender(Protocol):
    def __init__(self):
        self.closed = Deferred()

    def connectionLost(self, reason):
        self.closed.callback(None)


@inlineCallbacks
def repeat(size, times):
    sent = 0
    for _ in range(times):
        endpoint = TCP4ClientEndpoint(reactor, "127.0.0.1", OPTIONS["port"])
        protocol = yield connectProtocol(endpoint, Sender())
        supply = Supply(OPTIONS["size"], {"bytes": size})
        Producer.begin(protocol.transport, supply)
        yield protocol.closed
        sent += supply.sent
    return sent


@inlineCallbacks
def run():
    sent = yield repeat(OPTIONS["warmUpBytes"], OPTIONS["warmUpTimes"])
    before = time.process_time()
    start = time.monotonic()
    sent += yield repeat(OPTIONS["bytes"], OPTIONS["times"])
    say(sent=sent, seconds=time.monotonic() - start, cpu=time.process_time() - before)
    reactor.stop()


def failed(failure):
    failure.printTraceback(sys.stderr)
    reactor.stop()


reactor.callWhenRunning(lambda: run().addErrback(failed))
reactor.run()
