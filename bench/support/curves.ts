/** The same contestants at several points of a scale, each point a metric. */
import type { Contestant, Measurement, Metric, Settings } from '../harness/workload.js';
import { throughput } from './throughput.js';

export interface Point {
  /** Where on the scale. */
  readonly label: string;
  readonly contestants: readonly Contestant[];
}

/** A metric for each of `points`. */
export function metricsOf(points: readonly Point[]): Metric[] {
  return points.map(({ label }) => ({ name: label, unit: throughput.unit }));
}

/** Those of the first point, each of which now does all `points` in turn. */
export function along([first, ...rest]: readonly [Point, ...Point[]]): [
  Contestant,
  ...Contestant[],
] {
  const contestants = first.contestants.map((contestant): Contestant => {
    const { name } = contestant;
    const points = [first, ...rest].flatMap(({ label, contestants }) =>
      contestants.filter((each) => each.name === name).map(({ measure }) => ({ label, measure })),
    );
    const measure = async (settings: Settings): Promise<Measurement> => {
      const measurement: Record<string, number> = {};
      for (const point of points) {
        const { [throughput.name]: value } = await point.measure(settings);
        if (value !== undefined) measurement[point.label] = value;
      }
      return measurement;
    };
    return { ...contestant, measure };
  });
  return contestants as [Contestant, ...Contestant[]];
}
