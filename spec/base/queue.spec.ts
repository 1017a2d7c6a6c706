import { expect } from 'chai';
import fc from 'fast-check';

import { Queue } from '../../lib/base/queue.js';

describe('Queue', () => {
  it('lets go of items that were taken, at the latest when they are half of all', () => {
    const queue = new Queue<number>();
    const { items } = queue as unknown as { items: unknown[] };
    for (let item = 0; item < 100; item += 1) queue.push(item);
    for (let left = 99; left >= 0; left -= 1) {
      queue.shift();
      expect(items.length).to.be.within(left, 2 * left);
    }
  });

  it('gives the same results as an array, after any operations', () => {
    const action = fc.oneof(
      fc.integer().map((item) => ({ push: item })),
      fc.constantFrom('shift' as const, 'peek' as const, 'takeAll' as const),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
        const queue = new Queue<number>();
        let model: number[] = [];
        for (const what of actions) {
          if (typeof what === 'object') {
            queue.push(what.push);
            model.push(what.push);
          } else if (what === 'shift') {
            expect(queue.shift()).to.equal(model.shift());
          } else if (what === 'peek') {
            expect(queue.peek()).to.equal(model[0]);
          } else {
            expect(queue.takeAll()).to.deep.equal(model);
            model = [];
          }
          expect(queue.length).to.equal(model.length);
        }
      }),
    );
  });
});
