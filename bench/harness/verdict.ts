/** Turns measurements into a verdict: summaries, ratios, and whether goals were reached. */
import type { Absent, Outcome, Runs } from './rounds.js';
import { pairwiseRatios, summarize, type Summary } from './statistics.js';
import type { Goal } from './workload.js';

/** A contestant's figures for one metric. */
export interface Row {
  readonly contestant: string;
  readonly summary: Summary;
  /** Our figure divided by this contestant's; absent in our own row. */
  readonly ratio?: Summary;
}

/** A goal, the figure that we reached, and whether that is enough. */
export interface GoalVerdict extends Goal {
  readonly reached: number;
  readonly met: boolean;
}

export interface MetricVerdict {
  readonly metric: string;
  readonly unit: string;
  readonly rows: readonly Row[];
  readonly goals: readonly GoalVerdict[];
}

export interface Verdict {
  readonly workload: string;
  readonly title: string;
  readonly rounds: number;
  readonly metrics: readonly MetricVerdict[];
  readonly absent: readonly Absent[];
  /** Processors that other programs kept busy; `null` where the system does not say. */
  readonly contention: number | null;
}

function values({ measurements }: Runs, metric: string): number[] {
  return measurements.flatMap((measurement) => measurement[metric] ?? []);
}

/** Judges `outcome`. Leaves out goals against a contestant that is absent. */
export function judge({ workload, runs, absent, contention }: Outcome): Verdict {
  const [ours] = runs;
  if (ours === undefined) throw new Error(`${workload.name}: ours did not run`);
  const metrics = workload.metrics.map(({ name, unit }): MetricVerdict => {
    const own = values(ours, name);
    const rows = runs.flatMap((each): Row[] => {
      const figures = values(each, name);
      if (figures.length === 0) return [];
      const row = { contestant: each.contestant.name, summary: summarize(figures) };
      return [each === ours ? row : { ...row, ratio: pairwiseRatios(own, figures) }];
    });
    const goals = workload.goals
      .filter(({ metric }) => metric === name)
      .flatMap((goal) => reached(goal, rows));
    return { metric: name, unit, rows, goals };
  });
  return {
    workload: workload.name,
    title: workload.title,
    rounds: ours.measurements.length,
    metrics,
    absent,
    contention,
  };
}

function reached(goal: Goal, rows: readonly Row[]): GoalVerdict[] {
  const row =
    goal.peer === undefined ? rows[0] : rows.find(({ contestant }) => contestant === goal.peer);
  const figure = goal.peer === undefined ? row?.summary.median : row?.ratio?.median;
  if (figure === undefined) return [];
  const met = figure >= (goal.atLeast ?? -Infinity) && figure <= (goal.atMost ?? Infinity);
  return [{ ...goal, reached: figure, met }];
}
