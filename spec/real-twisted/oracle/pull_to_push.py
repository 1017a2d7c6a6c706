"""
Plays scenarios on a real twisted.internet._producer_helpers._PullToPush: one JSON scenario a line
on stdin, one JSON trace a line on stdout.

A scenario is {"slices", "reactions", "steps"}:
    slices      units of work in each tick, taken in turn, the last for all ticks that follow
    reactions   {callback: [{"does": [action, ...], "throws"}, ...]}: what calls of the producer's
                "resumeProducing" and "stopProducing", and of the consumer's "unregisterProducer",
                do in turn; the last for all calls that follow
    steps       actions, and "tick"
and an action is a method of _PullToPush, or "stop" or "start" of its cooperator.

A trace has, for each step, what happened. A scenario is played on Twisted as it is. If it comes
upon something that was decided otherwise of the Cooperator, it is played again on Twisted with
those decisions, which decided_cooperator.py says.
"""
import json
import sys

from twisted.internet import _producer_helpers, task
from twisted.internet.task import Cooperator, CooperativeTask
from twisted.python import log

sys.dont_write_bytecode = True  # of what is imported from here

from decided_cooperator import DecidedCooperator, DecidedTask


class Oops(Exception):
    pass


class Call:
    def __init__(self, player, function):
        self.player, self.function, self.due = player, function, True

    def cancel(self):
        self.player.events.append("cancel")
        self.due = False


class Player:
    def __init__(self, scenario, kind):
        self.scenario = scenario
        self.trace, self.events, self.calls = [], [], []
        self.tick = 0
        self.reactions = {name: list(each) for name, each in scenario["reactions"].items()}
        self.cooperator = kind(terminationPredicateFactory=self.factory, scheduler=self.schedule)
        self.cooperator.report = lambda name: self.events.append("report " + name)
        self.streaming = _producer_helpers._PullToPush(self, self)
        _producer_helpers.cooperate = self.cooperator.cooperate

    def schedule(self, function):
        self.events.append("schedule")
        self.calls.append(Call(self, function))
        return self.calls[-1]

    def factory(self):
        slices = self.scenario["slices"]
        units = [slices[min(self.tick, len(slices) - 1)]]
        self.tick += 1

        def predicate():
            units[0] -= 1
            return units[0] <= 0

        return predicate

    def react(self, name):
        self.events.append("> " + name)
        reactions = self.reactions[name]
        reaction = reactions.pop(0) if len(reactions) > 1 else reactions[0]
        for each in reaction["does"]:
            self.act(each)
        self.events.append("<")
        if reaction["throws"]:
            raise Oops()

    # The producer and the consumer.
    def resumeProducing(self):
        self.react("resumeProducing")

    def stopProducing(self):
        self.react("stopProducing")

    def unregisterProducer(self):
        self.react("unregisterProducer")

    def act(self, name):
        self.events.append(name)
        owner = self.cooperator if name in ("start", "stop") else self.streaming
        try:
            getattr(owner, name)()
        except Exception as error:
            self.events.append(type(error).__name__)

    def observe(self, event):
        if event["isError"]:
            why = event["why"].partition(" failed")[2].rstrip(":")
            self.events.append("report " + event["failure"].type.__name__ + why)

    def play(self):
        log.addObserver(self.observe)
        for each in self.scenario["steps"]:
            if each == "tick":
                due = [call for call in self.calls if call.due]
                if due:
                    due[0].due = False
                    due[0].function()
            else:
                self.act(each)
            self.trace.append(self.events)
            self.events = []
        log.removeObserver(self.observe)
        return self.trace


def play(scenario):
    task.CooperativeTask = DecidedTask
    player = Player(scenario, DecidedCooperator)
    trace = player.play()
    if not player.cooperator.departs:
        task.CooperativeTask = CooperativeTask
        asItIs = Player(scenario, Cooperator).play()
        assert trace == asItIs, "the decisions changed something else"
    return trace


for line in sys.stdin:
    print(json.dumps(play(json.loads(line))))
