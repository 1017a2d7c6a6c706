"""
Plays scenarios on a real StringTransport, or StringTransportWithDisconnection: one JSON scenario a
line on stdin, one JSON trace a line on stdout.

A scenario is {"disconnects": bool, "lenient": bool, "steps": [[method, ...args], ...]}; bytes are
text, a producer is a number, and its `streaming` any JSON value. The trace has, for each step, the
error that it raised or null, and the whole state after it.
"""
import json
import sys

from twisted.internet.testing import StringTransport, StringTransportWithDisconnection


class Protocol:
    def __init__(self):
        self.lost = []

    def connectionLost(self, reason):
        self.lost.append([reason.type.__name__, *reason.value.args])


def play(scenario):
    cls = StringTransportWithDisconnection if scenario["disconnects"] else StringTransport
    transport = cls(lenient=scenario["lenient"])
    transport.protocol = protocol = Protocol()
    producers = [object() for _ in range(3)]
    trace = []
    for method, *args in scenario["steps"]:
        if method == "write":
            args = [args[0].encode()]
        elif method == "writeSequence":
            args = [[piece.encode() for piece in args[0]]]
        elif method == "registerProducer":
            args = [producers[args[0]], args[1]]
        try:
            getattr(transport, method)(*args)
            raised = None
        except RuntimeError as error:
            raised = str(error)
        producer = transport.producer
        trace.append(
            [
                raised,
                transport.value().decode(),
                transport.connected,
                transport.disconnecting,
                transport.disconnected,
                None if producer is None else producers.index(producer),
                transport.streaming,
                transport.producerState,
                list(protocol.lost),
            ]
        )
    return trace


for line in sys.stdin:
    print(json.dumps(play(json.loads(line))))
