/** The names under which contestants appear, and what keeps some of them away. */
import { twistedVersion } from './twisted.js';
import type { Contestant } from '../harness/workload.js';
import { absenceOfC } from './c.js';

type Measure = Contestant['measure'];

const absenceOfTwisted =
  twistedVersion === null
    ? 'Twisted is not installed (apt-get install python3-twisted)'
    : undefined;

export const ours = (measure: Measure): Contestant => ({ name: 'twisted-streams', measure });
export const rawNode = (measure: Measure): Contestant => ({ name: 'raw Node', measure });
export const pipe = (measure: Measure): Contestant => ({ name: 'pipe', measure });
export const pipeline = (measure: Measure): Contestant => ({ name: 'stream.pipeline', measure });
export const streamx = (measure: Measure): Contestant => ({ name: 'streamx', measure });
export const readline = (measure: Measure): Contestant => ({ name: 'readline', measure });
export const split2 = (measure: Measure): Contestant => ({ name: 'split2', measure });
export const byHand = (measure: Measure): Contestant => ({ name: 'by hand', measure });
export const twisted = (measure: Measure): Contestant => ({
  name: 'Twisted',
  absence: absenceOfTwisted,
  measure,
});
export const cLoop = (measure: Measure): Contestant => ({
  name: 'C loop',
  absence: absenceOfC,
  measure,
});
