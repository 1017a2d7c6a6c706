"""`FileSender`, again and again until the time is over."""

import time
from os import stat

from bench import OPTIONS, connect_and_run
from twisted.internet.defer import inlineCallbacks
from twisted.protocols.basic import FileSender


@inlineCallbacks
def begin(transports):
    [transport] = transports
    deadline = time.monotonic() + OPTIONS["seconds"]
    size = stat(OPTIONS["path"]).st_size
    sent = 0
    while time.monotonic() < deadline:
        sender = FileSender()
        sender.CHUNK_SIZE = OPTIONS["size"]
        with open(OPTIONS["path"], "rb") as file:
            yield sender.beginFileTransfer(file, transport)
        sent += size
    transport.loseConnection()
    return sent


connect_and_run(begin)
