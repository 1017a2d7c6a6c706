"""
Plays scenarios on the real twisted.protocols.htb: one JSON scenario a line on stdin, one JSON trace a
line on stdout. Scenarios and traces are described in ../twisted/bucket.oracle.spec.ts.

Numbers are whole ones throughout: of a byte in parts Twisted makes something else than we do.
"""
import json
import sys

from twisted.protocols import htb


def play(scenario):
    now = 0
    htb.time = lambda: now
    buckets = []
    for description in scenario["buckets"]:
        parent = description["parent"]
        bucket = htb.Bucket(None if parent is None else buckets[parent])
        bucket.maxburst = description["maxburst"]
        bucket.rate = description["rate"]
        buckets.append(bucket)
    trace = []
    for name, *arguments in scenario["script"]:
        outcome = None
        if name == "wait":
            now += arguments[0]
        elif name == "add":
            outcome = buckets[arguments[0]].add(arguments[1])
        elif name == "drip":
            outcome = buckets[arguments[0]].drip()
        elif buckets[arguments[0]].rate is not None:
            # One that had none drains bytes that it was given later than it drains them.
            buckets[arguments[0]].rate = arguments[1]
        trace.append([outcome, *(bucket.content for bucket in buckets)])
    return trace


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(play(json.loads(line))))
