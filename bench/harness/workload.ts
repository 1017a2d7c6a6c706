/** What a benchmark is made of. The harness knows these shapes and no benchmark. */

/** How a run is to be made; the same for every contestant. */
export interface Settings {
  /** Seconds before anything counts, for compilers and caches to settle. */
  readonly warmUp: number;
  /** Seconds that count. */
  readonly seconds: number;
  /** Whether to do the long runs as stated, not scaled down. */
  readonly full: boolean;
}

/** The name of a metric, and what one run made of it. */
export type Measurement = Readonly<Record<string, number>>;

/** Something that a run measures. */
export interface Metric {
  readonly name: string;
  readonly unit: string;
}

/** One way to do the work. */
export interface Contestant {
  readonly name: string;
  /** Why it can't run here, if it can't. */
  readonly absence?: string | undefined;
  /** Does the work once, in a process of its own, and checks that it was done. */
  readonly measure: (settings: Settings) => Promise<Measurement>;
}

/** What our own figure should be: a ratio if it has a `peer`, else as it stands. */
export interface Goal {
  readonly metric: string;
  /** The name of the contestant to divide by. */
  readonly peer?: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** A piece of work, and all who do it. */
export interface Workload {
  /** One line, for people. */
  readonly title: string;
  readonly metrics: readonly Metric[];
  /** Ours first: the others are what it is compared with. */
  readonly contestants: readonly [Contestant, ...Contestant[]];
  readonly goals: readonly Goal[];
  /** Runs of it that are enough, where each is long. */
  readonly mostRounds?: (settings: Settings) => number;
}

/** A workload and its name, which is that of its file. */
export interface NamedWorkload extends Workload {
  readonly name: string;
}
