"""
Plays scenarios on the real twisted.protocols.pcp and htb: one JSON scenario a line on stdin, one JSON
trace a line on stdout.

A scenario's `twisted` says which Twisted. "as it is": nothing is changed, and the trace ends where
the design departs from it (see `Player.part`), to be compared up to there. "as decided": the source
has DECIDED below made in it; all else is Twisted's own code.

Twisted's proxies break on bytes (twisted/twisted#9429), so they are given strings.
Scenarios and traces are described in ../support/proxy-scenarios.ts.
"""
import inspect
import json
import sys
import types

from twisted.protocols import htb, pcp

# Each: the sentence of the design it stands for, what Twisted's source says, what it says instead.
DECIDED = [
    (
        "state is right before a callback runs: the pull is answered",
        """\
        elif self.consumer is not None:
            self.consumer.write(data)
            self.outstandingPull = False
""",
        """\
        elif self.consumer is not None:
            self.outstandingPull = False
            self.consumer.write(data)
""",
    ),
    (
        "re-entered while they flush, they repeat nothing: what is written is held no more",
        """\
            self.consumer.write("".join(self._buffer))
            self._buffer[:] = []
""",
        """\
            data = "".join(self._buffer)
            self._buffer[:] = []
            self.consumer.write(data)
""",
    ),
    (
        "stopProducing sets stopped, and forgets the consumer first",
        """\
        if self.producer is not None:
            self.producer.stopProducing()
        if self.consumer is not None:
            del self.consumer
""",
        """\
        self.stopped = True
        self.consumer = None
        if self.producer is not None:
            self.producer.stopProducing()
""",
    ),
    (
        "state is right also when the callback throws: the producer is done",
        """\
        if self.consumer is not None:
            self.consumer.finish()
        self.unregisterProducer()
""",
        """\
        try:
            if self.consumer is not None:
                self.consumer.finish()
        finally:
            self.unregisterProducer()
""",
    ),
    (
        "another producer is refused",
        """\
        self.producer = producer
        self.producerIsStreaming = streaming
""",
        """\
        if self.producer not in (None, producer):
            raise RuntimeError("ProducerAlreadyRegisteredError")
        self.producer = producer
        self.producerIsStreaming = streaming
""",
    ),
    (
        "re-entered while they flush, they lose, repeat and reorder nothing; a pull that comes"
        " meanwhile is kept, and is not answered twice",
        """\
            data = "".join(self._buffer)
            bytesSent = self._writeSomeData(data)
            if bytesSent < len(data):
                unsent = data[bytesSent:]
                assert (
                    not self.iAmStreaming
                ), "Streaming producer did not write all its data."
                self._buffer[:] = [unsent]
            else:
                self._buffer[:] = []
        else:
            bytesSent = 0

        if (
            self.unregistered
            and bytesSent
            and not self._buffer
            and self.consumer is not None
        ):
            self.consumer.unregisterProducer()

        if not self.iAmStreaming:
            self.outstandingPull = not bytesSent
""",
        """\
            data = "".join(self._buffer)
            self._buffer[:] = []
            self.outstandingPull = False
            self.flushes = getattr(self, "flushes", 0) + 1
            try:
                bytesSent = self._writeSomeData(data)
            finally:
                self.flushes -= 1
            if bytesSent < len(data):
                self._buffer.insert(0, data[bytesSent:])
        else:
            bytesSent = 0

        if not self.iAmStreaming and not bytesSent:
            self.outstandingPull = True

        if (
            self.unregistered
            and bytesSent
            and not self._buffer
            and not self.flushes
            and self.consumer is not None
        ):
            self.consumer.unregisterProducer()
""",
    ),
    (
        "the same: the producer is asked only if there was nothing to write",
        """\
            elif self.outstandingPull:
                # I did""",
        """\
            elif self.outstandingPull and not bytesSent:
                # I did""",
    ),
    (
        "the same: a producer that unregisters meanwhile is unregistered after it",
        """\
        if self.consumer and not self._buffer:
""",
        """\
        if self.consumer and not self._buffer and not getattr(self, "flushes", 0):
""",
    ),
    (
        "data written while the buffer is not empty queues in order",
        """\
        if self.paused or (not self.iAmStreaming and not self.outstandingPull):
            # We could use that fifo queue here.
            self._buffer.append(data)

        elif self.consumer is not None:
            assert (
                not self._buffer
            ), "Writing fresh data to consumer before my buffer is empty!"
""",
        """\
        if self.paused or (not self.iAmStreaming and not self.outstandingPull):
            self._buffer.append(data)

        elif self.consumer is not None and self._buffer:
            self._buffer.append(data)

        elif self.consumer is not None:
            self.outstandingPull = False
""",
    ),
    (
        "the same: the pull was answered before, and what is left comes first",
        """\
            self.outstandingPull = False
            if not bytesSent == len(data):
                assert (
                    not self.iAmStreaming
                ), "Streaming producer did not write all its data."
                self._buffer.append(data[bytesSent:])
""",
        """\
            if not bytesSent == len(data):
                self._buffer.insert(0, data[bytesSent:])
""",
    ),
    (
        "state is right before a callback runs: the producer is paused",
        """\

                self.producer.pauseProducing()
                self.producerPaused = True
""",
        """\

                self.producerPaused = True
                self.producer.pauseProducing()
""",
    ),
    (
        "a pause is owed to one producer: registering another clears it",
        """\
        self.unregistered = False
        BasicProducerConsumerProxy.registerProducer(self, producer, streaming)
""",
        """\
        isNew = self.producer is not producer
        BasicProducerConsumerProxy.registerProducer(self, producer, streaming)
        self.unregistered = False
        if isNew:
            self.producerPaused = False
""",
    ),
]


