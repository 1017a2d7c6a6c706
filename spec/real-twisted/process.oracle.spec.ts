import { expect } from 'chai';

import { loggedErrors } from '../support/logged.js';
import { essence, type Event, playOnOurs, type Scenario } from './support/process-player.js';
import { askTwisted, describeWithTwisted } from './support/twisted.js';

const STANDARD: Scenario['fds'] = { 0: 'w', 1: 'r', 2: 'r' };
const WITH_CONTROL: Scenario['fds'] = { ...STANDARD, 3: 'w' };

const scenario = (
  script: string,
  react: Scenario['react'] = {},
  fds: Scenario['fds'] = STANDARD,
): Scenario => ({ script, fds, react });

const SCENARIOS: Record<string, Scenario> = {
  'exits with 0': scenario('exit 0'),
  'writes, and exits with 3': scenario('echo out; exit 3'),
  'is killed by a signal of its own': scenario('kill -TERM $$'),
  'is killed by name': scenario('echo x; read x', { 'data 1': [['signalProcess', 'KILL']] }),
  'is killed by number': scenario('echo x; read x', { 'data 1': [['signalProcess', 15]] }),
  'writes much': scenario('head -c 2000000 /dev/zero; exec >&-; read x', {
    'lost 1': [['loseConnection']],
  }),
  'has nothing to be told after its end': scenario('exit 0', {
    ended: [
      ['signalProcess', 'KILL'],
      ['write', 5],
      ['writeToChild', 0, 5],
      ['closeChildFD', 0],
    ],
  }),
  'has lost its input when it has exited': scenario('exit 1', {
    exited: [
      ['writeToChild', 0, 5],
      ['push', 50_000],
      ['pull', 50_000],
      ['write', 5],
    ],
  }),
  'is closed at once': scenario('read x; exit 0', { made: [['loseConnection']] }),
  'is written to and closed at once': scenario('cat >&2; exit 4', {
    made: [
      ['write', 50_000],
      ['closeChildFD', 1],
      ['closeChildFD', 0],
    ],
  }),
  'is closed when it has written': scenario('echo x; read x', { 'data 1': [['loseConnection']] }),
  'is closed when it has written, with a last word': scenario('echo x; read x; exit 5', {
    'data 1': [['write', 500], ['loseConnection'], ['write', 500]],
  }),
  'is closed descriptor by descriptor': scenario('echo x; cat >&2', {
    'data 1': [
      ['closeChildFD', 1],
      ['closeChildFD', 1],
      ['write', 5],
      ['closeChildFD', 0],
    ],
  }),
  'is fed by a push producer': scenario('wc -c', {
    made: [
      ['push', 1_000_000],
      ['closeChildFD', 0],
    ],
  }),
  'is fed by a pull producer': scenario('wc -c', {
    made: [
      ['pull', 1_000_000],
      ['closeChildFD', 0],
    ],
  }),
  'has a producer already': scenario('wc -c', {
    made: [
      ['push', 1_000_000],
      ['pull', 5],
      ['closeChildFD', 0],
    ],
  }),
  'dies of a producer that pushes': scenario('head -c 9 >&2; exit 7', {
    made: [['push', 4_000_000]],
  }),
  'dies of a producer that is pulled': scenario('head -c 9 >&2; exit 7', {
    made: [['pull', 4_000_000]],
  }),
  'has a protocol that throws': scenario('echo x; read x', {
    made: [['throw']],
    'data 1': [['throw']],
    'lost 1': [['closeChildFD', 0], ['throw']],
    exited: [['throw']],
    ended: [['throw']],
  }),
  'is paused and resumed at once': scenario('echo x; read x', {
    made: [['pauseProducing'], ['resumeProducing']],
    'data 1': [['pauseProducing'], ['resumeProducing'], ['loseConnection']],
  }),
  'leaves a process that writes later': scenario(
    'exec 4<&0; { read x <&3; printf late; } & exit 0',
    {
      exited: [
        ['writeToChild', 3, 5],
        ['closeChildFD', 3],
      ],
    },
    WITH_CONTROL,
  ),
  'leaves a process that reads': scenario(
    'exec 4<&0; { read x <&3; wc -c <&4; } & exit 2',
    {
      made: [['write', 100_000]],
      exited: [
        ['writeToChild', 3, 5],
        ['closeChildFD', 3],
        ['write', 10],
        ['closeChildFD', 0],
      ],
    },
    WITH_CONTROL,
  ),
};

/** Twisted's own trace depends on what its reactor sees first, so it is asked as often as this. */
const TIMES = 3;

describeWithTwisted('A child process, beside one of real Twisted', () => {
  loggedErrors(); // Else it says what was thrown.
  const names = Object.keys(SCENARIOS);
  let answers: Event[][];

  before(function () {
    this.timeout(60_000);
    const scenarios = Object.values(SCENARIOS);
    answers = askTwisted('process', Array<Scenario[]>(TIMES).fill(scenarios).flat());
  });

  for (const [index, [name, played]] of Object.entries(SCENARIOS).entries()) {
    it(name, async () => {
      const possible = [...Array(TIMES).keys()].map((time) => {
        return JSON.stringify(essence(answers[index + time * names.length] ?? []));
      });
      const ours = JSON.stringify(essence(await playOnOurs(played)));
      expect(possible).to.include(ours);
    });
  }
});
