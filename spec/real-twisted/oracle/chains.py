"""
Plays scenarios on real consumers and producers of Twisted that stand one behind another: one JSON scenario
a line on stdin, one JSON trace a line on stdout. Scenarios are described in ../support/chain-scenarios.ts.

All classes are Twisted's own, changed as ./proxies.py, ./file_descriptor.py, ./decided_cooperator.py and
docs/differences.md say.
"""
import inspect
import json
import sys
import types

from twisted.internet import _producer_helpers, task
from twisted.internet.task import SchedulerError
from twisted.protocols import basic, pcp
from twisted.python import log
from twisted.python.failure import Failure

sys.dont_write_bytecode = True  # of what is imported from here

import file_descriptor
import proxies
from decided_cooperator import DecidedCooperator, DecidedTask

task.CooperativeTask = DecidedTask


class Scripted(Exception):
    """Thrown because the scenario says so."""


class Refused(Exception):
    """What is refused with a typed error here."""


MORE_DECIDED = [
    ("proxies take bytes", '"".join', 'b"".join'),
    (
        "stopped, it has no consumer to write to",
        """\
        if self._buffer:
            # TODO: Check to see if consumer supports writeSeq.
""",
        """\
        if self._buffer and self.consumer is None:
            pass
        elif self._buffer:
""",
    ),
    (
        "a consumer that cannot finish is refused before anything changes",
        """\
    def finish(self):
""",
        """\
    def finish(self):
        if self.consumer is not None and not hasattr(self.consumer, "finish"):
            raise Refused("finish")
""",
    ),
]


def proxiesAsDecided():
    source = inspect.getsource(pcp)
    for why, old, new in [*proxies.DECIDED, *MORE_DECIDED]:
        assert old in source, f"this Twisted has no place to change for: {why}"
        source = source.replace(old, new)
    module = types.ModuleType("pcp")
    module.Refused = Refused
    exec(compile(source, "pcp", "exec"), module.__dict__)
    return module


PCP = proxiesAsDecided()
ABSTRACT = {
    waits: file_descriptor.MODULES["as decided", waits] for waits in (False, True)
}


def nameOf(outcome):
    if isinstance(outcome, Failure):
        outcome = outcome.value
    if outcome is None:
        return "nothing"
    if isinstance(outcome, (Scripted, Refused)):
        return str(outcome)
    if isinstance(outcome, RuntimeError):
        return "ProducerAlreadyRegisteredError"
    return type(outcome).__name__


class Sink:
    """A consumer that writes down what comes, and may ask for more."""

    def __init__(self, player, number, asks, again):
        self.player, self.number, self.asks, self.again = player, number, asks, again
        self.source = None

    def state(self):
        return ""

    def ask(self):
        if self.source is not None and not self.streaming and not self.player.isLong():
            self.source.resumeProducing()

    def registerProducer(self, producer, streaming):
        self.source, self.streaming = producer, streaming
        self.player.happens("registerProducer", self.number, self.player.nameOfProducer(producer), streaming)
        if self.asks:
            self.ask()

    def unregisterProducer(self):
        self.source = None
        self.player.happens("unregisterProducer", self.number)

    def write(self, data):
        self.player.happens("write", self.number, data.decode())
        if self.again:
            self.ask()

    def finish(self):
        self.player.happens("finish", self.number)


class DescriptorHooks:
    def startPlaying(self, player, number, node):
        self.player, self.number = player, number
        self.bufferSize = node["bufferSize"]
        self.takes = node["takes"]
        self.connected = True
        self.isReading = self.isWriting = False

    def state(self):
        flags = [
            ("C", self.connected),
            ("L", self.disconnecting),
            ("X", self.disconnected),
            ("w", self._writeDisconnecting),
            ("W", self._writeDisconnected),
            ("P", self.producerPaused),
            ("S", self.streamingProducer),
            ("r", self.isReading),
            ("v", self.isWriting),
        ]
        letters = "".join(letter for letter, isSet in flags if isSet)
        return letters + self.player.nameOfProducer(self.producer)

    def writeSomeData(self, data):
        data = bytes(data)
        self.player.happens("writeSomeData", self.number, data.decode())
        return len(data) if self.takes is None else min(self.takes, len(data))

    def connectionLost(self, reason):
        self.player.happens("connectionLost", self.number, nameOf(reason))
        super().connectionLost(reason)

    def turn(self):
        if not self.isWriting:
            return
        try:
            why = self.doWrite()
        except Exception as exception:
            self.player.trace.append(["doWrite threw", nameOf(exception)])
            why = exception
        if why is not None:
            self.isWriting = False
            self.connectionLost(Failure(why))


class Reactor:
    def addReader(self, it):
        it.isReading = True

    def removeReader(self, it):
        it.isReading = False

    def addWriter(self, it):
        it.isWriting = True

    def removeWriter(self, it):
        it.isWriting = False


