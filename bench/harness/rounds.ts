/** Runs a workload: its contestants in turn, round after round. */
import { watchContention } from './contention.js';
import type { Contestant, Measurement, NamedWorkload, Settings } from './workload.js';

/** What a contestant did in each round. */
export interface Runs {
  readonly contestant: Contestant;
  readonly measurements: readonly Measurement[];
}

/** What all contestants of a workload did. */
export interface Outcome {
  readonly workload: NamedWorkload;
  /** Ours first. Those that are absent aren't among them. */
  readonly runs: readonly Runs[];
  readonly absent: readonly Contestant[];
  /** Processors that others kept busy meanwhile; `null` where that can't be known. */
  readonly contention: number | null;
}

/** Told before each run. */
export type Progress = (name: string, contestant: string, round: number, rounds: number) => void;

/**
 * Measures `workload` for `rounds` rounds. In each, contestants take turns in the opposite order of
 * the round before, so that none always comes after the same other.
 */
export async function measure(
  workload: NamedWorkload,
  settings: Settings,
  rounds: number,
  progress: Progress,
): Promise<Outcome> {
  const present = workload.contestants.filter(({ absence }) => absence === undefined);
  const absent = workload.contestants.filter(({ absence }) => absence !== undefined);
  const runs = present.map((contestant) => ({ contestant, measurements: [] as Measurement[] }));
  const contention = watchContention();
  const most = Math.min(rounds, workload.mostRounds?.(settings) ?? rounds);
  for (let round = 0; round < most; round++) {
    const order = round % 2 === 0 ? runs : [...runs].reverse();
    for (const { contestant, measurements } of order) {
      progress(workload.name, contestant.name, round + 1, most);
      measurements.push(await contestant.measure(settings));
    }
  }
  return { workload, runs, absent, contention: contention() };
}
