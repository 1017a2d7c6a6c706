"""
The Python end of the bridge over which Twisted's own tests drive this library. See host.ts.
"""
import base64
import json
import math
import os
import subprocess

from twisted.internet import main
from twisted.internet.defer import Deferred
from twisted.python import log
from twisted.python.failure import Failure


class JavaScriptError(Exception):
    """An error of ours that has no class in Twisted."""


class Bridge:
    """One Node process, and the objects that each end knows of the other."""

    def __init__(self, exceptions):
        self.exceptions = exceptions  # by the name of our class
        self.known = {}  # Python's objects, by number
        self.numbers = {}  # the numbers of those objects, by id
        self.faces = {}  # what stands for our objects here, by number
        self.deferreds = {}  # by the number of our promise
        self.settled = {}  # outcomes of promises, for those that are heard of later, or again
        self.later = None  # what is done when Node waits for nothing; None: at once
        self.depth = 0  # of calls from Node that are under way
        self.textWritten = False
        here = os.path.dirname(os.path.abspath(__file__))
        # Pipes of their own: Node makes those of the standard streams non-blocking.
        toNode, self.output = os.pipe()
        input, fromNode = os.pipe()
        host = os.path.join(here, "host.ts")
        self.node = subprocess.Popen(
            [
                "node",
                # The keys of Twisted's tests are too short for what OpenSSL asks for by now.
                "--tls-cipher-list=DEFAULT@SECLEVEL=0",
                "--import",
                "tsx/esm",
                host,
                str(toNode),
                str(fromNode),
            ],
            cwd=os.path.dirname(os.path.dirname(here)),
            pass_fds=[toNode, fromNode],
        )
        os.close(toNode)
        os.close(fromNode)
        self.lines = os.fdopen(input, "rb")

    # The line.

    def ask(self, **message):
        """Asks Node, serving what it asks meanwhile."""
        self.send(message)
        while True:
            line = self.lines.readline()
            if not line:
                self.giveUp()
            answer = json.loads(line)
            if "throws" in answer:
                raise self.fromWire(answer["throws"])
            if "returns" in answer:
                return self.fromWire(answer["returns"])
            self.send(self.serve(answer))

    def send(self, message):
        line = json.dumps(message).encode() + b"\n"
        try:
            while line:
                line = line[os.write(self.output, line) :]
        except BrokenPipeError:
            self.giveUp()

    def giveUp(self):
        """Not an exception: a reactor would log it, and go on for ever."""
        os.write(2, b"Node has ended\n")
        os._exit(1)

    def turn(self):
        """Lets Node's timers and immediates run."""
        self.ask(do="turn")
        while self.later:
            function, argument = self.later.pop(0)
            function(argument)

    def changeDirectory(self, path):
        self.ask(do="chdir", name=path)

    def has(self, name):
        return self.ask(do="has", name=name)

    # Values on the line.

    def numberOf(self, it):
        number = self.numbers.get(id(it))
        if number is None:
            number = self.numbers[id(it)] = len(self.numbers) + 1
            self.known[number] = it
        return number

    def toWire(self, value):
        if value is None or isinstance(value, (bool, int, str)):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else {"float": "Infinity" if value > 0 else "-Infinity"}
        if isinstance(value, (bytes, bytearray, memoryview)):
            return {"bytes": base64.b64encode(value).decode()}
        if isinstance(value, (list, tuple)):
            return {"list": [self.toWire(item) for item in value]}
        if isinstance(value, dict):
            return {"dict": {key: self.toWire(item) for key, item in value.items()}}
        if isinstance(value, Undefined):
            return {"undefined": True}
        if isinstance(value, (Found, FoundFunction)):
            return {"ours": value.number}
        if isinstance(value, Failure):
            return self.toWire(value.value)
        if isinstance(value, BaseException):
            return self.errorToWire(value)
        if isinstance(value, Deferred):
            return self.deferredToWire(value)
        kind = "object"
        if callable(value):
            kind = "function"
        elif hasattr(value, "__next__"):
            kind = "iterator"
        return {"python": self.numberOf(value), "is": kind}

    def errorToWire(self, exception):
        number = getattr(exception, "_ourNumber", None)
        if number is not None:
            return {"error": {"number": number}}
        name = type(exception).__name__
        return {
            "error": {"python": self.numberOf(exception), "name": name, "message": str(exception)}
        }

    def deferredToWire(self, deferred):
        isNew = id(deferred) not in self.numbers
        number = self.numberOf(deferred)
        if isNew:
            deferred.addCallbacks(
                lambda outcome: self.tellSettled(number, True, outcome),
                lambda failure: self.tellSettled(number, False, failure),
            )
        return {"deferred": number}

    def tellSettled(self, number, succeeds, outcome):
        self.ask(do="settle", deferred=number, succeeds=succeeds, outcome=self.toWire(outcome))

    def fromWire(self, wire, asArgument=False):
        """A Failure stands for an exception only where it is an argument."""
        if not isinstance(wire, dict):
            return wire
        if "bytes" in wire:
            data = base64.b64decode(wire["bytes"])
            return data.decode("latin-1") if self.textWritten else data
        if "list" in wire:
            return [self.fromWire(item) for item in wire["list"]]
        if "dict" in wire:
            return self.dictFromWire({key: self.fromWire(item) for key, item in wire["dict"].items()})
        if "set" in wire:
            return dict.fromkeys(self.fromWire(item) for item in wire["set"])
        if "float" in wire:
            return float(wire["float"])
        if "python" in wire:
            return self.known[wire["python"]]
        if "error" in wire:
            exception = self.errorFromWire(wire["error"])
            return Failure(exception) if asArgument else exception
        if "promise" in wire:
            return self.promiseFromWire(wire["promise"])
        if "ours" in wire:
            return self.foundFromWire(wire)
        raise AssertionError(f"what is {wire}?")

    def dictFromWire(self, it):
        """Overridden where a plain object of ours is more in Twisted."""
        return it

    def errorFromWire(self, wire):
        if "python" in wire:
            return self.known[wire["python"]]
        if wire["name"] == "ConnectionDone":
            return main.CONNECTION_DONE
        exception = self.exceptionFor(wire)
        exception._ourNumber = wire["number"]
        return exception

    def exceptionFor(self, wire):
        return self.exceptions.get(wire["name"], JavaScriptError)(wire["message"])

    def promiseFromWire(self, number):
        deferred = self.deferreds.setdefault(number, Deferred())
        if number in self.settled:
            self.settle(number, *self.settled[number])
        return deferred

    def settle(self, number, succeeds, outcome):
        self.settled[number] = (succeeds, outcome)
        if number not in self.deferreds:
            return
        if succeeds:
            self.fire(self.deferreds.pop(number).callback, outcome)
        else:
            self.fire(self.deferreds.pop(number).errback, Failure(outcome))

    def fire(self, function, argument):
        if self.later is None:
            function(argument)
        else:
            self.later.append((function, argument))

    def foundFromWire(self, wire):
        number = wire["ours"]
        if number not in self.faces:
            if wire["callable"]:
                self.faces[number] = FoundFunction(self, number)
            else:
                self.faces[number] = self.foundClasses.get(wire["class"], Found)(self, number)
        return self.faces[number]

    foundClasses = {}

    def shows(self, it, name):
        """Overridden where Node is not to see an attribute that is there."""
        return True

    # The requests of Node.

    def serve(self, message):
        self.depth += 1
        try:
            answer = {"returns": self.toWire(self.perform(message))}
        except BaseException as exception:
            answer = {"throws": self.toWire(exception)}
        finally:
            self.depth -= 1
        return answer

    def perform(self, message):
        name = message.get("name")
        if "call" in message:
            it = self.known[message["call"]]
            arguments = [self.fromWire(argument, True) for argument in message["args"]]
            return (it if name is None else getattr(it, name))(*arguments)
        if "get" in message:
            it = self.known[message["get"]]
            value = getattr(it, name, None) if self.shows(it, name) else None
            method = callable(value) and not isinstance(value, Found)
            return {"method": method, "value": None if method else value}
        if "has" in message:
            it = self.known[message["has"]]
            return self.shows(it, name) and hasattr(it, name)
        if "set" in message:
            return setattr(self.known[message["set"]], name, self.fromWire(message["value"]))
        if "next" in message:
            try:
                return {"done": False, "value": next(self.known[message["next"]])}
            except StopIteration:
                return {"done": True}
        if "settled" in message:
            return self.settle(
                message["settled"], message["succeeds"], self.fromWire(message["outcome"])
            )
        if "log" in message:
            return log.err(Failure(self.fromWire(message["log"])), message["why"])
        if "classOf" in message:
            return type(self.known[message["classOf"]]).__name__
        raise AssertionError(f"what is {message}?")


class Undefined:
    """An argument that is left out."""


UNDEFINED = Undefined()


class FoundFunction:
    """A function of ours."""

    def __init__(self, bridge, number):
        self.bridge = bridge
        self.number = number

    def __call__(self, *arguments):
        return self.bridge.ask(
            do="invoke", of={"ours": self.number}, args=[self.bridge.toWire(a) for a in arguments]
        )


class Found:
    """An object of ours that Python did not make. Underscores in front of a name are dropped."""

    def __init__(self, bridge, number):
        self.__dict__.update(bridge=bridge, number=number)

    def __setattr__(self, name, value):
        if name.startswith("__"):
            return super().__setattr__(name, value)
        self.bridge.ask(
            do="set", of={"ours": self.number}, name=name.lstrip("_"), value=self.bridge.toWire(value)
        )

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        value = self.bridge.ask(do="get", of={"ours": self.number}, name=name.lstrip("_"))
        if not isinstance(value, FoundFunction):
            return value

        def method(*arguments, **named):
            arguments += tuple(named.values())
            return self.bridge.ask(
                do="call",
                of={"ours": self.number},
                name=name.lstrip("_"),
                args=[self.bridge.toWire(argument) for argument in arguments],
            )

        return method
