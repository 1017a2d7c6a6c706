/**
 * A random number, normally distributed (Box-Muller).
 *
 * @param mean - Around which it lies.
 * @param deviation - How far from it, as the standard deviation.
 */
export function normalVariate(mean: number, deviation: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - Math.random())); // Of what is never 0.
  return mean + deviation * radius * Math.cos(2 * Math.PI * Math.random());
}