def twistedAsDecided():
    """twisted.protocols.pcp, its source changed."""
    source = inspect.getsource(pcp)
    for why, old, new in DECIDED:
        assert source.count(old) == 1, f"this Twisted has no one place to change for: {why}"
        source = source.replace(old, new)
    module = types.ModuleType("pcp")
    exec(compile(source, "pcp", "exec"), module.__dict__)
    return module


class Huge(htb.Bucket):
    """Never in the way, and not for want of looking."""

    maxburst = 10**9
    rate = 1


AS_DECIDED = twistedAsDecided()
CLASSES = {
    ("as it is", "basic"): pcp.BasicProducerConsumerProxy,
    ("as it is", "proxy"): pcp.ProducerConsumerProxy,
    ("as it is", "shaped"): htb.ShapedConsumer,
    ("as decided", "basic"): AS_DECIDED.BasicProducerConsumerProxy,
    ("as decided", "proxy"): AS_DECIDED.ProducerConsumerProxy,
}


class Scripted(Exception):
    """Thrown because the scenario says so."""


class Parting(BaseException):
    """From here on the design departs from Twisted."""

    def __init__(self, player):
        # The events while this unwinds do not count, nor does a second parting.
        player.parted = player.parted or player.trace + ["here they part"]


class Player:
    """Plays one scenario and writes down what happens."""

    def __init__(self, scenario):
        self.scenario = scenario
        self.trace = []
        self.parted = None
        self.reactions = {name: list(tape) for name, tape in scenario["reactions"].items()}
        self.bytesMade = 0
        self.exceptionsMade = 0
        self.proxy = None
        # The calls that the proxy is inside of while it calls back, innermost last.
        self.calls = []
        self.callbacks = []
        self.producers = [Producer(self, number) for number in range(3)]
        self.isAsItIs = scenario["twisted"] == "as it is"
        self.isShaped = scenario["kind"] == "shaped"
        self.isPull = self.isShaped or not scenario["iAmStreaming"]

    def play(self):
        try:
            self.build()
            for operation in self.scenario["script"]:
                self.perform(["try", operation])
                self.trace.append(self.state())
        except (Scripted, RuntimeError) as exception:
            self.trace.append(f"the constructor threw {exception}")
        except Parting:
            pass
        self.trace = self.parted or self.trace

    def build(self):
        scenario = self.scenario
        made = CLASSES[scenario["twisted"], scenario["kind"]]
        consumer = Consumer(self) if scenario["consumer"] else None
        limits = {"unlimited": htb.Bucket, "huge": Huge}
        arguments = [limits[scenario["bucket"]]()] if self.isShaped else []

        class Proxy(made):
            iAmStreaming = not self.isPull
            bufferSize = scenario["bufferSize"]

        if scenario["takes"] is not None:

            def writeSomeData(proxy, data):
                return made._writeSomeData(proxy, data[: scenario["takes"]])

            Proxy._writeSomeData = writeSomeData
        self.proxy = Proxy(consumer, *arguments)

    def state(self):
        it = self.proxy
        flags = [
            ("P", it.paused),
            ("O", it.outstandingPull),
            ("W", getattr(it, "producerPaused", False)),
            ("U", getattr(it, "unregistered", False)),
            ("C", it.consumer is not None),
            ("S", it.producerIsStreaming),
        ]
        letters = "".join(letter for letter, isSet in flags if isSet)
        producer = "" if it.producer is None else it.producer.number
        # A shaped consumer that is stopped drops its buffer.
        held = "" if self.isShaped and it.consumer is None else "|".join(it._buffer)
        return f"[{letters}{producer}] {held}"

    def data(self, count):
        start = self.bytesMade
        self.bytesMade += count
        return "".join(chr(97 + i % 26) for i in range(start, self.bytesMade))

    def perform(self, operation):
        name, *arguments = operation
        if name == "try":
            try:
                self.perform(arguments[0])
            except (Scripted, RuntimeError) as exception:
                self.trace.append(f"caught {exception}")
            return
        self.part(name, arguments)
        data = [self.data(*arguments)] if name == "write" else None
        self.trace.append(" ".join(["> " + name, *(data or [json.dumps(a) for a in arguments])]))
        if name == "registerProducer":
            data = [self.producers[arguments[0]], arguments[1]]
        self.calls.append(name)
        try:
            getattr(self.proxy, name)(*(data or []))
        except (AssertionError, AttributeError, TypeError):
            if self.isAsItIs or self.proxy.consumer is None:
                raise Parting(self)
            raise
        finally:
            self.calls.pop()
        self.trace.append(f"< {name}")

    def part(self, name, arguments):
        """
        Ends the trace if what comes now is where the design departs from Twisted: a call that finds
        state that is not right yet, because Twisted makes it right only after the callback.
        """
        it = self.proxy
        isBasic = self.scenario["kind"] == "basic"
        partial = self.scenario["takes"] is not None
        inside = self.callbacks
        isOther = name == "registerProducer" and it.producer not in (None, self.producers[arguments[0]])
        parting = partial and name in ("write", "resumeProducing", "unregisterProducer", "finish") and (
            "deliver" in inside or "flush" in inside
        )
        if self.isAsItIs:
            parting |= "deliver" in inside and self.isPull and name in ("write", "resumeProducing")
            parting |= "flush" in inside and name == "resumeProducing"
            passedOn = isBasic and not self.isPull and not it.paused
            parting |= "flush" in inside and name == "write" and not passedOn
            parting |= "leave" in inside and self.isPull and name in ("write", "resumeProducing")
            parting |= "full" in inside and name in ("resumeProducing", "registerProducer")
            parting |= "stop" in inside and name not in ("pauseProducing", "registerProducer")
            parting |= isOther
            if name == "registerProducer" and it.producer is None and not isBasic:
                it.producerPaused = False
        if self.isShaped:
            parting |= it.consumer is None
            parting |= "stopProducing" in self.calls
            parting |= "finish" in self.calls
            parting |= name == "finish" and (len(it._buffer) > 0 or "flush" in inside)
            parting |= name == "write" and arguments[0] == 0
            # A shaped consumer registers again.
            parting |= it.unregistered and name in ("write", "registerProducer")
        if parting:
            raise Parting(self)

    def react(self, callback, doing):
        """Does what the scenario wants done from inside `callback`."""
        tape = self.reactions.get(callback)
        reaction = tape.pop(0) if tape else {}
        self.callbacks.append(doing)
        try:
            for operation in reaction.get("does", []):
                self.perform(operation)
            if reaction.get("throws"):
                self.exceptionsMade += 1
                raise Scripted(f"Scripted {self.exceptionsMade}")
        except Exception:
            if self.throwingParts(doing):
                raise Parting(self)
            raise
        finally:
            self.callbacks.pop()

    def throwingParts(self, doing):
        """Whether what throws leaves Twisted with state that is not right."""
        if doing in ("deliver", "flush") and self.scenario["takes"] is not None:
            return True
        if doing in ("deliver", "leave"):
            return self.isAsItIs and self.isPull
        return self.isAsItIs and doing in ("flush", "full", "stop", "finish")

    def doing(self):
        return self.calls[-1] if self.calls else "constructor"


