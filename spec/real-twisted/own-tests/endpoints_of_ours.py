"""
The endpoints of this library in Twisted's clothes, over our own sockets. See ours.py, which installs
them.
"""
import os

from zope.interface import implementer

from twisted.internet import endpoints, interfaces

import secure
from face import Face
from sockets import given


@implementer(interfaces.IStreamServerEndpoint)
class ServerEndpoint(Face):
    ours = "ServerEndpoint"
    ourMethods = "listen(factory)"


class TCP4ServerEndpoint(ServerEndpoint):
    anywhere = "0.0.0.0"

    def __init__(self, reactor, port, backlog=50, interface="", **others):
        host = interface or self.anywhere
        self.construct(given(port=port, host=host, backlog=backlog, **others))


class TCP6ServerEndpoint(TCP4ServerEndpoint):
    anywhere = "::"


class SSL4ServerEndpoint(TCP4ServerEndpoint):
    def __init__(self, reactor, port, sslContextFactory, backlog=50, interface=""):
        tls = secure.optionsOf(sslContextFactory)
        super().__init__(reactor, port, backlog, interface, tls=tls)


class UNIXServerEndpoint(ServerEndpoint):
    def __init__(self, reactor, address, backlog=50, mode=0o666, wantPID=0):
        path = os.fsdecode(address)
        self.construct(given(path=path, backlog=backlog, mode=mode, lockfile=bool(wantPID)))


@implementer(interfaces.IStreamClientEndpoint)
class ClientEndpoint(Face):
    ours = "ClientEndpoint"
    ourMethods = "connect(factory)"


class TCP4ClientEndpoint(ClientEndpoint):
    def __init__(self, reactor, host, port, timeout=30, bindAddress=None, **others):
        localAddress = bindAddress[0] if bindAddress else None
        self.construct(
            given(host=host, port=port, timeout=timeout, localAddress=localAddress, **others)
        )


class TCP6ClientEndpoint(TCP4ClientEndpoint):
    pass


class HostnameEndpoint(TCP4ClientEndpoint):
    pass


class SSL4ClientEndpoint(TCP4ClientEndpoint):
    def __init__(self, reactor, host, port, sslContextFactory, timeout=30, bindAddress=None):
        tls = secure.optionsOf(sslContextFactory)
        super().__init__(reactor, host, port, timeout, bindAddress, tls=tls)


class UNIXClientEndpoint(ClientEndpoint):
    def __init__(self, reactor, path, timeout=30, checkPID=0):
        self.construct(given(path=os.fsdecode(path), timeout=timeout, lockfile=bool(checkPID)))


def install():
    for it in (
        TCP4ServerEndpoint,
        TCP6ServerEndpoint,
        SSL4ServerEndpoint,
        UNIXServerEndpoint,
        TCP4ClientEndpoint,
        TCP6ClientEndpoint,
        HostnameEndpoint,
        SSL4ClientEndpoint,
        UNIXClientEndpoint,
    ):
        setattr(endpoints, it.__name__, it)
