import { setImmediate as turn } from 'node:timers/promises';

import sinon from 'sinon';

/** The time of a spec whose timers are fakes. */
interface PassingTime {
  /** The fake timers of the present spec. */
  readonly clock: sinon.SinonFakeTimers;
  /**
   * Lets so many milliseconds go by in steps of a tenth, and the event loop turn after each, so that
   * bytes that are on their way arrive.
   */
  readonly pass: (milliseconds: number) => Promise<void>;
}

/** Replaces the timers in each spec of the suite that calls this. */
export function passingTime(): PassingTime {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => clock.restore());
  return {
    get clock() {
      return clock;
    },
    async pass(milliseconds) {
      for (let step = 0; step < 10; step++) {
        clock.tick(milliseconds / 10);
        await turn();
      }
    },
  };
}
