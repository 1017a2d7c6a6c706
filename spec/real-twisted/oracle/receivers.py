"""
Plays scenarios on the real receivers of twisted.protocols.basic and stateful: one JSON scenario a line
on stdin, one JSON trace a line on stdout. A trace ends where the design departs from Twisted: see
`Player.part`. Scenarios and traces are described in ../support/receiver-scenarios.ts.
"""
import json
import sys

from twisted.protocols import basic, stateful


class Scripted(Exception):
    """Thrown because the scenario says so."""


class Parting(BaseException):
    """From here on the design departs from Twisted."""

    def __init__(self, player):
        # The events while this unwinds do not count, nor does a second parting.
        player.parted = player.parted or player.trace + ["here they part"]


def shown(value):
    return json.dumps(value.decode("latin-1") if isinstance(value, bytes) else value)


class Transport:
    def __init__(self, player):
        self.player = player
        self.disconnecting = False

    def pauseProducing(self):
        self.player.called("pauseProducing")

    def resumeProducing(self):
        self.player.called("resumeProducing")

    def stopProducing(self):
        self.player.called("stopProducing")

    def loseConnection(self):
        if self.disconnecting and self.player.kind == "netstring":
            raise Parting(self.player)  # It found the same mistake again.
        self.disconnecting = True
        try:
            self.player.called("loseConnection")
        except Scripted:
            if self.player.kind == "netstring":
                raise Parting(self.player)  # It has not noted yet that the peer is broken.
            raise


class Callbacks:
    """The callbacks of every kind of receiver."""

    def lineReceived(self, line):
        return self.player.deliver("lineReceived", line)

    def rawDataReceived(self, data):
        return self.player.deliver("rawDataReceived", data)

    def lineLengthExceeded(self, line):
        return self.player.deliver("lineLengthExceeded", line)

    def stringReceived(self, string):
        return self.player.deliver("stringReceived", string)

    def lengthLimitExceeded(self, length):
        return self.player.deliver("lengthLimitExceeded", length)


class Line(Callbacks, basic.LineReceiver):
    pass


class LineOnly(Callbacks, basic.LineOnlyReceiver):
    pass


class Netstring(Callbacks, basic.NetstringReceiver):
    pass


class Int8(Callbacks, basic.Int8StringReceiver):
    pass


class Int16(Callbacks, basic.Int16StringReceiver):
    pass


class Stateful(stateful.StatefulProtocol):
    def getInitialState(self):
        return self.stateOf(0)

    def stateOf(self, number):
        counts = self.player.scenario["counts"]
        number %= len(counts)

        def state(data):
            self.player.deliver("state", data)
            return self.stateOf(number + 1)

        return state, counts[number]


CLASSES = {
    "line": Line,
    "line only": LineOnly,
    "netstring": Netstring,
    "int8": Int8,
    "int16": Int16,
    "stateful": Stateful,
}


class Player:
    """Plays one scenario and writes down what happens."""

    def __init__(self, scenario):
        self.scenario = scenario
        self.kind = scenario["kind"]
        self.trace = []
        self.parted = None
        self.reactions = {name: list(tape) for name, tape in scenario["reactions"].items()}
        self.exceptionsMade = 0
        self.inside = []  # The callbacks that are under way, innermost last.
        self.isBroken = False  # What is delivered next is not to be compared.
        self.transport = Transport(self) if scenario["transport"] else None
        self.it = CLASSES[self.kind]()
        self.it.player = self
        if self.kind.startswith("line"):
            self.it.delimiter = scenario["delimiter"].encode("latin-1")
        self.it.MAX_LENGTH = scenario["MAX_LENGTH"]
        if self.transport is not None:
            self.it.makeConnection(self.transport)

    def play(self):
        try:
            for operation in self.scenario["script"]:
                self.perform(["try", operation])
                self.trace.append(self.state())
        except Parting:
            pass
        self.trace = self.parted or self.trace

    def state(self):
        it = self.it
        letters = ""
        if getattr(it, "paused", False):
            letters += "P"
        if self.kind == "line" and it.line_mode:
            letters += "L"
        if getattr(it, "brokenPeer", False):
            letters += "B"
        return f"[{letters}]"

    def perform(self, operation):
        name, *arguments = operation
        if name == "try":
            try:
                self.perform(arguments[0])
            except Scripted as exception:
                self.trace.append(f"caught {exception}")
            return
        if self.isNothing(name):
            return
        self.part(name)
        self.trace.append(" ".join(["> " + name, *map(json.dumps, arguments)]))
        returned = self.call(name, arguments)
        self.trace.append(f"< {name} {shown(returned)}")

    def isNothing(self, name):
        """Whether this kind lacks the operation, which only some kinds have."""
        if name in ("pauseProducing", "resumeProducing", "stopProducing"):
            return not hasattr(self.it, name) or self.transport is None
        if name == "recvd":
            return not hasattr(self.it, name)
        return name == "loseConnection" and self.transport is None

    def call(self, name, arguments):
        it = self.it
        if name == "loseConnection":
            return self.transport.loseConnection()
        if name == "recvd":
            return it.recvd
        values = [v.encode("latin-1") if isinstance(v, str) else v for v in arguments]
        if name == "setRecvd":
            it.recvd = values[0]
        elif name in ("delimiter", "MAX_LENGTH"):
            setattr(it, name, values[0])
        else:
            return getattr(it, name)(*values)

    def part(self, name):
        """Ends the trace if what comes now finds Twisted in a state that is not right."""
        feeds = name in ("dataReceived", "resumeProducing")
        if not feeds and name != "recvd":
            return
        if self.isBroken:
            raise Parting(self)
        if self.kind in ("line", "netstring") or name == "recvd":
            return
        # Called back, these deliver again what they have delivered, or in another order.
        if any(callback in DELIVERIES for callback in self.inside):
            raise Parting(self)

    def deliver(self, callback, data):
        it = self.it
        # Once the connection is to close, nothing is delivered.
        if self.isBroken or self.transport is not None and self.transport.disconnecting:
            raise Parting(self)
        if callback == "lengthLimitExceeded":
            # Twisted delivers the lines before it in this chunk again, with the next chunk.
            self.isBroken = True
        inChunk = callback == "lineLengthExceeded" and data is not it._buffer
        try:
            returned = self.called(callback, data)
        except Scripted:
            # Twisted delivers the same again, or loses the rest.
            self.isBroken |= self.kind not in ("line", "netstring")
            raise
        if self.kind == "line only" and inChunk and not self.transport.disconnecting:
            # Twisted loses the bytes after it in this chunk.
            raise Parting(self)
        return returned

    def called(self, callback, *data):
        self.trace.append(" ".join([callback, *map(shown, data)]))
        tape = self.reactions.get(callback)
        reaction = tape.pop(0) if tape else {}
        self.inside.append(callback)
        try:
            for operation in reaction.get("does", []):
                self.perform(operation)
        finally:
            self.inside.pop()
        if reaction.get("throws"):
            self.exceptionsMade += 1
            raise Scripted(f"Scripted {self.exceptionsMade}")
        return reaction.get("returns")


DELIVERIES = (
    "lineReceived",
    "rawDataReceived",
    "lineLengthExceeded",
    "stringReceived",
    "lengthLimitExceeded",
    "state",
)

if __name__ == "__main__":
    for line in sys.stdin:
        player = Player(json.loads(line))
        player.play()
        print(json.dumps(player.trace))
