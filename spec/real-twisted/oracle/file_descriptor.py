"""
Plays scenarios on a real twisted.internet.abstract.FileDescriptor: one JSON scenario a line on stdin,
one JSON trace a line on stdout.

A scenario's `twisted` says which Twisted: "as it is", or one with DECIDED below made in its source,
and with WAITING too where the scenario's `waitsForProducer` is true. All else is Twisted's own code.
Scenarios and traces are described in ../support/descriptor-scenarios.ts.
"""
import inspect
import json
import sys
import types

from twisted.internet import abstract, error
from twisted.python.failure import Failure

# Each: the sentence of the design it stands for, what Twisted's source says, what it says instead.
DECIDED = [
    (
        "a pause is owed to one producer: registering another clears it",
        "            self.streamingProducer = streaming\n",
        "            self.streamingProducer = streaming\n            self.producerPaused = False\n",
    ),
    (
        "connectionLost forgets the producer, then stops it, and finishes its work although that throws",
        """\
        if self.producer is not None:
            self.producer.stopProducing()
            self.producer = None
        self.stopReading()
        self.stopWriting()
""",
        """\
        producer, self.producer = self.producer, None
        try:
            if producer is not None:
                producer.stopProducing()
        finally:
            self.stopReading()
            self.stopWriting()
""",
    ),
    (
        "write starts writing although pauseProducing throws",
        """\
            self._tempDataLen += len(data)
            self._maybePauseProducer()
            self.startWriting()
""",
        """\
            self._tempDataLen += len(data)
            try:
                self._maybePauseProducer()
            finally:
                self.startWriting()
""",
    ),
    (
        "writeSequence starts writing although pauseProducing throws",
        """\
            self._tempDataLen += len(i)
        self._maybePauseProducer()
        self.startWriting()
""",
        """\
            self._tempDataLen += len(i)
        try:
            self._maybePauseProducer()
        finally:
            self.startWriting()
""",
    ),
    (
        "a producer that is a transport which can't unregister is not resumed while a close is wanted",
        """\
            if self.producer is not None and (
                (not self.streamingProducer) or self.producerPaused
            ):
""",
        """\
            if self.producer is not None and not (
                (self.disconnecting or self._writeDisconnecting)
                and isBeyondUnregistering(self.producer, self)
            ) and (
                (not self.streamingProducer) or self.producerPaused
            ):
""",
    ),
    (
        "state is right before a callback runs",
        """\
                self.stopReading()
                self.startWriting()
                self.disconnecting = 1
""",
        """\
                self.disconnecting = 1
                self.stopReading()
                self.startWriting()
""",
    ),
]
WAITING = [
    (
        "a close waits until the producer, push or pull, paused or not, has unregistered",
        """\
            elif self.disconnecting:
""",
        """\
            elif self.producer is not None and not (
                (self.disconnecting or self._writeDisconnecting)
                and isBeyondUnregistering(self.producer, self)
            ):
                pass
            elif self.disconnecting:
""",
    ),
    (
        "loseWriteConnection waits in the same way, so it must go on when the producer unregisters",
        """\
        if self.connected and self.disconnecting:
            self.startWriting()
""",
        """\
        if self.connected and self.disconnecting:
            self.startWriting()
        elif (
            self.connected
            and getattr(self, "_writeDisconnecting", False)
            and not self._writeDisconnected
        ):
            self.startWriting()
""",
    ),
]


def isBeyondUnregistering(producer, consumer):
    """A transport that is lost, or waits to close until the consumer unregisters from it."""
    if not hasattr(producer, "loseConnection"):
        return False
    return producer.disconnected or (producer.disconnecting and producer.producer is consumer)


def twistedWith(changes):
    """twisted.internet.abstract, its source changed."""
    source = inspect.getsource(abstract)
    for why, old, new in changes:
        assert source.count(old) == 1, f"this Twisted has no one place to change for: {why}"
        source = source.replace(old, new)
    module = types.ModuleType("abstract")
    module.isBeyondUnregistering = isBeyondUnregistering
    exec(compile(source, "abstract", "exec"), module.__dict__)
    return module


MODULES = {
    ("as it is", False): abstract,
    ("as decided", False): twistedWith(DECIDED),
    ("as decided", True): twistedWith(DECIDED + WAITING),
}


class Scripted(Exception):
    """Thrown or returned because the scenario says so."""


def nameOf(outcome):
    """The same word as in the TypeScript player for what was returned, thrown or given as reason."""
    if isinstance(outcome, Failure):
        outcome = outcome.value
    if outcome is None:
        return "nothing"
    if isinstance(outcome, error.ConnectionDone):
        return "ConnectionDone"
    if isinstance(outcome, int) and outcome < 0:
        return "ConnectionLost"  # what a reactor makes of a negative number
    if isinstance(outcome, Scripted):
        return str(outcome)
    if isinstance(outcome, RuntimeError):
        return "ProducerAlreadyRegisteredError"
    if isinstance(outcome, TypeError):
        return "TypeError"
    raise AssertionError(f"no name for {outcome!r}")


