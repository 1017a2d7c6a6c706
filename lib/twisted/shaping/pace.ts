/** How much to send at once through a bucket, and when. */
import { isUnlimited, type Bucket } from './bucket.js';

/** The fewest bytes worth sending: a packet with fewer bytes would consist mostly of headers. */
const WORTH_SENDING = 100;
/**
 * Seconds: for bytes that drain in this time, no timer is worth it, so that a fast bucket needs few
 * timers.
 */
const SHORT = 0.02;
/**
 * Seconds: bytes that drain in this time are enough to send at once, so that a slow bucket sends
 * evenly.
 */
const LONG = 0.1;
/** Seconds: the shortest time that a timer can wait. */
const TICK = 0.001;

/**
 * The bytes that a consumer that waits for `bucket` sends at once: never more than half of
 * `maxburst`, because the rate goes unused while a consumer waits for the bucket to be empty.
 *
 * @returns `Infinity` for a bucket that never limits.
 */
export function quantumOf({ maxburst, rate }: Bucket): number {
  if (isUnlimited(maxburst)) return Infinity;
  if (isUnlimited(rate)) return Math.floor(maxburst);
  const quantum = Math.min(Math.max(WORTH_SENDING, rate * SHORT), rate * LONG, maxburst / 2);
  return Math.max(1, Math.floor(quantum));
}

/**
 * How long to wait before it is worth sending through `bucket`, which has just dripped.
 *
 * @param bytes - The number of bytes to send.
 * @returns seconds; 0 to send now.
 */
export function secondsUntil(bucket: Bucket, bytes: number): number {
  const { maxburst, content } = bucket;
  if (isUnlimited(maxburst)) return 0;
  const room = Math.max(0, Math.floor(maxburst) - content);
  const missing = Math.min(bytes, quantumOf(bucket)) - room;
  if (missing <= 0) return 0;
  const seconds = bucket.secondsToDrain(missing);
  if (seconds >= TICK / 2) return seconds;
  return room > 0 ? 0 : TICK;
}
