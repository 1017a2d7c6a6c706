import { Bucket } from '../../lib/twisted/shaping/bucket.js';
import { expectTwistedToAgree, makeScenarios } from './support/fuzz.js';
import type { Random } from '../support/random.js';
import { describeWithTwisted } from './support/twisted.js';

/** Numbers are those of buckets, of bytes, of seconds. */
type Step = ['add' | 'rate', number, number] | ['drip', number] | ['wait', number];

interface Scenario {
  /** Parents are numbers of buckets before. */
  buckets: { maxburst: number | null; rate: number | null; parent: number | null }[];
  script: Step[];
}

function randomScenario(random: Random): Scenario {
  const count = random.integer(1, 4);
  const bucket = (): number => random.integer(0, count - 1);
  return {
    buckets: Array.from({ length: count }, (_, number) => ({
      maxburst: random.chance(0.15) ? null : random.integer(1, 100),
      rate: random.chance(0.15) ? null : random.integer(1, 30),
      parent: number > 0 && random.chance(0.7) ? random.integer(0, number - 1) : null,
    })),
    script: random.list(2, 30, (): Step => {
      if (random.chance(0.5)) return ['add', bucket(), random.integer(0, 120)];
      if (random.chance(0.5)) return ['wait', random.integer(0, 6)];
      return random.chance(0.7) ? ['drip', bucket()] : ['rate', bucket(), random.integer(1, 30)];
    }),
  };
}

/** For each step: what it returned, then what each bucket holds. */
function playOnOurs(scenario: Scenario): unknown[] {
  let now = 0;
  class TestBucket extends Bucket {
    override now(): number {
      return now;
    }
  }
  const buckets: Bucket[] = [];
  for (const { maxburst, rate, parent } of scenario.buckets) {
    const bucket = new TestBucket(parent === null ? null : buckets[parent]);
    buckets.push(Object.assign(bucket, { maxburst, rate }));
  }
  return scenario.script.map((step) => {
    let outcome: unknown = null;
    if (step[0] === 'wait') now += step[1];
    else {
      const bucket = buckets[step[1]] as Bucket;
      if (step[0] === 'add') outcome = bucket.add(step[2]);
      else if (step[0] === 'drip') outcome = bucket.drip();
      else if (bucket.rate !== null) bucket.rate = step[2];
    }
    return [outcome, ...buckets.map(({ content }) => content)];
  });
}

describeWithTwisted('Bucket, step by step beside the real one', () => {
  it('takes and drains what Twisted does, of whole bytes, under any parents', async () => {
    await expectTwistedToAgree('htb', makeScenarios(randomScenario), playOnOurs);
  });
});
