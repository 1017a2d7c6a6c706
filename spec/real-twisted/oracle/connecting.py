"""
Plays scenarios on real listenTCP, connectTCP and connectUNIX, over real sockets: one JSON scenario a line
on stdin, one JSON trace a line on stdout. ../support/connecting-player.ts describes them.
"""
import json
import sys

from twisted.internet import reactor
from twisted.internet.defer import inlineCallbacks, maybeDeferred
from twisted.internet.error import ConnectError, NotConnectingError
from twisted.internet.protocol import ClientFactory, Factory, Protocol
from twisted.internet.task import deferLater
from twisted.logger import globalLogBeginner

globalLogBeginner.beginLoggingTo([lambda event: None], redirectStandardIO=False)
HERE = "127.0.0.1"


class Thrown(Exception):
    pass


def nameOf(error):
    if isinstance(error, (NotConnectingError, RuntimeError)):
        return "InvalidStateError"
    return "ConnectError" if type(error) is ConnectError else type(error).__name__


def addressOf(address):
    return [address.type, address.host]


def flagsOf(transport):
    return [bool(transport.connected), bool(transport.disconnecting), bool(transport.disconnected)]


class Play:
    def __init__(self, scenario):
        self.scenario, self.turns = scenario, {}
        self.events, self.factoryEvents = [], []
        self.port = self.connector = None
        self.open = 0

    def act(self, where, transport=None):
        """Plays the script of this callback: for the first call, the second call, ..."""
        turn = self.turns[where] = self.turns.get(where, -1) + 1
        script = self.scenario["script"].get(where, [])
        result = None
        for verb in script[turn] if turn < len(script) else []:
            if verb in ("throw", "null"):
                result = verb
                continue
            try:
                self.take(verb, transport)
            except Exception as error:
                self.events.append(["refused", verb, nameOf(error)])
        if result == "throw":
            raise Thrown()
        return result

    def take(self, verb, transport):
        if verb == "write":
            transport.write(b"xxx")
        elif verb == "stop":
            self.stopPort()
        elif verb in ("lose", "abort", "half"):
            whole = {"lose": "loseConnection", "abort": "abortConnection", "half": "loseWriteConnection"}
            getattr(transport, whole[verb])()
        else:
            getattr(self.connector, verb)()

    def stopPort(self):
        port, self.port = self.port, None
        if port is None:
            return
        maybeDeferred(port.stopListening).addBoth(
            lambda failure: self.factoryEvents.append(
                ["stopped", failure.type.__name__ if failure else None]
            )
        )

    def actingProtocol(self):
        play, greeted = self, not self.scenario["greets"]

        class Acting(Protocol):
            received = 0

            def connectionMade(self):
                transport = self.transport
                peer, host = addressOf(transport.getPeer()), addressOf(transport.getHost())
                play.events.append(["made", flagsOf(transport), peer, host])
                play.open += 1
                try:
                    play.act("made", transport)
                finally:
                    if greeted:
                        transport.loseConnection()

            def dataReceived(self, data):
                self.received += len(data)
                play.events.append(["data", flagsOf(self.transport)])
                try:
                    play.act("data", self.transport)
                finally:
                    self.transport.loseConnection()

            def connectionLost(self, reason):
                play.open -= 1
                told = [nameOf(reason.value), self.received, flagsOf(self.transport)]
                play.events.append(["lost", *told, addressOf(self.transport.getPeer())])
                play.act("lost", self.transport)

        return Acting()

    def passiveProtocol(self):
        play = self

        class Passive(Protocol):
            def connectionMade(self):
                if play.scenario["greets"]:
                    self.transport.write(b"xxx")

        return Passive()

    def acting(self, base, events):
        play = self

        class Acting(base):
            noisy = False

            def startFactory(self):
                events.append(["start", self.numPorts])
                play.act("start")

            def stopFactory(self):
                events.append(["stop", self.numPorts])
                play.act("stop")

            def buildProtocol(self, address):
                connector = play.connector
                state = connector and connector.state
                play.events.append(["build", addressOf(address), state, self.numPorts])
                return None if play.act("build") == "null" else play.actingProtocol()

            def startedConnecting(self, connector):
                play.connector = connector
                play.events.append(["connecting", connector.state, self.numPorts])
                play.act("connecting")

            def clientConnectionFailed(self, connector, reason):
                name = nameOf(reason.value)
                play.events.append(["failed", name, connector.state, self.numPorts])
                play.act("failed")

            def clientConnectionLost(self, connector, reason):
                name = nameOf(reason.value)
                play.events.append(["over", name, connector.state, self.numPorts])
                play.act("over")

        return Acting()

    def passive(self, base):
        factory = base()
        factory.noisy = False
        factory.buildProtocol = lambda address: self.passiveProtocol()
        return factory

    @inlineCallbacks
    def run(self):
        acts = self.scenario["side"]
        events = self.events if acts == "client" else self.factoryEvents
        server = self.passive(Factory) if acts == "client" else self.acting(Factory, events)
        client = self.passive(ClientFactory) if acts == "server" else self.acting(ClientFactory, events)
        try:
            self.port = reactor.listenTCP(0, server, interface=HERE)
        except Thrown:
            return [self.events, self.factoryEvents]
        try:
            self.connect(client)
        except Thrown:
            self.events.append(["connect threw"])
        while client.numPorts > 0 or self.open > 0:
            yield deferLater(reactor, 0)
        self.stopPort()
        while server.numPorts > 0 or acts == "server" and self.factoryEvents[-1][0] != "stopped":
            yield deferLater(reactor, 0)
        return [self.events, self.factoryEvents if acts == "server" else []]

    def connect(self, client):
        target = self.scenario["target"]
        if target == "path":
            reactor.connectUNIX("/nowhere/at/all", client)
        else:
            port = 1 if target == "refused" else self.port.getHost().port
            reactor.connectTCP(HERE, port, client)


@inlineCallbacks
def main():
    for line in sys.stdin:
        trace = yield Play(json.loads(line)).run()
        print(json.dumps(trace))
    reactor.stop()


failures = []
reactor.callWhenRunning(lambda: main().addErrback(lambda failure: (failures.append(failure), reactor.stop())))
reactor.run()
if failures:
    # Prints the text to stderr, and exits with 1: the spec that started this program fails with it.
    sys.exit(failures[0].getTraceback())