class Consumer:
    def __init__(self, player):
        self.player = player

    def registerProducer(self, producer, streaming):
        self.player.proxy = producer  # Its constructor may not be done.
        self.player.trace.append(f"consumer.registerProducer {json.dumps(streaming)}")
        self.player.react("registerProducer", "register")

    def unregisterProducer(self):
        self.player.trace.append("consumer.unregisterProducer")
        leaving = self.player.doing() == "resumeProducing"
        self.player.react("unregisterProducer", "leave" if leaving else "unregister")

    def write(self, data):
        self.player.trace.append(f"consumer.write {data}")
        flushing = self.player.doing() == "resumeProducing"
        self.player.react("write", "flush" if flushing else "deliver")

    def finish(self):
        self.player.trace.append("consumer.finish")
        self.player.react("finish", "finish")


class Producer:
    def __init__(self, player, number):
        self.player = player
        self.number = number

    def pauseProducing(self):
        self.player.trace.append(f"producer {self.number} pauseProducing")
        full = self.player.doing() == "write"
        self.player.react("pauseProducing", "full" if full else "pause")

    def resumeProducing(self):
        self.player.trace.append(f"producer {self.number} resumeProducing")
        self.player.react("resumeProducing", "resume")

    def stopProducing(self):
        self.player.trace.append(f"producer {self.number} stopProducing")
        self.player.react("stopProducing", "stop")


if __name__ == "__main__":
    for line in sys.stdin:
        player = Player(json.loads(line))
        player.play()
        print(json.dumps(player.trace))
