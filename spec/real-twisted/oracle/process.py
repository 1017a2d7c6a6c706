"""
Plays scenarios on real child processes of reactor.spawnProcess: one JSON scenario a line on stdin, one JSON
trace a line on stdout.

A scenario is {"script": of the shell, "fds": {descriptor: "r" or "w"}, "react": {event: [steps]}}. The steps of
an event are done in the first callback of that name: "made", "data N", "lost N", "exited", "ended". Steps:
    ["write", bytes] ["writeToChild", descriptor, bytes] ["closeChildFD", descriptor] ["loseConnection"]
    ["signalProcess", name or number] ["pauseProducing"] ["resumeProducing"] ["unregisterProducer"]
    ["push", bytes] ["pull", bytes] registers a producer of so many bytes ["throw"]
"""
import json
import os
import sys

from twisted.internet import reactor
from twisted.internet.protocol import ProcessProtocol
from twisted.python import log

REFUSALS = {"KeyError": "descriptor", "ProcessExitedAlready": "exited", "RuntimeError": "registered"}
PIECE = 10000


class Producer:
    def __init__(self, player, left, streaming):
        self.player, self.left, self.streaming, self.paused = player, left, streaming, False
        player.transport.registerProducer(self, streaming)
        if streaming:
            self.produce()

    def produce(self):
        while self.left > 0 and not self.paused:
            size = min(PIECE, self.left)
            self.left -= size
            self.player.transport.write(b"p" * size)
            if not self.streaming:
                return
        if self.left == 0:
            self.left = -1
            self.player.trace.append("done")
            self.player.transport.unregisterProducer()

    def pauseProducing(self):
        self.paused = True

    def resumeProducing(self):
        self.paused = False
        self.produce()

    def stopProducing(self):
        self.left = -1
        self.player.trace.append("stop")


class Player(ProcessProtocol):
    def __init__(self, scenario, trace, then):
        self.react, self.trace, self.then = scenario["react"], trace, then

    def do(self, event):
        thrown = False
        for verb, *args in self.react.pop(event, []):
            if verb == "throw":
                thrown = True
                continue
            try:
                self.step(verb, args)
            except Exception as error:
                self.trace.append("refused: " + REFUSALS[type(error).__name__])
        if thrown:
            raise ValueError("thrown")

    def step(self, verb, args):
        if verb in ("push", "pull"):
            Producer(self, args[0], verb == "push")
        elif verb in ("write", "writeToChild"):
            *before, size = args
            getattr(self.transport, verb)(*before, b"w" * size)
        else:
            getattr(self.transport, verb)(*args)

    def connectionMade(self):
        self.trace.append("made")
        self.do("made")

    def childDataReceived(self, childFD, data):
        self.trace.append(["data", childFD, len(data)])
        self.do(f"data {childFD}")

    def childConnectionLost(self, childFD):
        self.trace.append(f"lost {childFD}")
        self.do(f"lost {childFD}")

    def processExited(self, reason):
        self.trace.append(["exited", reason.type.__name__, reason.value.exitCode, reason.value.signal])
        self.do("exited")

    def processEnded(self, reason):
        self.trace.append("ended")
        reactor.callLater(0, self.then)
        self.do("ended")


def play(scenarios):
    if not scenarios:
        reactor.stop()
        return
    scenario, *others = scenarios
    trace = []

    def note(event):
        if event.get("isError"):
            trace.append("logged " + event["failure"].type.__name__)

    def then():
        log.removeObserver(note)
        print(json.dumps(trace), flush=True)
        play(others)

    log.addObserver(note)
    fds = {int(childFD): kind for childFD, kind in scenario["fds"].items()}
    command = ["sh", "-c", scenario["script"]]
    reactor.spawnProcess(Player(scenario, trace, then), "/bin/sh", command, dict(os.environ), childFDs=fds)


log.defaultObserver.stop()
reactor.callWhenRunning(play, [json.loads(line) for line in sys.stdin])
reactor.run()
