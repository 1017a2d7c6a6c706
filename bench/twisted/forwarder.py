"""Twisted's own port forwarder."""

from bench import OPTIONS, serve_one
from twisted.protocols.portforward import ProxyFactory

serve_one(ProxyFactory("127.0.0.1", OPTIONS["port"]))
