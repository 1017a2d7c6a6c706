import { expect } from 'chai';

import { log, type LogEvent } from '../../lib/index.js';

/** Collects the events that the log reports in the test that runs, each as `of` converts it. */
function logged<T>(of: (event: LogEvent) => T): T[] {
  const noted: T[] = [];
  let stop: () => void;
  beforeEach(() => {
    noted.length = 0;
    stop = log.addObserver((event) => noted.push(of(event)));
  });
  afterEach(() => stop());
  return noted;
}

/** The errors that a test logs, which are then not printed. Call it in a `describe`, for its tests. */
export const loggedErrors = (): unknown[] => logged(({ error }) => error);

/** The same, each with why it was logged. */
export const loggedEvents = (): LogEvent[] => logged((event) => event);

/** The same errors; a test fails unless it takes those that it expects out of them: `splice(0)`. */
export function expectNothingLogged(): unknown[] {
  const errors = loggedErrors();
  afterEach(() => {
    expect(errors, 'what was logged and not expected').to.deep.equal([]);
  });
  return errors;
}
