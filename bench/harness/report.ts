/** Prints a verdict as a table. */
import type { GoalVerdict, MetricVerdict, Row, Verdict } from './verdict.js';
import type { Summary } from './statistics.js';

function figure(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

function spread({ median, min, max }: Summary, suffix = ''): string[] {
  return [`${figure(median)}${suffix}`, `[${figure(min)} .. ${figure(max)}]`];
}

function goal({ atLeast, atMost, met }: GoalVerdict): string {
  const bound = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`;
  return `${bound}: ${met ? 'reached' : 'MISSED'}`;
}

/** A row's cells: contestant, figures, ratio, goal. */
function cells(row: Row, { goals, rows }: MetricVerdict): string[] {
  const ours = row === rows[0];
  const own = goals.filter(({ peer }) => (ours ? peer === undefined : peer === row.contestant));
  return [
    row.contestant,
    ...spread(row.summary),
    ...(row.ratio === undefined ? ['', ''] : spread(row.ratio, 'x')),
    own.map(goal).join(', '),
  ];
}

const HEADINGS = ['', 'median', '[min .. max]', 'ours ÷ it', '[min .. max]', 'goal'];

function table(lines: readonly string[][]): string[] {
  const widths = HEADINGS.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines.map((line) =>
    line
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 || column === 5 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

/** `verdict`, for people. */
export function format(verdict: Verdict): string {
  const { workload, title, rounds, metrics, absent, contention } = verdict;
  const lines = [`${workload}: ${title} (${rounds} ${rounds === 1 ? 'round' : 'rounds'})`];
  for (const metric of metrics) {
    const [, ...headings] = HEADINGS;
    const body = metric.rows.map((row) => cells(row, metric));
    const heading = `${metric.metric}, ${metric.unit}`;
    lines.push(...table([[heading, ...headings], ...body]).map((line) => `  ${line}`));
  }
  for (const { contestant, why } of absent) lines.push(`  ${contestant} is absent: ${why}`);
  if (contention !== null && contention > 0.2) {
    lines.push(`  Noisy: other programs kept ${contention.toFixed(1)} processors busy meanwhile.`);
  }
  return lines.join('\n');
}
