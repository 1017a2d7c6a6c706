"""
Plays scenarios on a real twisted.internet.abstract._ConsumerMixin: one JSON scenario a line on
stdin, one JSON trace a line on stdout. Scenarios and traces are described in
../twisted/consumer-mixin.oracle.spec.ts.

One change, as decided: a pause is owed to one producer, so that registering another clears it.
"""
import json
import sys

from twisted.internet.abstract import _ConsumerMixin

sys.dont_write_bytecode = True
from file_descriptor import nameOf


class Consumer(_ConsumerMixin):
    def __init__(self, scenario):
        self.trace = []
        self.reactions = {name: list(tape) for name, tape in scenario["reactions"].items()}
        self.producers = [Producer(self, number) for number in range(3)]
        self.connected, self.disconnecting, self.disconnected = False, False, False

    def registerProducer(self, producer, streaming):
        if self.producer is None and not self.disconnected:
            self.producerPaused = False
        super().registerProducer(producer, streaming)

    def startWriting(self):
        self.happens("startWriting", "startWriting")

    def log(self, what):
        names = ["connected", "disconnecting", "disconnected", "producerPaused", "streamingProducer"]
        state = "".join("1" if getattr(self, name) else "0" for name in names)
        producer = "-" if self.producer is None else self.producer.number
        self.trace.append(f"{what} [{state}{producer}]")

    def happens(self, callback, what):
        self.log(what)
        tape = self.reactions.get(callback)
        for operation in tape.pop(0) if tape else []:
            self.perform(operation)

    def perform(self, operation):
        name, *arguments = operation
        self.log("> " + " ".join([name] + [json.dumps(a) for a in arguments]))
        try:
            self.call(name, *arguments)
        except Exception as exception:
            self.log(f"caught {nameOf(exception)}")

    def call(self, name, *arguments):
        if name == "registerProducer":
            self.registerProducer(self.producers[arguments[0]], arguments[1])
        elif name == "unregisterProducer":
            self.unregisterProducer()
        else:
            setattr(self, name, arguments[0])


class Producer:
    def __init__(self, consumer, number):
        self.consumer = consumer
        self.number = number

    def pauseProducing(self):
        raise AssertionError("the mixin never pauses")

    def resumeProducing(self):
        self.consumer.happens("resumeProducing", f"resumeProducing {self.number}")

    def stopProducing(self):
        self.consumer.happens("stopProducing", f"stopProducing {self.number}")


if __name__ == "__main__":
    for line in sys.stdin:
        scenario = json.loads(line)
        consumer = Consumer(scenario)
        for operation in scenario["script"]:
            consumer.perform(operation)
        print(json.dumps(consumer.trace))
