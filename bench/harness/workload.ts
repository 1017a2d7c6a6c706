/** The parts of a benchmark. The harness knows these shapes and no benchmark. */

/** How to make a run; the same for every contestant. */
export interface Settings {
  /** Seconds that do not count, at the beginning: compilers and caches settle in them. */
  readonly warmUp: number;
  /** Seconds that count. */
  readonly seconds: number;
  /** Whether to do the long runs as stated, not scaled down. */
  readonly full: boolean;
}

/** The figures of one run, each under the name of its metric. */
export type Measurement = Readonly<Record<string, number>>;

/** A quantity that a run measures. */
export interface Metric {
  readonly name: string;
  readonly unit: string;
}

/** One way to do the work. */
export interface Contestant {
  readonly name: string;
  /** Says why it cannot run on this machine; `undefined` if it can. */
  readonly absence?: () => string | undefined;
  /** Does the work once, in a process of its own, and checks that the work was done. */
  readonly measure: (settings: Settings) => Promise<Measurement>;
}

/** The figure that we want to reach: a ratio if the goal has a `peer`, else the figure itself. */
export interface Goal {
  readonly metric: string;
  /** The name of the contestant to divide by. */
  readonly peer?: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** A piece of work, and all contestants that do it. */
export interface Workload {
  /** One line, for people. */
  readonly title: string;
  readonly metrics: readonly Metric[];
  /** Ours first: the report compares it with each of the others. */
  readonly contestants: readonly [Contestant, ...Contestant[]];
  readonly goals: readonly Goal[];
  /** The most rounds to run, for work that takes long. */
  readonly mostRounds?: (settings: Settings) => number;
}

/** Workloads, each under its name. */
export type Table = Readonly<Record<string, Workload>>;

/** A workload and its name. */
export interface NamedWorkload extends Workload {
  readonly name: string;
}

/** Makes a workload of each row: workloads of one kind differ by the constants in their rows. */
export function tabulate<Row>(
  rows: Readonly<Record<string, Row>>,
  make: (row: Row) => Workload,
): Table {
  return Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, make(row)]));
}