def proxyState(self):
    flags = [
        ("P", self.paused),
        ("O", self.outstandingPull),
        ("W", getattr(self, "producerPaused", False)),
        ("U", getattr(self, "unregistered", False)),
        ("C", self.consumer is not None),
        ("S", self.producerIsStreaming),
        ("X", self.stopped),
    ]
    letters = "".join(letter for letter, isSet in flags if isSet)
    return f"{letters}{self.player.nameOfProducer(self.producer)} {b'|'.join(self._buffer).decode()}"


class PushOnly:
    """A consumer for push producers alone, as TLS is: it adapts pull producers."""

    def __init__(self, player, number, consumer):
        self.player, self.number, self.consumer = player, number, consumer
        self.adapter = None

    def state(self):
        return "" if self.adapter is None else "A"

    def registerProducer(self, producer, streaming):
        adapter = None
        if not streaming:
            producer = adapter = Streaming(producer, self)
        self.consumer.registerProducer(producer, True)
        if adapter is not None:
            self.adapter = adapter
            adapter.startStreaming()

    def unregisterProducer(self):
        if self.adapter is not None:
            self.adapter.stopStreaming()
        self.consumer.unregisterProducer()

    def write(self, data):
        self.consumer.write(data)


class Streaming(_producer_helpers._PullToPush):
    """Of which it was decided that it does not start once stopped."""

    def startStreaming(self):
        if not self._finished:
            super().startStreaming()

    def stopStreaming(self):
        if not hasattr(self, "_coopTask"):
            self._finished = True
            return
        super().stopStreaming()

    def pauseProducing(self):
        if not hasattr(self, "_coopTask"):
            raise SchedulerError()
        super().pauseProducing()

    def resumeProducing(self):
        if not hasattr(self, "_coopTask"):
            raise SchedulerError()
        super().resumeProducing()


class Sender(basic.FileSender):
    """As docs/differences.md decides: what fails ends the transfer, and is not raised."""

    def __init__(self, player, number):
        self.player, self.number, self.transfer, self.asked = player, number, None, False
        self.file = self.consumer = None

    def state(self):
        return "" if self.file is None else "F"

    def begin(self, length, consumer, chunk):
        self.player.transfers.append("none")
        index = len(self.player.transfers) - 1
        file = File(self.player, self.number, length)
        self.CHUNK_SIZE = chunk
        if not self.isSettled(self.transfer) and self.file is not None:
            self.settle(index, "refused")
            return
        self.file = file
        self.consumer = consumer
        self.lastSent = b""
        self.transfer, self.asked = index, False
        try:
            consumer.registerProducer(self, False)
        except Exception as exception:
            producer = getattr(consumer, "producer", self if self.asked else None)
            if isinstance(consumer, PushOnly):
                producer = self if self.asked else None
            self.fail(index, exception, producer is self)

    def settle(self, index, outcome):
        if not self.isSettled(index):
            self.player.transfers[index] = outcome

    def isSettled(self, index):
        return index is None or self.player.transfers[index] != "none"

    def late(self, exception):
        self.player.trace.append(["late", nameOf(exception)])

    def fail(self, index, exception, isRegistered=True):
        if self.transfer != index or self.isSettled(index) or self.consumer is None:
            self.late(exception)
            return
        self.file = None
        if isRegistered:
            try:
                self.consumer.unregisterProducer()
            except Exception as another:
                self.late(another)
        self.settle(index, nameOf(exception))

    def resumeProducing(self):
        self.asked = True
        index = self.transfer
        if index is None:
            return
        consumer = self.consumer
        try:
            data = self.file.read(self.CHUNK_SIZE) if self.file is not None else b""
        except Exception as exception:
            self.fail(index, exception)
            return
        if self.transfer != index:
            return
        if data:
            self.lastSent = data[-1:]
            try:
                consumer.write(data)
            except Exception as exception:
                self.fail(index, exception)
            return
        self.file = None
        lastSent = self.lastSent
        try:
            consumer.unregisterProducer()
        except Exception as exception:
            if self.isSettled(index):
                self.late(exception)
            else:
                self.settle(index, nameOf(exception))
        self.settle(index, "sent " + lastSent.decode())

    def stopProducing(self):
        if self.transfer is not None:
            self.settle(self.transfer, "stopped")


class File:
    def __init__(self, player, number, length):
        self.player, self.number, self.rest = player, number, player.data(length)

    def read(self, size):
        data, self.rest = self.rest[:size], self.rest[size:]
        self.player.happens("read", self.number)
        return data


class Source:
    def __init__(self, player, number):
        self.player, self.number = player, number

    def pauseProducing(self):
        self.player.happens("pauseProducing", self.number)

    def resumeProducing(self):
        self.player.happens("resumeProducing", self.number)

    def stopProducing(self):
        self.player.happens("stopProducing", self.number)


