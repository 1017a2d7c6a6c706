/** Measures programs by how often they do something in a second, and by what each time costs. */
import type { Measurement, Metric } from '../harness/workload.js';
import { type Child, withChildren } from './child.js';

/** The report of a program about the time after the warm-up. */
export interface Counted {
  /** How often it did the work. */
  readonly count: number;
  readonly seconds: number;
  /** Seconds of processor time. */
  readonly cpu: number;
  /** Whether it did the work as it should. */
  readonly intact: boolean;
}

/** How often something is done, in millions a second, and its cost, in nanoseconds of processor time. */
interface RateMetrics {
  readonly rate: Metric;
  /** Steadier than the rate where other programs use the machine too. */
  readonly cost: Metric;
}

/** The metrics of counted things, by their plural and their singular: `calls`, `call`. */
export function rateMetrics(things: string, thing: string): RateMetrics {
  return {
    rate: { name: things, unit: 'millions a second' },
    cost: { name: 'processor time', unit: `ns a ${thing}` },
  };
}

/** Measures what `child` counts. */
export async function measureRate(child: Child, { rate, cost }: RateMetrics): Promise<Measurement> {
  return withChildren([child], async () => {
    const { count, seconds, cpu, intact } = await child.said<Counted>();
    await child.ended();
    if (!intact) throw new Error('The program did not do everything that it should');
    return { [rate.name]: count / seconds / 1e6, [cost.name]: (cpu * 1e9) / count };
  });
}
