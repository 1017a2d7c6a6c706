"""
Plays scenarios whose callbacks may throw on real classes of Twisted: one JSON scenario a line on stdin,
one JSON trace a line on stdout. Scenarios are described in ../support/throwing-player.ts.
"""
import json
import sys

from twisted.internet import protocol, task
from twisted.internet.abstract import _ConsumerMixin
from twisted.internet.error import AlreadyCalled, AlreadyCancelled
from twisted.protocols import policies

sys.dont_write_bytecode = True  # of what is imported from here

from decided_cooperator import DecidedCooperator, DecidedTask

task.CooperativeTask = DecidedTask
MOST = 60


class Scripted(Exception):
    pass


class Player:
    def __init__(self, scenario):
        self.trace = []
        self.reactions = {name: list(tape) for name, tape in scenario["reactions"].items()}
        self.slices = list(scenario["slices"])
        self.exceptionsMade = 0
        self.subject = SUBJECTS[scenario["kind"]](self)

    def isOver(self):
        """Whether a tick ends here."""
        return self.slices.pop(0) if self.slices else True

    def log(self, *what):
        self.trace.append([*what, self.subject.state()] if hasattr(self, "subject") else [*what])

    def happens(self, callback, *what):
        self.log(callback, *what)
        tape = self.reactions.get(callback)
        reaction = tape.pop(0) if tape else {}
        for step in reaction.get("does", []):
            self.perform(step)
        if reaction.get("throws"):
            self.exceptionsMade += 1
            raise Scripted(f"Scripted {self.exceptionsMade}")

    def perform(self, step):
        name, *arguments = step
        if name == "try":
            try:
                self.perform(arguments[0])
            except Scripted as exception:
                self.log("caught", str(exception))
            except (RuntimeError, AlreadyCalled, AlreadyCancelled, task.SchedulerError):
                self.log("refused")
            return
        if len(self.trace) > MOST:
            return
        self.log("> " + name, *arguments)
        self.subject.perform(name, *arguments)
        self.log("< " + name)


class Clock:
    def __init__(self, player):
        self.player, self.clock, self.calls = player, task.Clock(), []

    def state(self):
        pending = [self.calls.index(call) for call in self.clock.getDelayedCalls() if call in self.calls]
        return [self.clock.seconds(), pending]

    def perform(self, name, number, seconds):
        if name == "callLater":
            made = len(self.calls)
            self.calls.append(self.clock.callLater(seconds, lambda: self.player.happens("call", made)))
        elif name == "advance":
            self.clock.advance(seconds)
        elif name == "pump":
            self.clock.pump([seconds] * number)
        elif number < len(self.calls):
            arguments = [] if name == "cancel" else [seconds]
            getattr(self.calls[number], name)(*arguments)


class Timeout(policies.TimeoutMixin):
    def __init__(self, player):
        self.player, self.clock = player, task.Clock()
        self.callLater = self.clock.callLater

    def state(self):
        return [self.timeOut, [call.getTime() for call in self.clock.getDelayedCalls()]]

    def timeoutConnection(self):
        self.player.happens("timeoutConnection")

    def perform(self, name, seconds):
        if name == "advance":
            self.clock.advance(seconds or 0)
        elif name == "setTimeout":
            self.setTimeout(seconds)
        else:
            self.resetTimeout()


class Mixin(_ConsumerMixin):
    """With the decision that a pause is owed to one producer."""

    def __init__(self, player):
        self.player = player
        self.connected, self.disconnecting, self.disconnected = True, False, False
        self.producers = [Producer(self, number) for number in range(3)]

    def state(self):
        producer = None if self.producer is None else self.producer.number
        return [bool(self.producerPaused), bool(self.streamingProducer), producer]

    def startWriting(self):
        self.player.happens("startWriting")

    def perform(self, name, *arguments):
        if name == "registerProducer":
            number, streaming = arguments
            if self.producer is None and not self.disconnected:
                self.producerPaused = False
            self.registerProducer(self.producers[number], streaming)
        elif name == "unregisterProducer":
            self.unregisterProducer()
        else:
            setattr(self, name, arguments[0])


class Producer:
    def __init__(self, owner, number):
        self.owner, self.number = owner, number

    def pauseProducing(self):
        self.owner.player.happens("pauseProducing", self.number)

    def resumeProducing(self):
        self.owner.player.happens("resumeProducing", self.number)

    def stopProducing(self):
        self.owner.player.happens("stopProducing", self.number)


