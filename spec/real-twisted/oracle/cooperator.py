"""
Plays scenarios on a real twisted.internet.task.Cooperator: one JSON scenario a line on stdin, one
JSON trace a line on stdout.

A scenario is {"started", "slices", "scripts", "reactions", "steps"}:
    slices      units of work in each tick, taken in turn, the last for all ticks that follow
    scripts     of tasks: lists of units {"does": [action, ...], "then": "value" | "wait" | "throw"}
    reactions   {"factory" | "predicate": [[action, ...], ...]}: what the calls of those do in turn
    steps       actions, and ["tick"], ["resolve", n], ["reject", n] (the n-th promise that waits)
and an action is one of
    ["cooperate", script] ["coiterate", script] ["start"] ["stop"] ["running"]
    ["pauseTask", task] ["resumeTask", task] ["stopTask", task] ["whenDone", task]

A trace has, for each step, what happened, and which of the promises settled meanwhile.

A scenario is played on Twisted as it is. If it comes upon something that was decided otherwise, it
is played again on Twisted with those decisions, which decided_cooperator.py says.
"""
import json
import sys

from twisted.internet import task as twisted_task
from twisted.internet.defer import Deferred
from twisted.internet.task import Cooperator, CooperativeTask
from twisted.python.failure import Failure

sys.dont_write_bytecode = True  # of what is imported from here

from decided_cooperator import DecidedCooperator, DecidedTask

MOST_TASKS = 12


class Oops(Exception):
    pass


class Call:
    def __init__(self, player, function):
        self.player, self.function, self.due = player, function, True

    def cancel(self):
        self.player.happened("cancel")
        self.due = False


class Work:
    def __init__(self, player, number, script):
        self.player, self.number, self.units = player, number, iter(script)

    def __iter__(self):
        return self

    def __next__(self):
        unit = next(self.units, None)
        if unit is None:
            self.player.happened("end", self.number)
            raise StopIteration
        self.player.happened("unit", self.number)
        self.player.do(unit["does"])
        if unit["then"] == "throw":
            raise Oops()
        if unit["then"] == "wait":
            self.player.promises.append(Deferred())
            return self.player.promises[-1]


class Player:
    def __init__(self, scenario, kind):
        self.scenario = scenario
        self.trace, self.events, self.settled = [], [], []
        self.calls, self.tasks, self.promises = [], [], []
        self.works = self.waiters = self.tick = 0
        self.reactions = {name: list(does) for name, does in scenario["reactions"].items()}
        self.cooperator = kind(
            terminationPredicateFactory=self.factory,
            scheduler=self.schedule,
            started=scenario["started"],
        )
        self.cooperator.report = lambda name: self.happened("report", name)

    def happened(self, *what):
        self.events.append(list(what))

    def react(self, name):
        self.happened(name)
        does = self.reactions.get(name)
        if does:
            self.do(does.pop(0))

    def schedule(self, function):
        self.happened("schedule")
        self.calls.append(Call(self, function))
        return self.calls[-1]

    def factory(self):
        slices = self.scenario["slices"]
        units = [slices[min(self.tick, len(slices) - 1)]]
        self.tick += 1
        self.react("factory")

        def predicate():
            units[0] -= 1
            self.react("predicate")
            return units[0] <= 0

        return predicate

    def work(self, script):
        self.works += 1
        scripts = self.scenario["scripts"]
        return Work(self, self.works - 1, scripts[script % len(scripts)])

    def watch(self, deferred, work):
        number = self.waiters
        self.waiters += 1
        deferred.addCallbacks(
            lambda result: self.settled.append([number, "done" if result is work else "other"]),
            lambda failure: self.settled.append([number, failure.type.__name__]),
        )

    def action(self, verb, argument=None):
        cooperator = self.cooperator
        if verb == "running":
            self.happened("running", bool(cooperator.running))
        elif argument is None:
            getattr(cooperator, verb)()
        elif verb in ("cooperate", "coiterate"):
            if self.works < MOST_TASKS:
                work = self.work(argument)
                if verb == "cooperate":
                    self.tasks.append((cooperator.cooperate(work), work))
                else:
                    self.watch(cooperator.coiterate(work), work)
        elif self.tasks:
            task, work = self.tasks[argument % len(self.tasks)]
            if verb == "whenDone":
                self.watch(task.whenDone(), work)
            else:
                {"pauseTask": task.pause, "resumeTask": task.resume, "stopTask": task.stop}[verb]()

    def do(self, actions):
        for each in actions:
            try:
                self.action(*each)
            except twisted_task.SchedulerError as error:
                self.happened(*each, type(error).__name__)

    def settle(self, verb, argument):
        if not self.promises:
            return
        deferred = self.promises.pop(argument % len(self.promises))
        if verb == "resolve":
            deferred.callback(None)
        else:
            deferred.errback(Oops())
        if isinstance(deferred.result, Failure):
            self.happened("report", deferred.result.type.__name__)
            deferred.addErrback(lambda failure: None)

    def step(self, verb, argument=None):
        if verb == "tick":
            due = [call for call in self.calls if call.due]
            if due:
                due[0].due = False
                due[0].function()
        elif verb in ("resolve", "reject"):
            self.settle(verb, argument)
        else:
            self.do([[verb] if argument is None else [verb, argument]])

    def turn(self):
        self.trace.append([self.events, self.settled])
        self.events, self.settled = [], []

    def play(self):
        for each in self.scenario["steps"]:
            self.step(*each)
            self.turn()
        for number in range(len(self.tasks)):
            self.do([["whenDone", number]])
        self.turn()
        return self.trace


def play(scenario):
    twisted_task.CooperativeTask = DecidedTask
    player = Player(scenario, DecidedCooperator)
    trace = player.play()
    if not player.cooperator.departs:
        twisted_task.CooperativeTask = CooperativeTask
        asItIs = Player(scenario, Cooperator).play()
        assert trace == asItIs, "the decisions changed something else"
    return trace


for line in sys.stdin:
    print(json.dumps(play(json.loads(line))))