class Player:
    def __init__(self, scenario):
        self.scenario = scenario
        self.trace, self.transfers, self.ticks = [], [], []
        self.reactions = {name: list(tape) for name, tape in scenario["reactions"].items()}
        self.bytesMade = self.exceptionsMade = 0
        cooperator = DecidedCooperator(
            terminationPredicateFactory=lambda: lambda: True, scheduler=self.schedule
        )
        cooperator.report = lambda name: self.trace.append(["report", name])
        _producer_helpers.cooperate = cooperator.cooperate
        self.sources = [Source(self, f"p{i}") for i in range(3)]
        self.senders = [Sender(self, f"s{i}") for i in range(2)]
        self.nodes = []

    def schedule(self, tick):
        call = Call(self, tick)
        self.ticks.append(call)
        return call

    def isLong(self):
        return len(self.trace) > self.scenario["most"]

    def nameOfProducer(self, producer):
        if producer is None:
            return ""
        if isinstance(producer, Streaming):
            return "~" + self.nameOfProducer(producer._producer)
        if hasattr(producer, "number"):
            return str(producer.number)
        return "?"

    def producer(self, name):
        if isinstance(name, int):
            return self.nodes[name]
        return (self.sources if name[0] == "p" else self.senders)[int(name[1])]

    def build(self, number, node):
        kind = node["kind"]
        if kind == "sink":
            return Sink(self, number, node["asks"], node["again"])
        if kind == "descriptor":
            base = ABSTRACT[node["waits"]].FileDescriptor
            it = type("Descriptor", (DescriptorHooks, base), {})(reactor=Reactor())
            it.startPlaying(self, number, node)
            return it
        to = self.nodes[node["to"]]
        if kind == "push only":
            return PushOnly(self, number, to)
        base = PCP.BasicProducerConsumerProxy if kind == "basic" else PCP.ProducerConsumerProxy
        return type(
            "Proxy",
            (base,),
            {
                "iAmStreaming": node["iAmStreaming"],
                "bufferSize": node["bufferSize"],
                "state": proxyState,
                "player": self,
                "number": number,
            },
        )(to)

    def play(self):
        log.addObserver(self.observe)
        for number, node in enumerate(self.scenario["nodes"]):
            self.nodes.append(None)
            if "to" in node and self.nodes[node["to"]] is None:
                continue
            try:
                self.nodes[number] = self.build(number, node)
            except Exception as exception:
                self.trace.append(["built", nameOf(exception)])
        self.stands()
        for operation in self.scenario["script"]:
            self.perform(["try", operation])
            self.stands()
        self.trace.append(self.transfers)
        log.removeObserver(self.observe)
        return self.trace

    def observe(self, event):
        if event["isError"]:
            self.trace.append(["report", nameOf(event["failure"])])

    def stands(self):
        self.trace.append(
            [
                *("" if node is None else node.state() for node in self.nodes),
                *(sender.state() for sender in self.senders),
            ]
        )

    def data(self, count):
        start = self.bytesMade
        self.bytesMade += count
        return bytes(97 + i % 26 for i in range(start, self.bytesMade))

    def happens(self, callback, *what):
        self.trace.append([callback, *what])
        tape = self.reactions.get(callback)
        reaction = tape.pop(0) if tape else {}
        for operation in reaction.get("does", []):
            self.perform(operation)
        if reaction.get("throws"):
            self.exceptionsMade += 1
            raise Scripted(f"Scripted {self.exceptionsMade}")

    def isMissing(self, number):
        return isinstance(number, int) and (number >= len(self.nodes) or self.nodes[number] is None)

    def perform(self, operation):
        name, *arguments = operation
        if name == "try":
            try:
                self.perform(arguments[0])
            except Exception as exception:
                self.trace.append(["caught", nameOf(exception)])
            return
        if self.isLong():
            return
        if name == "tick":
            self.trace.append(["> tick"])
            if self.ticks:
                self.ticks.pop(0).tick()
            return
        number, *arguments = arguments
        if self.isMissing(number):
            return
        it = self.producer(number)
        if name in ("begin", "registerProducer") and self.isMissing(arguments[0]):
            return
        if not hasattr(it, name):
            return
        if name == "registerProducer" and not hasattr(self.producer(arguments[0]), "pauseProducing"):
            return
        self.trace.append(["> " + name, number, *arguments])
        if name == "write":
            arguments = [self.data(*arguments)]
        elif name == "registerProducer":
            arguments = [self.producer(arguments[0]), arguments[1]]
        elif name == "connectionLost":
            arguments = [Failure(Refused("lost"))]
        elif name == "begin":
            consumer, length, chunk = arguments
            arguments = [length, self.nodes[consumer], chunk]
        getattr(it, name)(*arguments)
        self.trace.append(["< " + name])


class Call:
    def __init__(self, player, tick):
        self.player, self.tick = player, tick

    def cancel(self):
        if self in self.player.ticks:
            self.player.ticks.remove(self)


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(Player(json.loads(line)).play()))
