/** Records what real Twisted does, for machines that lack it. */
import { writeFileSync } from 'node:fs';

import { Random } from '../../support/random.js';
import { askTwisted } from '../support/twisted.js';

const CANDIDATES = 5_000;

/** Each event of `trace` with the one before it, numbers left out. */
function findings(trace: readonly unknown[]): string[] {
  const events = trace.flat(2).map((event) => JSON.stringify(event).replace(/\d+/g, ''));
  return events.map((event, i) => `${events[i - 1] ?? ''} ${event}`);
}

/**
 * Has `spec/real-twisted/oracle/ORACLE.py` play what `make` makes, and writes it to `file`, in this folder. Of many
 * random scenarios it keeps those in which something follows something that it was not seen to
 * follow before.
 */
export function record(
  oracle: string,
  file: string,
  make: (random: Random) => unknown,
  mostBytes = 150_000,
): void {
  const random = new Random(1);
  const scenarios = Array.from({ length: CANDIDATES }, () => make(random));
  const traces = askTwisted<unknown[]>(oracle, scenarios);
  const known = new Set<string>();
  const kept: string[] = [];
  let bytes = 0;
  traces.forEach((trace, i) => {
    const fresh = findings(trace).filter((finding) => !known.has(finding));
    const line = JSON.stringify({ scenario: scenarios[i], trace });
    if (fresh.length === 0 || bytes + line.length > mostBytes) return;
    fresh.forEach((finding) => known.add(finding));
    bytes += line.length;
    kept.push(line);
  });
  writeFileSync(new URL(file, import.meta.url), `[\n${kept.join(',\n')}\n]\n`);
  console.log(`${file}: ${kept.length} scenarios, ${bytes} bytes`);
}
