"""
What listens, connects and starts processes in this library, in place of a Twisted reactor's methods:
the tests then run over Node's sockets. See ours.py, which installs it.
"""
import os
import signal
import time
from socket import if_nametoindex

from zope.interface import implementer

from twisted.internet import error, interfaces
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.base import ReactorBase
from twisted.internet.posixbase import PosixReactorBase
from twisted.python.failure import Failure

import secure
from bridge import Found
from face import Face


def ask(name, *arguments):
    bridge = Face.bridge
    return bridge.ask(do="function", name=name, args=[bridge.toWire(a) for a in arguments])


def given(**options):
    return {name: value for name, value in options.items() if value is not None}


@implementer(interfaces.IListeningPort)
class ListeningPort(Found):
    def __init__(self, bridge, number):
        super().__init__(bridge, number)
        self.__dict__.update(connected=True, disconnected=False)

    def stopListening(self):
        self.__dict__.update(connected=False, disconnected=True)
        return super().__getattr__("stopListening")()


@implementer(interfaces.IConnector)
class Connector(Found):
    pass


@implementer(interfaces.IProcessTransport, interfaces.IConsumer, interfaces.IPushProducer)
class ProcessTransport(Found):
    pass


def addressFor(ours):
    host, _, scope = ours["host"].partition("%")
    if ours.get("family") != "IPv6":
        return IPv4Address("TCP", host, ours["port"])
    return IPv6Address("TCP", ours["host"], ours["port"], 0, if_nametoindex(scope) if scope else 0)


def settled(deferred):
    """The result of a Deferred, which Twisted has at once: the event loop turns until ours has it."""
    assert Face.bridge.depth == 0, "the event loop of Node cannot turn inside a callback"
    outcome = []
    deferred.addBoth(outcome.append)
    while not outcome:
        Face.bridge.turn()
        time.sleep(0.0002)
    if isinstance(outcome[0], Failure):
        outcome[0].raiseException()
    return outcome[0]


def listen(factory, **options):
    return settled(ask("listen", factory, given(**options)))


def listenTCP(self, port, factory, backlog=50, interface=""):
    return listen(factory, port=port, host=interface or "0.0.0.0", backlog=backlog)


def listenSSL(self, port, factory, contextFactory, backlog=50, interface=""):
    tls = secure.optionsOf(contextFactory)
    return listen(factory, port=port, host=interface or "0.0.0.0", backlog=backlog, tls=tls)


def listenUNIX(self, address, factory, backlog=50, mode=0o666, wantPID=0):
    path = ask("quoteStringArgument", os.fsdecode(address))
    endpoint = ask("serverFromString", f"unix:{path}:mode={mode:o}:backlog={backlog}:lockfile={wantPID:d}")
    return settled(endpoint.listen(factory))


def connectTCP(self, host, port, factory, timeout=30, bindAddress=None, **others):
    localAddress = bindAddress[0] if bindAddress else None
    options = given(host=host, port=port, timeout=timeout, localAddress=localAddress, **others)
    return ask("connect", factory, options)


def connectSSL(self, host, port, factory, contextFactory, timeout=30, bindAddress=None):
    tls = secure.optionsOf(contextFactory)
    return connectTCP(self, host, port, factory, timeout, bindAddress, tls=tls)


def connectUNIX(self, address, factory, timeout=30, checkPID=0):
    options = given(path=os.fsdecode(address), timeout=timeout, lockfile=bool(checkPID))
    return ask("connect", factory, options)


def spawnProcess(
    self, processProtocol, executable, args=(), env={}, path=None, uid=None, gid=None, usePTY=0, childFDs=None
):
    options = given(
        env=env and {os.fsdecode(name): os.fsdecode(value) for name, value in env.items()},
        cwd=path and os.fsdecode(path),
        uid=uid,
        gid=gid,
        childFDs=childFDs and {str(fd): kind for fd, kind in childFDs.items()},
    )
    args = [os.fsdecode(arg) for arg in args[1:]]
    return ask("spawnProcess", processProtocol, os.fsdecode(executable), args, options)


FOUND = {
    "ListeningPort": ListeningPort,
    "Connector": Connector,
    "DuplexTransport": secure.DuplexTransport,
    "ProcessTransport": ProcessTransport,
}


def refused(message):
    return error.ConnectionRefusedError(111, message)


def connectError(message):
    """Twisted has a class of its own for a server whose lock nobody holds."""
    return (error.BadFileError if "holds the lock" in message else error.ConnectError)(string=message)


def processEnded(found):
    """A ProcessDone or a ProcessTerminated: `found` asks ours how it ended."""
    code, name = found.exitCode, found.signal
    if code == 0:
        return error.ProcessDone(0)
    number = name and getattr(signal, name)
    return error.ProcessTerminated(code, number, (code or 0) << 8 | (number or 0))


EXCEPTIONS = {
    "ProcessExitedAlready": error.ProcessExitedAlready,
    "ConnectError": connectError,
    "ConnectionRefusedError": refused,
    "UnknownHostError": error.DNSLookupError,
    "UserError": error.UserError,
    "TimeoutError": error.TimeoutError,
    "CannotListenError": lambda message: error.CannotListenError("", 0, message),
}


def install():
    """Below every reactor, also one that a test makes for itself."""
    for method in (
        listenTCP,
        listenSSL,
        listenUNIX,
        connectTCP,
        connectSSL,
        connectUNIX,
        spawnProcess,
    ):
        setattr(PosixReactorBase, method.__name__, method)
    runUntilCurrent, timeout = ReactorBase.runUntilCurrent, ReactorBase.timeout

    def runBoth(self):
        Face.bridge.turn()
        runUntilCurrent(self)

    def shortTimeout(self):
        longest = timeout(self)
        return 0.001 if longest is None else min(longest, 0.001)

    ReactorBase.runUntilCurrent = runBoth
    ReactorBase.timeout = shortTimeout
