"""
TLS of this library in place of that of a Twisted reactor: a context factory of Twisted's becomes
options of ours. See sockets.py, which uses it.
"""
from zope.interface import alsoProvides, implementer

from twisted.internet import interfaces, ssl
from twisted.internet.protocol import ClientFactory

from OpenSSL import crypto

from bridge import Found


def pem(dump, it):
    return dump(crypto.FILETYPE_PEM, it)


def optionsOf(contextFactory):
    """A context itself does not tell what it was made of."""
    contextFactory.getContext()
    options = {"rejectUnauthorized": False}  # as in Twisted, whose old factories verify nothing
    if isinstance(contextFactory, ssl.DefaultOpenSSLContextFactory):
        options["key"] = contentOf(contextFactory.privateKeyFileName)
        options["cert"] = contentOf(contextFactory.certificateFileName)
    elif hasattr(contextFactory, "filename"):  # of twisted.test.ssl_helpers
        options["key"] = options["cert"] = contentOf(contextFactory.filename)
    elif isinstance(contextFactory, ssl.CertificateOptions) and contextFactory.privateKey:
        options["requestCert"] = bool(contextFactory.verify)
        options["key"] = pem(crypto.dump_privatekey, contextFactory.privateKey)
        options["cert"] = pem(crypto.dump_certificate, contextFactory.certificate)
    return options


def contentOf(name):
    with open(name, "rb") as file:
        return file.read()


@implementer(interfaces.ITLSTransport, interfaces.IConsumer, interfaces.IPushProducer)
class DuplexTransport(Found):
    def startTLS(self, contextFactory, normal=True):
        options = optionsOf(contextFactory)
        if not normal:
            options["isServer"] = isinstance(self.protocol.factory, ClientFactory)
        super().__getattr__("startTLS")(options)
        alsoProvides(self, interfaces.ISSLTransport)

    def getHandle(self):
        """Twisted asks a connection of OpenSSL for its peer."""
        return self

    def get_peer_certificate(self):
        certificate = self.getPeerCertificate()
        return certificate and crypto.load_certificate(crypto.FILETYPE_ASN1, certificate["raw"])
