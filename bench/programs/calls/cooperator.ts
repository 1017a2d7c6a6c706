/** Counts the units of work of a hundred tasks of a `Cooperator`. */
import { cooperate } from '../../library/index.js';
import { sayRate } from '../rate.js';

const TASKS = 100;
let units = 0;
const perTask = new Array<number>(TASKS).fill(0);

function* work(task: number): Generator<undefined, void, undefined> {
  for (;;) {
    units += 1;
    perTask[task] = (perTask[task] ?? 0) + 1;
    yield;
  }
}

for (let task = 0; task < TASKS; task++) cooperate(work(task));
await sayRate(
  () => units,
  () => Math.max(...perTask) - Math.min(...perTask) <= 1,
);
