"""
What real Twisted makes of descriptions of endpoints: one JSON [SIDE, DESCRIPTION] a line on stdin, one
JSON answer a line on stdout: the arguments of the endpoint, or null where it makes none, or where what
it makes could never connect or listen.
"""
import ipaddress
import json
import sys

from twisted.internet import endpoints


def checked(value, least, most):
    if not least <= value <= most:
        raise ValueError(value)
    return value


def port(value):
    return checked(value, 0, 65535)


def timeout(value):
    return checked(value, 1, 2147483)


def bind_address(value):
    if isinstance(value, tuple):
        value = value[0]
    return None if value is None else str(ipaddress.ip_address(value))


def path(value):
    if value == "":
        raise ValueError()
    return value


def server(description):
    it = endpoints.serverFromString(None, description)
    if isinstance(it, endpoints.StandardIOEndpoint):
        return ["stdio"]
    if isinstance(it, endpoints.UNIXServerEndpoint):
        mode = checked(it._mode, 0, 0o7777)
        backlog = checked(it._backlog, 0, 2**53)
        return ["unix", path(it._address), mode, backlog, bool(it._wantPID)]
    interface = it._interface or "0.0.0.0"
    return ["tcp", port(it._port), interface, checked(it._backlog, 0, 2**53)]


MOST = {"tcp": 2, "ssl": 2, "unix": 1}  # arguments without a name


def client(description):
    positional, _ = endpoints._parse(description)
    if len(positional) - 1 > MOST.get(positional[0].lower(), 8):
        raise TypeError("Twisted leaves them out, unless something else fails; here they are refused")
    it = endpoints.clientFromString(None, description)
    if isinstance(it, endpoints.UNIXClientEndpoint):
        return ["unix", path(it._path), timeout(it._timeout), bool(it._checkPID)]
    if isinstance(it, endpoints._WrapperEndpoint):
        wrapped = it._wrappedEndpoint
        if not isinstance(wrapped, endpoints.HostnameEndpoint):
            return ["tls", *of_client(wrapped)]
        host = wrapped._hostBytes.decode()
        at = [port(wrapped._port), timeout(wrapped._timeout), bind_address(wrapped._bindAddress)]
        return ["tls", "tcp", host, *at]
    return of_client(it)


def of_client(it):
    if isinstance(it, endpoints.UNIXClientEndpoint):
        return ["unix", path(it._path), timeout(it._timeout), bool(it._checkPID)]
    at = [port(it._port), timeout(it._timeout), bind_address(it._bindAddress)]
    return ["tcp", it._host, *at]


for line in sys.stdin:
    side, description = json.loads(line)
    try:
        answer = {"server": server, "client": client}[side](description)
    except Exception:
        answer = None
    print(json.dumps([answer]))
