// Stryker's configuration for one room; `npm run mutation` says which. See docs/mutation.md.
import { ROOMS, SLOW } from './rooms.mjs';

const { MUTATED_ROOM = '', MUTATION_SPECS } = process.env;
const name = MUTATED_ROOM.replaceAll('/', '-');

export default {
  plugins: [new URL('runner.mjs', import.meta.url).href],
  testRunner: 'our-mocha',
  testRunnerNodeArgs: ['--import=tsx/esm'],
  mochaRunner: { specs: MUTATION_SPECS?.split(' ') ?? ROOMS[MUTATED_ROOM], exclude: SLOW },
  mutate: [`${MUTATED_ROOM}/**/*.ts`],
  mutator: {
    excludedMutations: [
      // Nearly all of them are words of messages; the specs check the `code` of an error instead. A
      // name of an event that is wrong is as good as a call that is missing, of which there are mutants.
      'StringLiteral',
    ],
  },
  // Each mutant runs only the specs that reach it.
  coverageAnalysis: 'perTest',
  // Many specs watch the clock.
  concurrency: 1,
  // A spec that stalls fails by its own limit. This is for a loop that never ends.
  timeoutMS: 20_000,
  // The connections that a mutant leaves open are not to burden all the others.
  maxTestRunnerReuse: 100,
  // Specs run by way of tsx, which doesn't check types.
  disableTypeChecks: false,
  tsconfigFile: 'none',
  tempDirName: `reports/mutation/${name}`,
  ignorePatterns: ['/dist', '/site', '/docs', '/bench', '/coverage', '/reports'],
  reporters: ['clear-text', 'json', 'progress-append-only'],
  clearTextReporter: { logTests: false, reportTests: false, allowEmojis: false, allowColor: false },
  jsonReporter: { fileName: `reports/mutation/${name}.json` },
  thresholds: { high: 95, low: 90, break: null },
  warnings: { unknownOptions: false },
};
