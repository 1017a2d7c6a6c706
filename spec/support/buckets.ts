import { Bucket } from '../../lib/twisted/shaping/bucket.js';

/** A bucket of these limits: it takes `maxburst` bytes at once, and loses `rate` a second. */
export function makeBucket(maxburst: number | null, rate: number | null, parent?: Bucket): Bucket {
  return Object.assign(new Bucket(parent), { maxburst, rate });
}
