"""Lines of 64 bytes a second, through one of Twisted's line receivers."""

import time

from bench import OPTIONS, install_reactor, say

reactor = install_reactor()

from twisted.internet.testing import StringTransport
from twisted.protocols.basic import LineOnlyReceiver, LineReceiver

LINE = b"x" * 62 + b"\r\n"
# As in ../programs/lines/supply.ts.
CHUNK = 65500
CHUNKS = 16
TEXT = LINE * (CHUNK * CHUNKS // len(LINE))
chunks = [TEXT[at : at + CHUNK] for at in range(0, len(TEXT), CHUNK)]


class Counting:
    lines = 0
    length = 0

    def lineReceived(self, line):
        self.lines += 1
        self.length += len(line)


class Counter(Counting, LineOnlyReceiver if OPTIONS["lineOnly"] else LineReceiver):
    pass


counter = Counter()
counter.makeConnection(StringTransport())


def feed(number):
    counter.dataReceived(chunks[number])
    reactor.callLater(0, feed, (number + 1) % CHUNKS)


def begin():
    reactor.callLater(OPTIONS["seconds"], end, counter.lines, time.monotonic(), time.process_time())


def end(before, start, cpu):
    say(
        count=counter.lines - before,
        seconds=time.monotonic() - start,
        cpu=time.process_time() - cpu,
        intact=counter.length == counter.lines * (len(LINE) - 2),
    )
    reactor.stop()


feed(0)
reactor.callLater(OPTIONS["warmUp"], begin)
reactor.run()
