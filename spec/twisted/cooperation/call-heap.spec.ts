import { expect } from 'chai';

import { CallHeap } from '../../../lib/twisted/cooperation/call-heap.js';
import { DelayedCall } from '../../../lib/twisted/cooperation/delayed-call.js';
import { Random } from '../../support/random.js';

describe('CallHeap', () => {
  it('gives calls in the order of their times, then of their arrival, also after calls leave or move', () => {
    const random = new Random(7);
    for (let round = 0; round < 300; round++) {
      const heap = new CallHeap();
      const clock = {
        seconds: () => 0,
        forget: (call: DelayedCall) => heap.remove(call),
        moved: (call: DelayedCall) => heap.movedSooner(call),
      };
      const calls = random.list(0, 40, () => {
        const call = new DelayedCall(random.integer(0, 20), () => {}, [], clock);
        heap.add(call);
        return call;
      });
      for (const call of calls) {
        if (random.chance(0.3)) call.cancel();
        else if (random.chance(0.3)) call.reset(random.integer(-5, 10));
      }
      const expected = calls
        .filter((call) => call.active())
        .sort((a, b) => a.earliestTime - b.earliestTime);
      const given: DelayedCall[] = [];
      for (let call = heap.first; call !== undefined; call = heap.first) {
        given.push(call);
        heap.remove(call);
      }
      expect(given.map((call) => calls.indexOf(call))).to.deep.equal(
        expected.map((call) => calls.indexOf(call)),
      );
    }
  });

  it('changes nothing if a call that has left leaves again or moves', () => {
    const heap = new CallHeap();
    const clock = { seconds: () => 0, forget: () => {}, moved: () => {} };
    const [first, second, third] = [1, 2, 3].map((time) => {
      const call = new DelayedCall(time, () => {}, [], clock);
      heap.add(call);
      return call;
    }) as [DelayedCall, DelayedCall, DelayedCall];
    heap.remove(first);
    heap.remove(first);
    first.delay(-1);
    heap.movedSooner(first);
    expect(heap.first).to.equal(second);
    heap.remove(second);
    expect(heap.first).to.equal(third);
  });
});
