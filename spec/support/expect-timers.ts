import { expect } from 'chai';

/** Fails if no timer has run when `work` is done. */
export async function expectTimersDuring(work: Promise<unknown>): Promise<void> {
  let timers = 0;
  const timer = setInterval(() => (timers += 1), 0);
  await work;
  clearInterval(timer);
  expect(timers).to.be.above(0);
}
