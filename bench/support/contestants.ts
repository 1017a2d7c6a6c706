/** The names of contestants, why some cannot run, and goals beside them. */
import type { Contestant, Goal, Metric } from '../harness/workload.js';
import { absenceOfC } from './c.js';
import { absenceOfTwisted } from './twisted.js';

export type Measure = Contestant['measure'];

/** The programs with which ours is compared in more than one workload. */
export type Peer =
  | 'raw Node'
  | 'pipe'
  | 'stream.pipeline'
  | 'streamx'
  | 'readline'
  | 'split2'
  | 'by hand'
  | 'Twisted'
  | 'C loop';

const peer =
  (name: Peer, absence?: Contestant['absence']) =>
  (measure: Measure): Contestant =>
    absence === undefined ? { name, measure } : { name, absence, measure };

export const ours = (measure: Measure): Contestant => ({ name: 'twisted-streams', measure });
export const rawNode = peer('raw Node');
export const pipe = peer('pipe');
export const pipeline = peer('stream.pipeline');
export const streamx = peer('streamx');
export const readline = peer('readline');
export const split2 = peer('split2');
export const byHand = peer('by hand');
export const twisted = peer('Twisted', absenceOfTwisted);
export const cLoop = peer('C loop', absenceOfC);

/** How many times each peer's figure ours should be. */
export type Ratios = Readonly<Partial<Record<Peer, number>>>;

/** A goal beside each peer of `ratios`: our `metric` divided by the peer's is at least that. */
export function atLeast({ name }: Metric, ratios: Ratios): Goal[] {
  return Object.entries(ratios).map(([peer, ratio]) => ({ metric: name, peer, atLeast: ratio }));
}
