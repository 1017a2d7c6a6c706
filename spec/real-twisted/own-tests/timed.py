"""The timed calls of this library, in Twisted's clothes. See ours.py, which installs them."""
import functools

from zope.interface import implementer

from twisted.internet import interfaces
from twisted.internet.base import ReactorBase

from bridge import Found
from face import Face


@implementer(interfaces.IReactorTime)
class Clock(Face):
    ours = "Clock"
    ourState = "rightNow calls"
    ourMethods = "seconds() getDelayedCalls() advance(amount) pump(timings)"

    def __init__(self):
        self.construct()

    def callLater(self, delay, f, *arguments, **named):
        return self.callOurs(
            self.ours, "callLater", [delay, functools.partial(f, *arguments, **named)]
        )


@implementer(interfaces.IDelayedCall)
class DelayedCall(Found):
    pass


class LoopingCall(Face):
    ours = "LoopingCall"
    ourState = "running interval clock call starttime"
    ourMethods = "start(interval,now) stop() reset()"

    def __init__(self, f, *arguments, **named):
        self.construct(functools.partial(f, *arguments, **named))

    @classmethod
    def withCount(cls, countCallable):
        bridge = cls.bridge
        return bridge.ask(
            **{"class": cls.ours},
            do="static",
            name="withCount",
            args=[bridge.toWire(countCallable)],
        )


def ourReactor(bridge, number):
    """The reactor of ours stands where Twisted's does."""
    from twisted.internet import reactor

    return reactor


def deferLater(clock, delay, callable=None, *arguments, **named):
    bridge = Face.bridge
    given = [clock, delay]
    if callable is not None:
        given.append(functools.partial(callable, *arguments, **named))
    return bridge.ask(do="function", name="deferLater", args=[bridge.toWire(it) for it in given])


def askReactor(name, *arguments):
    """Calls a method of our reactor."""
    bridge = Face.bridge
    given = [bridge.toWire(it) for it in arguments]
    return bridge.ask(**{"class": "reactor"}, do="static", name=name, args=given)


def callLater(self, delay, f, *arguments, **named):
    return askReactor("callLater", delay, functools.partial(f, *arguments, **named))


def install():
    """Puts the time of our reactor below every reactor, also one that a test makes for itself."""
    ReactorBase.callLater = callLater
    ReactorBase.seconds = lambda self: askReactor("seconds")
    ReactorBase.getDelayedCalls = lambda self: askReactor("getDelayedCalls")


FOUND = {"DelayedCall": DelayedCall, "NodeReactor": ourReactor}

PLACES = {
    "twisted.internet.task": {
        "Clock": Clock,
        "LoopingCall": LoopingCall,
        "deferLater": deferLater,
    }
}