class Player:
    """Plays one scenario and writes down what happens."""

    def __init__(self, scenario):
        self.trace = []
        self.reactions = {name: list(tape) for name, tape in scenario["reactions"].items()}
        self.bytesMade = 0
        self.exceptionsMade = 0
        self.producers = [Producer(self, number) for number in range(3)] + [Transport(self, 3)]
        self.writers = set()
        base = MODULES[scenario["twisted"], scenario["waitsForProducer"]].FileDescriptor
        self.descriptor = type("Descriptor", (Descriptor, base), {})(reactor=Reactor(self))
        self.descriptor.player = self
        self.descriptor.bufferSize = scenario["bufferSize"]
        self.descriptor.SEND_LIMIT = scenario["sendLimit"]
        self.descriptor.connected = scenario["connected"]

    def log(self, what):
        it = self.descriptor
        flags = [
            ("C", it.connected),
            ("L", it.disconnecting),
            ("X", it.disconnected),
            ("w", it._writeDisconnecting),
            ("W", it._writeDisconnected),
            ("F", it._isSendBufferFull()),
            ("P", it.producerPaused),
            ("S", it.streamingProducer),
        ]
        state = "".join(letter for letter, isSet in flags if isSet)
        producer = "" if it.producer is None else it.producer.number
        self.trace.append(f"{what} [{state}{producer}]")

    def react(self, callback):
        """Does what the scenario wants done from inside `callback`."""
        tape = self.reactions.get(callback)
        reaction = tape.pop(0) if tape else {}
        for operation in reaction.get("does", []):
            self.perform(operation)
        if reaction.get("throws"):
            raise self.exception()
        return reaction

    def exception(self):
        self.exceptionsMade += 1
        return Scripted(f"Scripted {self.exceptionsMade}")

    def data(self, count):
        start = self.bytesMade
        self.bytesMade += count
        return bytes(97 + i % 26 for i in range(start, self.bytesMade))

    def play(self, script):
        for operation in script:
            self.perform(["try", operation])

    def perform(self, operation):
        name, *arguments = operation
        if name == "try":
            try:
                self.perform(arguments[0])
            except Exception as exception:
                self.log(f"caught {nameOf(exception)}")
            return
        self.log("> " + " ".join([name] + [json.dumps(a) for a in arguments]))
        result = getattr(self, "do_" + name, None)
        if result is not None:
            outcome = result(*arguments)
        else:
            outcome = getattr(self.descriptor, name)()
        self.log(f"< {name} {nameOf(outcome)}")

    def do_write(self, count):
        return self.descriptor.write(self.data(count))

    def do_writeString(self):
        return self.descriptor.write("text")

    def do_writeSequence(self, counts):
        return self.descriptor.writeSequence([self.data(count) for count in counts])

    def do_writeSequenceWithString(self, count):
        return self.descriptor.writeSequence([self.data(count), "text"])

    def do_registerProducer(self, number, streaming):
        return self.descriptor.registerProducer(self.producers[number], streaming)

    def do_connectionLost(self):
        return self.descriptor.connectionLost(self.exception())

    def do_readConnectionLost(self):
        return self.descriptor.readConnectionLost(self.exception())

    def do_writeConnectionLost(self):
        return self.descriptor.writeConnectionLost(self.exception())

    def do_losePeer(self):
        self.producers[3].disconnected = True

    def do_closePeer(self, waitsForUs):
        self.producers[3].disconnecting = True
        self.producers[3].producer = self.descriptor if waitsForUs else None

    def do_bufferSize(self, size):
        self.descriptor.bufferSize = size

    def do_turn(self):
        """As a reactor does when there is room to write."""
        if self.descriptor not in self.writers:
            return None
        try:
            why = self.descriptor.doWrite()
        except Exception as exception:
            self.log(f"doWrite threw {nameOf(exception)}")
            why = exception
        if why is not None:
            self.writers.discard(self.descriptor)
            self.descriptor.connectionLost(why)
        return why


class Descriptor:
    """Mixed into FileDescriptor: its hooks are written down, and do what the scenario says."""

    player = None

    def writeSomeData(self, data):
        data = bytes(data)
        self.player.log(f"writeSomeData {data.decode()}")
        reaction = self.player.react("writeSomeData")
        takes = reaction.get("takes", "all")
        if takes == "error":
            return self.player.exception()
        return len(data) if takes == "all" else min(takes, len(data))

    def _postLoseConnection(self):
        self.player.log("postLoseConnection")
        reaction = self.player.react("postLoseConnection")
        if reaction.get("takes") == "nothing":
            return None
        return super()._postLoseConnection()

    def _closeWriteConnection(self):
        self.player.log("closeWriteConnection")
        reaction = self.player.react("closeWriteConnection")
        if reaction.get("takes") == "error":
            return self.player.exception()
        return super()._closeWriteConnection()

    def connectionLost(self, reason):
        self.player.log(f"connectionLost {nameOf(reason)}")
        super().connectionLost(reason)
        self.player.log("connectionLost is done")
        self.player.react("connectionLost")


class Reactor:
    def __init__(self, player):
        self.player = player

    def addReader(self, reader):
        self.player.log("addReader")
        self.player.react("addReader")

    def removeReader(self, reader):
        self.player.log("removeReader")
        self.player.react("removeReader")

    def addWriter(self, writer):
        self.player.writers.add(writer)
        self.player.log("addWriter")
        self.player.react("addWriter")

    def removeWriter(self, writer):
        self.player.writers.discard(writer)
        self.player.log("removeWriter")
        self.player.react("removeWriter")


class Producer:
    # No transport, so that this says nothing of whether it can unregister.
    disconnected = True

    def __init__(self, player, number):
        self.player = player
        self.number = number

    def pauseProducing(self):
        self.player.log(f"pauseProducing {self.number}")
        self.player.react("pauseProducing")

    def resumeProducing(self):
        self.player.log(f"resumeProducing {self.number}")
        self.player.react("resumeProducing")

    def stopProducing(self):
        self.player.log(f"stopProducing {self.number}")
        self.player.react("stopProducing")


class Transport(Producer):
    """A producer that is a transport: can be lost, or wait for its own producer."""

    disconnected = False
    disconnecting = False
    producer = None

    def loseConnection(self):
        self.disconnecting = True


if __name__ == "__main__":
    for line in sys.stdin:
        scenario = json.loads(line)
        player = Player(scenario)
        player.play(scenario["script"])
        print(json.dumps(player.trace))