class Factory(protocol.Factory):
    noisy = False

    def __init__(self, player):
        self.player = player

    def state(self):
        return self.numPorts

    def startFactory(self):
        self.player.happens("startFactory")

    def stopFactory(self):
        self.player.happens("stopFactory")

    def perform(self, name):
        getattr(self, name)()


class Process(protocol.ProcessProtocol):
    def __init__(self, player):
        self.player = player

    def state(self):
        return [self.transport is not None, bool(self.connected)]

    def perform(self, name, fd):
        if name == "makeConnection":
            self.makeConnection(object())
        elif name == "childDataReceived":
            self.childDataReceived(fd, b"data")
        else:
            self.childConnectionLost(fd)


for name in "connectionMade outReceived errReceived inConnectionLost outConnectionLost errConnectionLost".split():
    def called(self, *arguments, name=name):
        self.player.happens(name, len(arguments))
    setattr(Process, name, called)


class Wrapper:
    def __init__(self, player):
        self.player = player
        self.producers = [Producer(self, number) for number in range(2)]
        self.disconnecting = False

        class Wrapped(protocol.Protocol):
            def connectionMade(self):
                player.happens("connectionMade")

            def dataReceived(self, data):
                player.happens("dataReceived", data.decode())

            def connectionLost(self, reason=None):
                player.happens("connectionLost")

        inner = protocol.Factory()
        inner.protocol = Wrapped
        self.factory = policies.WrappingFactory(inner)
        self.factory.noisy = inner.noisy = False
        self.it = self.factory.buildProtocol(None)
        self.inner = self.it.wrappedProtocol
        self.isMade = self.isLost = False

    def state(self):
        return [len(self.factory.protocols), bool(self.it.disconnecting)]

    def write(self, data):
        self.player.happens("write", data.decode())

    def writeSequence(self, data):
        self.player.happens("write", b"".join(data).decode())

    def loseConnection(self):
        self.disconnecting = True
        self.player.happens("loseConnection")

    def registerProducer(self, producer, streaming):
        self.player.happens("registerProducer", producer.number, streaming)

    def unregisterProducer(self):
        self.player.happens("unregisterProducer")

    def perform(self, name, text):
        if name == "makeConnection":
            if not self.isMade:
                self.isMade = True
                self.it.makeConnection(self)
        elif not self.isMade or self.isLost:
            return
        elif name == "lose":
            self.isLost = True
            self.it.connectionLost(None)
        elif name == "receive":
            self.it.dataReceived(text.encode())
        elif name == "write":
            self.it.write(text.encode())
        elif name == "writeSequence":
            self.it.writeSequence([text.encode(), text.encode()])
        elif name == "register":
            self.it.registerProducer(self.producers[len(text) % 2], True)
        else:
            getattr(self.it, name)()


class TickingCooperator(DecidedCooperator):
    """With the decision that a tick that raises is followed by another."""

    def report(self, name):
        pass

    def _tick(self):
        self._delayedCall = None
        try:
            for each in self._tasksWhileNotStopped():
                each._oneWorkUnit()
        finally:
            self._reschedule()


class Cooperator:
    def __init__(self, player):
        self.player, self.calls, self.made = player, [], 0
        self.it = TickingCooperator(lambda: self.factory(), self.schedule)

    def state(self):
        return [len(self.calls), bool(self.it.running)]

    def factory(self):
        self.player.happens("factory")
        return self.predicate

    def predicate(self):
        self.player.happens("predicate")
        return self.player.isOver()

    def schedule(self, tick):
        self.player.happens("schedule")
        call = Call(self, tick)
        self.calls.append(call)
        return call

    def work(self, number, count):
        for unit in range(count):
            self.player.happens("unit", number, unit)
            yield None

    def perform(self, name, count):
        if name == "cooperate":
            self.made += 1
            self.it.cooperate(self.work(self.made, count)).whenDone().addErrback(lambda _: None)
        elif name == "tick":
            if self.calls:
                self.calls.pop(0).tick()
        else:
            getattr(self.it, name)()


class Call:
    def __init__(self, owner, tick):
        self.owner, self.tick = owner, tick

    def cancel(self):
        self.owner.calls.remove(self)


SUBJECTS = {
    "clock": Clock,
    "timeout": Timeout,
    "mixin": Mixin,
    "factory": Factory,
    "process": Process,
    "wrapper": Wrapper,
    "cooperator": Cooperator,
}

for line in sys.stdin:
    scenario = json.loads(line)
    player = Player(scenario)
    for step in scenario["script"]:
        player.perform(["try", step])
    print(json.dumps(player.trace))
