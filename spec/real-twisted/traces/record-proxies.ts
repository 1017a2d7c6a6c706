/**
 * Records what real Twisted does in ./proxies.json, for machines that lack it:
 *
 *     node --import tsx/esm spec/traces/record-proxies.ts
 *
 * Of many random scenarios it keeps those that show something new: something that follows something,
 * in a state, that it was not seen to follow before.
 */
import { writeFileSync } from 'node:fs';

import { randomScenario } from '../support/proxy-scenarios.js';
import { Random } from '../../support/random.js';
import { askTwisted } from '../support/twisted.js';

const CANDIDATES = 4_000;
const MOST_BYTES = 36_000;

/** Each event of `trace` with the two before it, numbers and bytes left out. */
function findings(trace: readonly string[]): string[] {
  const events = trace.map((event) => event.replace(/ [a-z]+$|\d+|\].*$/g, ''));
  return events.map((event, i) => `${events[i - 2] ?? ''} ${events[i - 1] ?? ''} ${event}`);
}

const lines: string[] = [];
for (const [twisted, kind] of [
  ['as it is', 'basic'],
  ['as it is', 'proxy'],
  ['as it is', 'shaped'],
  ['as decided', 'basic'],
  ['as decided', 'proxy'],
] as const) {
  const random = new Random(1);
  const scenarios = Array.from({ length: CANDIDATES }, () => randomScenario(random, twisted, kind));
  const known = new Set<string>();
  let bytes = 0;
  askTwisted<string[]>('proxies', scenarios).forEach((trace, i) => {
    const fresh = findings(trace).filter((finding) => !known.has(finding));
    const line = JSON.stringify({ scenario: scenarios[i], trace });
    if (fresh.length === 0 || bytes + line.length > MOST_BYTES) return;
    for (const finding of fresh) known.add(finding);
    bytes += line.length;
    lines.push(line);
  });
}
const target = new URL('proxies.json', import.meta.url);
writeFileSync(target, `[\n${lines.join(',\n')}\n]\n`);
console.log(`${lines.length} scenarios`);
