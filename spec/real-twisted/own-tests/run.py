"""
Runs tests of Twisted, named on the command line, against this library; prints what came of each as
one JSON object.

    run.py [--over-tcp | --over-sockets] twisted.test.test_pcp -twisted.test.test_pcp.SomeTests.test_notThis ...

With --over-tcp only FileDescriptor is replaced, but below Twisted's own TCP transports. With
--over-sockets only the methods of a reactor that connect, listen and start processes are replaced. A
test with a hyphen in front is left out.
"""
import json
import os
import sys
import tempfile

sys.dont_write_bytecode = True


class Outcomes:
    """What trial calls a result; keeps one word, or a traceback, for each test."""

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


def main(names):
    option = names.pop(0) if names[0].startswith("--") else None
    if option == "--over-sockets":
        from twisted.internet import reactor

        import ours

        ours.installSockets()
    elif option == "--basics":
        from twisted.internet import reactor

        import ours

        ours.installBasics()
    elif option == "--over-tcp":
        import ours

        ours.FileDescriptor.waitsForProducer = False
        ours.install({"twisted.internet.abstract": {"FileDescriptor": ours.FileDescriptor}})
    else:
        from twisted.internet import reactor  # with Twisted's own FileDescriptor below it

        import ours

        ours.install()
    from twisted.trial import reporter, runner, util

    util.DEFAULT_TIMEOUT_DURATION = 5

    leftOut = {name[1:] for name in names if name.startswith("-")}
    suite = runner.TestLoader().loadByNames(name for name in names if not name.startswith("-"))
    outcomes = Outcomes(reporter.TestResult, ours.Face.bridge)
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        ours.Face.bridge.changeDirectory(directory)
        for test in allTests(suite):
            if test.id() not in leftOut:
                test.run(outcomes.result)
    print(json.dumps(outcomes.by))


if __name__ == "__main__":
    main(sys.argv[1:])
