import type { Cooperator } from '../../lib/twisted/cooperation/cooperator.js';

/** A task that counts, one a step, and does what it is told in place of that. */
export function counting(cooperator: Cooperator) {
  const work: unknown[] = [];
  const next: { yields?: unknown; throws?: unknown; ends?: boolean; does?: () => void } = {};
  const iterator = (function* () {
    for (let count = 1; ; count += 1) {
      const { yields, throws, ends, does } = next;
      for (const order of Object.keys(next)) delete next[order as keyof typeof next];
      does?.();
      if (ends) return;
      if (throws) throw throws as Error;
      work.push(yields ?? count);
      yield yields ?? count;
    }
  })();
  return { work, next, iterator, task: cooperator.cooperate(iterator) };
}
