/** Runs a workload: its contestants in turn, round after round. */
import { watchContention } from './contention.js';
import type { Contestant, Measurement, NamedWorkload, Settings } from './workload.js';

/** The figures of a contestant, round by round. */
export interface Runs {
  readonly contestant: Contestant;
  readonly measurements: readonly Measurement[];
}

/** A contestant that cannot run on this machine, and the reason. */
export interface Absent {
  readonly contestant: string;
  readonly why: string;
}

/** The figures of all contestants of a workload. */
export interface Outcome {
  readonly workload: NamedWorkload;
  /** Ours first, then those that can run. */
  readonly runs: readonly Runs[];
  readonly absent: readonly Absent[];
  /** Processors that other programs kept busy; `null` where the system does not say. */
  readonly contention: number | null;
}

/** Called before each run. */
export type Progress = (name: string, contestant: string, round: number, rounds: number) => void;

/**
 * Measures `workload` for `rounds` rounds. Each round has the reverse order of the round before, so that
 * no contestant always follows the same other one.
 */
export async function measure(
  workload: NamedWorkload,
  settings: Settings,
  rounds: number,
  progress: Progress,
): Promise<Outcome> {
  const present: Contestant[] = [];
  const absent: Absent[] = [];
  for (const contestant of workload.contestants) {
    const why = contestant.absence?.();
    if (why === undefined) present.push(contestant);
    else absent.push({ contestant: contestant.name, why });
  }
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
