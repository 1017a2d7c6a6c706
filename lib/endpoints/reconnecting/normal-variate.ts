/**
 * A random number, normally distributed (Box-Muller).
 *
 * @param mean - The mean of the distribution.
 * @param deviation - Its standard deviation.
 */
export function normalVariate(mean: number, deviation: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - Math.random())); // The logarithm of a number that is never 0.
  return mean + deviation * radius * Math.cos(2 * Math.PI * Math.random());
}
