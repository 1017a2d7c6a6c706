"""Shared by the programs for Twisted: options, the pattern, and the messages of it to send."""

import json
import resource
import sys
import time
from math import gcd

PERIOD = 251 * 256
BETWEEN_LOOKS = 256 * 1024
# Connections to open at the same time: more would overflow the listener's backlog.
AT_A_TIME = 500

OPTIONS = json.loads(sys.argv[1])


def say(**what):
    print(json.dumps(what), flush=True)


def peak():
    """The most memory that this process had resident, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def pattern(length):
    one = bytearray()
    x = 1
    for _ in range(PERIOD):
        x = (x * 1664525 + 1013904223) & 0xFFFFFFFF
        one.append(x >> 24)
    return bytes(one * (length // PERIOD + 1))[:length]


def messages(size):
    whole = pattern(PERIOD + size)
    count = PERIOD // gcd(size, PERIOD)
    starts = (i * size % PERIOD for i in range(count))
    return [whole[start : start + size] for start in starts]


class Supply:
    """
    The messages of a connection, one by one, until it is time to stop.

    A producer takes them from `next`, a bound method of a generator, because that costs Python
    least.
    """

    shared = {}

    def __init__(self, size, limit):
        self.sent = 0
        if size not in self.shared:
            self.shared[size] = messages(size)
        self.next = self.generate(size, limit).__next__

    def generate(self, size, limit):
        deadline = time.monotonic() + limit["seconds"] if "seconds" in limit else None
        most = limit.get("bytes")
        look = BETWEEN_LOOKS
        sent = 0
        while True:
            for message in self.shared[size]:
                if sent >= look:
                    look = sent + BETWEEN_LOOKS
                    self.sent = sent
                    if deadline is not None and time.monotonic() >= deadline:
                        return
                if most is not None and sent >= most:
                    self.sent = sent
                    return
                sent += size
                yield message


def install_reactor():
    """Installs the fastest reactor here, and returns it."""
    try:
        from twisted.internet import epollreactor

        epollreactor.install()
    except ImportError:
        pass
    from twisted.internet import reactor

    return reactor


def serve_one(factory):
    """Listens on a free port, says which, and serves one connection until it is lost."""
    reactor = install_reactor()

    def served(address, build=factory.buildProtocol):
        protocol = build(address)
        lost = protocol.connectionLost

        def connectionLost(reason):
            lost(reason)
            # The other connection may still have bytes to send.
            reactor.callLater(0.1, reactor.stop)

        protocol.connectionLost = connectionLost
        return protocol

    factory.buildProtocol = served
    port = reactor.listenTCP(0, factory, interface="127.0.0.1")
    before = time.process_time()
    say(port=port.getHost().port)
    reactor.run()
    say(cpu=time.process_time() - before)


def connect_and_run(begin):
    """
    Makes the connections, calls `begin` with the transports, and says, once all connections are
    closed, how many bytes were sent. `begin` returns that number, a function that returns it, or a
    Deferred of either.
    """
    reactor = install_reactor()
    from twisted.internet.defer import gatherResults, inlineCallbacks
    from twisted.internet.endpoints import TCP4ClientEndpoint, connectProtocol
    from twisted.internet.protocol import Protocol

    open_connections = set()

    class Sender(Protocol):
        def connectionMade(self):
            open_connections.add(self)

        def connectionLost(self, reason):
            open_connections.discard(self)
            if not open_connections:
                reactor.stop()

    def connect():
        return connectProtocol(
            TCP4ClientEndpoint(reactor, "127.0.0.1", OPTIONS["port"]), Sender()
        )

    answers = []
    before = []

    @inlineCallbacks
    def run():
        protocols = []
        while len(protocols) < OPTIONS["connections"]:
            count = min(AT_A_TIME, OPTIONS["connections"] - len(protocols))
            protocols += yield gatherResults(connect() for _ in range(count))
        transports = [protocol.transport for protocol in protocols]
        if "highWaterMark" in OPTIONS:
            for transport in transports:
                transport.bufferSize = OPTIONS["highWaterMark"]
        before.append(time.process_time())
        answers.append((yield begin(transports)))

    def failed(failure):
        failure.printTraceback(sys.stderr)
        reactor.stop()

    run().addErrback(failed)
    reactor.run()
    [sent] = answers
    say(
        sent=sent() if callable(sent) else sent,
        cpu=time.process_time() - before[0],
        peak=peak(),
    )


def send(begin):
    """
    Connects, calls `begin(transport, supply)` to send a supply on each connection, and says how
    many bytes were sent.
    """

    def begin_all(transports):
        supplies = [Supply(OPTIONS["size"], OPTIONS["limit"]) for _ in transports]
        for transport, supply in zip(transports, supplies):
            begin(transport, supply)
        return lambda: sum(supply.sent for supply in supplies)

    connect_and_run(begin_all)
