"""The functions that connect and listen, in Twisted's clothes. See ours.py, which installs them."""
import re

from zope.interface import directlyProvides, implementer

from twisted.internet import defer, endpoints, error, interfaces, ssl
from twisted.web.iweb import IBodyProducer

from bridge import Found
from face import Face


@implementer(interfaces.IProtocolFactory, interfaces.ILoggingContext)
class ReconnectingClientFactory(Face):
    ours = "ReconnectingClientFactory"
    ourState = """
        protocol numPorts maxDelay initialDelay factor jitter delay retries maxRetries clock connector
        continueTrying
    """
    ourMethods = """
        buildProtocol(addr) doStart() doStop() startFactory() stopFactory() logPrefix()
        startedConnecting(connector) clientConnectionFailed(connector,reason)
        clientConnectionLost(connector,reason) retry(connector) stopTrying() resetDelay()
    """

    def __init__(self):
        self.construct()


class ClientService(Face):
    ours = "ClientService"
    ourState = "running"
    ourMethods = "startService() stopService() whenConnected(failAfterFailures)"

    def __init__(self, endpoint, factory, retryPolicy=None, clock=None, prepareConnection=None):
        given = {"retryPolicy": retryPolicy, "clock": clock, "prepareConnection": prepareConnection}
        options = {name: value for name, value in given.items() if value is not None}
        self.construct(Endpoint(endpoint), factory, options)


class Endpoint:
    """An endpoint of Python's, which is given no signal."""

    def __init__(self, endpoint):
        self.endpoint = endpoint

    def connect(self, factory, options):
        return self.endpoint.connect(factory)


class WatchedProtocol(Found):
    """A ClientService's protocol, as the endpoint gets it."""

    def __init__(self, bridge, number):
        super().__init__(bridge, number)
        if self.readConnectionLost is not None:
            directlyProvides(self, interfaces.IHalfCloseableProtocol)


@implementer(IBodyProducer)
class FileBodyProducer(Face):
    ours = "FileBodyProducer"
    ourState = "length"
    ourMethods = "startProducing(consumer) stopProducing() pauseProducing() resumeProducing()"

    def __init__(self, inputFile, cooperator=None, readSize=2 ** 16):
        given = {} if cooperator is None else {"cooperator": cooperator}
        self.construct(inputFile, {**given, "readSize": readSize})


# Endpoints: what Twisted's tests look at is made of the options of ours.

SERVERS = {"0.0.0.0": ""}
METHODS = {"TLSv1": ssl.SSL.TLSv1_METHOD, None: None}


class Described:
    """Endpoints of Twisted's classes, for tests that ask for the class."""

    def __init__(self, reactor, options):
        self._reactor = reactor
        self._port = options.get("port")
        self._host = options.get("host")
        self._path = self._address = options.get("path")
        self._backlog = options.get("backlog")
        self._mode = options.get("mode")
        self._interface = SERVERS.get(self._host, self._host)
        self._wantPID = self._checkPID = options.get("lockfile")
        self._timeout = options.get("timeout") or 30
        address = options.get("localAddress")
        self._bindAddress = address and (address, 0)
        self.tls = options.get("tls")


class TCP4ServerEndpoint(Described, endpoints.TCP4ServerEndpoint):
    pass


class TCP4ClientEndpoint(Described, endpoints.TCP4ClientEndpoint):
    pass


class UNIXServerEndpoint(Described, endpoints.UNIXServerEndpoint):
    pass


class UNIXClientEndpoint(Described, endpoints.UNIXClientEndpoint):
    pass


class Secure(Described):
    @property
    def _sslContextFactory(self):
        """The options of ours, as Twisted has them."""
        tls = self.tls if isinstance(self.tls, dict) else vars(AttributesOf(self.tls))
        key, certificate, chain = tls.get("key"), tls.get("cert"), None
        if certificate is not None:
            if isinstance(certificate, str):
                certificate = certificate.encode()
            found = CERTIFICATE.findall(certificate)
            private = ssl.PrivateCertificate.loadPEM(found[0] + b"\n" + key)
            chain = [ssl.Certificate.loadPEM(part).original for part in found[1:]] or None
        root = None
        if tls.get("ca") is not None:
            root = ssl.trustRootFromCertificates([ssl.Certificate.loadPEM(ca) for ca in tls["ca"]])
        return ssl.CertificateOptions(
            privateKey=None if certificate is None else private.privateKey.original,
            certificate=None if certificate is None else private.original,
            extraCertChain=chain,
            trustRoot=root,
            method=METHODS[tls.get("minVersion")],
        )


CERTIFICATE = re.compile(
    b"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL
)


class AttributesOf:
    def __init__(self, found):
        for name in ("key", "cert", "ca", "minVersion"):
            setattr(self, name, getattr(found, name))


class SSL4ServerEndpoint(Secure, endpoints.SSL4ServerEndpoint):
    pass


class SSL4ClientEndpoint(Secure, endpoints.SSL4ClientEndpoint):
    pass


def ask(name, *arguments):
    bridge = Face.bridge
    return bridge.ask(do="function", name=name, args=[bridge.toWire(a) for a in arguments])


def serverFromString(reactor, description):
    options = ask("serverFromString", description).options
    kind = UNIXServerEndpoint if options.get("path") else TCP4ServerEndpoint
    return (SSL4ServerEndpoint if options.get("tls") else kind)(reactor, options)


def clientFromString(reactor, description):
    options = ask("clientFromString", description).options
    kind = UNIXClientEndpoint if options.get("path") else TCP4ClientEndpoint
    return (SSL4ClientEndpoint if options.get("tls") else kind)(reactor, options)


def parseServer(description, factory):
    it = serverFromString(None, description)
    if isinstance(it, UNIXServerEndpoint):
        named = {"mode": it._mode, "backlog": it._backlog, "wantPID": it._wantPID}
        return "UNIX", (it._path, factory), named
    return "TCP", (it._port, factory), {"interface": it._interface, "backlog": it._backlog}


def quoteStringArgument(argument):
    return ask("quoteStringArgument", argument)


FOUND = {"WatchedProtocol": WatchedProtocol}

EXCEPTIONS = {
    "CancelledError": defer.CancelledError,
    "EndpointDescriptionError": ValueError,
    "NoProtocol": lambda message: error.NoProtocol(),
}

RECONNECTING = {"ReconnectingClientFactory": ReconnectingClientFactory}

PLACES = {
    "twisted.application.internet": {"ClientService": ClientService},
    "twisted.web.client": {"FileBodyProducer": FileBodyProducer},
    "twisted.internet.endpoints": {
        "_parseServer": parseServer,
        **{it.__name__: it for it in (serverFromString, clientFromString, quoteStringArgument)},
    },
}
