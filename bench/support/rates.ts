/** Measures programs by how often they do something in a second. */
import type { Measurement, Metric } from '../harness/workload.js';
import { type Child, withChildren } from './child.js';

/** The rate that `child` says, as `metric`, in millions. */
export async function measureRate(child: Child, metric: Metric): Promise<Measurement> {
  return withChildren([child], async () => {
    const { perSecond, intact } = await child.said<{ perSecond: number; intact: boolean }>();
    await child.ended();
    if (!intact) throw new Error('The program did not do everything that it should');
    return { [metric.name]: perSecond / 1e6 };
  });
}
