"""
Plays scenarios on a real twisted.protocols.basic.FileSender: one JSON scenario a line on stdin, one
JSON trace a line on stdout.

A scenario's `twisted` says which Twisted: "as it is", or one with DECIDED below made in its source.
All else is Twisted's own code. Scenarios and traces are described in ../support/file-sender-player.ts.
"""
import inspect
import json
import sys
import types

from twisted.protocols import basic

# Each: the sentence of the design it stands for, what Twisted's source says, what it says instead.
DECIDED = [
    (
        "the last byte is that of this transfer, and a sender that is sending begins no other",
        """\
        self.file = file
        self.consumer = consumer
""",
        """\
        if self.deferred and self.file:
            raise RuntimeError("busy")
        self.lastSent = b""
        self.file = file
        self.consumer = consumer
""",
    ),
    (
        "what was read for a transfer is no part of the next",
        """\
        chunk = ""
        if self.file:
            chunk = self.file.read(self.CHUNK_SIZE)
""",
        """\
        chunk = ""
        transfer = self.transfer
        if self.file:
            chunk = self.file.read(self.CHUNK_SIZE)
        if self.transfer is not transfer:
            return
""",
    ),
    (
        "nor is what was transformed; and state is right before a callback runs",
        """\
            chunk = self.transform(chunk)
        self.consumer.write(chunk)
        self.lastSent = chunk[-1:]
""",
        """\
            chunk = self.transform(chunk)
        if self.transfer is not transfer:
            return
        self.lastSent = chunk[-1:]
        self.consumer.write(chunk)
""",
    ),
    (
        "a transfer begun from inside unregisterProducer is not the one that ends",
        """\
            self.consumer.unregisterProducer()
            if self.deferred:
                self.deferred.callback(self.lastSent)
                self.deferred = None
""",
        """\
            lastSent = self.lastSent
            self.consumer.unregisterProducer()
            if not transfer.called:
                transfer.callback(lastSent)
            if self.transfer is transfer:
                self.deferred = None
""",
    ),
    (
        "a transfer is known by its deferred",
        """\
        self.deferred = deferred = defer.Deferred()
""",
        """\
        self.transfer = self.deferred = deferred = defer.Deferred()
""",
    ),
]


def twistedWith(changes):
    """twisted.protocols.basic, its source changed."""
    source = inspect.getsource(basic)
    for why, old, new in changes:
        assert source.count(old) == 1, f"this Twisted has no one place to change for: {why}"
        source = source.replace(old, new)
    module = types.ModuleType("basic")
    exec(compile(source, "basic", "exec"), module.__dict__)
    return module


MODULES = {"as it is": basic, "as decided": twistedWith(DECIDED)}

TRANSFORMS = {
    "none": None,
    "upper": lambda data: data.upper(),
    "twice": lambda data: data + data,
    "nothing": lambda data: b"",
}


class Player:
    def __init__(self, scenario):
        self.trace = []
        self.outcomes = []
        self.most = scenario["most"]
        self.scripts = {name: list(tape) for name, tape in scenario["scripts"].items()}
        self.sender = MODULES[scenario["twisted"]].FileSender()
        self.sender.CHUNK_SIZE = scenario["chunkSize"]

    def happens(self, name, *details):
        self.trace.append([name, *details])
        tape = self.scripts.get(name)
        for action in tape.pop(0) if tape else []:
            self.do(action)

    def do(self, action):
        if len(self.trace) >= self.most:
            return
        name, *arguments = action
        self.trace.append(["> " + name])
        if name == "begin":
            self.begin(*arguments)
        elif name == "resume":
            self.sender.resumeProducing()
        elif name == "stop":
            self.sender.stopProducing()
        self.trace.append(["<", self.sender.file is not None])

    def begin(self, contents, transform, consumer):
        number = len(self.outcomes)
        self.outcomes.append(None)

        def settle(*outcome):
            self.outcomes[number] = list(outcome)

        file = File(self, number, contents)
        receiver = Consumer(self, number, **consumer)
        try:
            deferred = self.sender.beginFileTransfer(file, receiver, TRANSFORMS[transform])
        except RuntimeError:
            settle("refused")
            return
        deferred.addCallbacks(
            lambda last: settle("sent", last.decode() if last else ""),
            lambda failure: settle("failed", failure.getErrorMessage()),
        )


class File:
    def __init__(self, player, number, contents):
        self.player, self.number, self.rest = player, number, contents.encode()

    def read(self, size):
        data, self.rest = self.rest[:size], self.rest[size:]
        self.player.happens("read", self.number, size)
        return data


class Consumer:
    def __init__(self, player, number, asks, asksAgain):
        self.player, self.number, self.asks, self.asksAgain = player, number, asks, asksAgain

    def registerProducer(self, producer, streaming):
        self.player.happens("registerProducer", self.number, streaming)
        if self.asks and len(self.player.trace) < self.player.most:
            producer.resumeProducing()

    def unregisterProducer(self):
        self.player.happens("unregisterProducer", self.number)

    def write(self, data):
        self.player.happens("write", self.number, data.decode())
        if self.asksAgain and len(self.player.trace) < self.player.most:
            self.player.sender.resumeProducing()


def play(scenario):
    player = Player(scenario)
    for action in scenario["script"]:
        player.do(action)
    return [*player.trace, player.outcomes]


for line in sys.stdin:
    print(json.dumps(play(json.loads(line))))
