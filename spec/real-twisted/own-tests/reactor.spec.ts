/** Twisted's own tests of a reactor's time, and of what waits for it, with the time of ours. */
import { describeWithTwisted } from '../support/twisted.js';
import { type OwnTests, specify } from './own-tests.js';

const REPLACED = 'replaces the seconds of Twisted’s own reactor';

const REACTOR: OwnTests[] = [
  {
    name: 'twisted.test.test_internet.TimeTests',
    passing: 10,
    except: {
      test_callLaterUsesReactorSecondsAsDelayedCallSecondsFactory: REPLACED,
      test_callLaterUsesReactorSecondsInDelayedCall: REPLACED,
    },
  },
  { name: 'twisted.test.test_internet.DelayedTests', passing: 2 },
  { name: 'twisted.test.test_internet.CallFromThreadTests', passing: 3 },
  { name: 'twisted.internet.test.test_time.TimeTestsBuilder_EPollReactorTests', passing: 2 },
  {
    name: 'twisted.internet.test.test_core.SystemEventTestsBuilder_EPollReactorTests',
    passing: 14,
  },
  { name: 'twisted.test.test_task.ReactorLoopTests', passing: 7 },
];

describeWithTwisted('Twisted’s own tests of a reactor, with the time of ours', () => {
  specify(REACTOR, '--reactor');
});
