/** Makes a few numbers of many. */

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws RangeError: there are no values. */
export function summarize(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (min === undefined || max === undefined || upper === undefined || lower === undefined) {
    throw new RangeError('nothing to summarize');
  }
  return { median: (lower + upper) / 2, min, max };
}

/**
 * Divides each of `ours` by the figure of `theirs` of the same round: noise that comes and goes hits both
 * figures of a round.
 */
export function pairwiseRatios(ours: readonly number[], theirs: readonly number[]): Summary {
  return summarize(ours.map((value, round) => value / (theirs[round] ?? NaN)));
}
