"""
Runs tests of Twisted, named on the command line, against this library; prints what came of each as
one JSON object.

    run.py [OPTION] twisted.test.test_pcp -twisted.test.test_pcp.SomeTests.test_notThis ...

A test with a hyphen in front is left out. The option says what is replaced by ours, and without it,
every class that the tests make for themselves is:

    --basics        the bases of protocols and factories
    --over-tcp      FileDescriptor, below Twisted's own TCP transports
    --over-sockets  what connects, listens and starts processes
    --endpoints     that, and the endpoints for it
    --reactor       what --over-sockets says, and the reactor's time
    --standard-io   StandardIO, also in the processes that the tests start
"""
import json
import os
import sys
import tempfile

sys.dont_write_bytecode = True


class Outcomes:
    """A result, as trial calls it: keeps one word, or a traceback, for each test."""

    def __init__(self, TestResult, bridge):
        self.by = {}
        outcomes = self.by

        class Result(TestResult):
            def startTest(self, test):
                bridge.textWritten = False
                super().startTest(test)

            def addSuccess(self, test):
                super().addSuccess(test)
                outcomes.setdefault(test.id(), "passes")

            def addError(self, test, why):
                super().addError(test, why)
                outcomes[test.id()] = tracebackOf(why)

            addFailure = addError

            def addSkip(self, test, why):
                super().addSkip(test, why)
                outcomes[test.id()] = "skipped: " + str(why)

        self.result = Result()


def tracebackOf(why):
    return why.getTraceback() if hasattr(why, "getTraceback") else "".join(map(str, why))


def allTests(suite):
    for test in suite:
        if hasattr(test, "__iter__"):
            yield from allTests(test)
        else:
            yield test


INSTALL = {
    None: lambda ours: ours.install(),
    "--basics": lambda ours: ours.installBasics(),
    "--over-tcp": lambda ours: ours.installFileDescriptor(),
    "--over-sockets": lambda ours: ours.installSockets(),
    "--endpoints": lambda ours: ours.installEndpoints(),
    "--reactor": lambda ours: ours.installReactor(),
    "--standard-io": lambda ours: ours.installStandardIO(),
}


def main(names):
    option = names.pop(0) if names[0].startswith("--") else None
    if option != "--over-tcp":
        from twisted.internet import reactor  # with Twisted's own FileDescriptor below it

    import ours

    INSTALL[option](ours)
    from twisted.trial import reporter, runner, util

    util.DEFAULT_TIMEOUT_DURATION = 30 if option == "--standard-io" else 5  # a Node for each child

    leftOut = {name[1:] for name in names if name.startswith("-")}
    suite = runner.TestLoader().loadByNames(name for name in names if not name.startswith("-"))
    outcomes = Outcomes(reporter.TestResult, ours.Face.bridge)
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        ours.Face.bridge.changeDirectory(directory)
        for test in allTests(suite):
            if test.id() not in leftOut:
                test.run(outcomes.result)
    # A test of processes may leave it non-blocking, and then it takes only a part of a long answer.
    os.set_blocking(sys.stdout.fileno(), True)
    print(json.dumps(outcomes.by))


if __name__ == "__main__":
    main(sys.argv[1:])
