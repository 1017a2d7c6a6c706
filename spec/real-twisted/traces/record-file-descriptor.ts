/**
 * Records what real Twisted does in ./file-descriptor.json, for machines that lack it:
 *
 *     node --import tsx/esm spec/traces/record-file-descriptor.ts
 *
 * Of many random scenarios it keeps those that show something new: an operation inside a callback
 * in which it was not seen before, or an event in a state in which it was not seen before.
 */
import { writeFileSync } from 'node:fs';

import { tameScenario, wildScenario, type Scenario } from '../support/descriptor-scenarios.js';
import { Random } from '../../support/random.js';
import { askTwisted } from '../support/twisted.js';

const CANDIDATES = 20_000;
const MOST_BYTES = 190_000;

/** The findings of `trace`: `event in callback` and `event [state]`, numbers and bytes left out. */
function findings(trace: readonly string[]): Set<string> {
  const found = new Set<string>();
  const callbacks: string[] = [];
  let inside = 'the script';
  for (const line of trace) {
    const [, event = '', state = ''] =
      /^(.*?)(?: [\d"[a-z].*)? \[([A-Za-z]*)\d?\]$/.exec(line) ?? [];
    found.add(`${event} [${state}]`);
    if (event.startsWith('>')) {
      found.add(`${event} in ${inside}`);
      callbacks.push(inside);
    } else if (event.startsWith('<')) {
      inside = callbacks.pop() ?? inside;
    } else {
      inside = event;
    }
  }
  return found;
}

const random = new Random(1);
const makers: ((random: Random) => Scenario)[] = [
  (random) => wildScenario(random, true),
  (random) => wildScenario(random, false),
  tameScenario,
];
const scenarios = Array.from({ length: CANDIDATES }, (_, i) =>
  (makers[i % makers.length] as (typeof makers)[number])(random),
);
const candidates = askTwisted<string[]>('file_descriptor', scenarios).map((trace, i) => ({
  scenario: scenarios[i] as Scenario,
  trace,
  found: findings(trace),
}));

const known = new Set<string>();
const kept: string[] = [];
let bytes = 0;
for (;;) {
  let best: (typeof candidates)[number] | undefined;
  let bestWorth = 0;
  for (const candidate of candidates) {
    const fresh = [...candidate.found].filter((finding) => !known.has(finding)).length;
    const worth = fresh / candidate.trace.length;
    if (worth > bestWorth) [best, bestWorth] = [candidate, worth];
  }
  if (best === undefined) break;
  const line = JSON.stringify({ scenario: best.scenario, trace: best.trace });
  if (bytes + line.length > MOST_BYTES) break;
  bytes += line.length;
  kept.push(line);
  for (const finding of best.found) known.add(finding);
}
const target = new URL('file-descriptor.json', import.meta.url);
writeFileSync(target, `[\n${kept.join(',\n')}\n]\n`);
console.log(`${kept.length} scenarios show ${known.size} things in ${bytes} bytes`);
