import { expect } from 'chai';

import { ProducerConsumerProxy } from '../../../lib/twisted/producers/producer-consumer-proxy.js';
import { bytes, type Ends } from '../../support/ends.js';
import { playOnOurs } from '../../real-twisted/support/proxy-player.js';
import {
  randomScenario,
  type Operation,
  type Scenario,
} from '../../real-twisted/support/proxy-scenarios.js';
import { proxied, PullingProxy } from '../../support/proxies.js';
import { Random } from '../../support/random.js';

describe('ProducerConsumerProxy', () => {
  let ends: Ends;
  let proxy: ProducerConsumerProxy;

  const start = (...given: Parameters<typeof proxied>): void => {
    ({ ends, proxy } = proxied(...given));
  };

  beforeEach(() => start(ProducerConsumerProxy));

  describe('called back at random', () => {
    /** A stop drops bytes: without one, none may be lost. */
    const withoutStop = ([name, ...rest]: Operation): Operation =>
      name === 'try'
        ? ['try', withoutStop(rest[0] as Operation)]
        : name === 'stopProducing'
          ? ['pauseProducing']
          : ([name, ...rest] as Operation);

    function scenario(random: Random): Scenario {
      const kind = random.pick(['basic', 'proxy'] as const);
      const made = randomScenario(random, 'as decided', kind);
      const takes = kind === 'proxy' && random.chance(0.5) ? random.integer(1, 4) : null;
      for (const reactions of Object.values(made.reactions)) {
        for (const reaction of reactions) reaction.does = reaction.does?.map(withoutStop) ?? [];
      }
      return { ...made, takes, consumer: true, script: made.script.map(withoutStop) };
    }

    it('loses, repeats and reorders nothing, with any callback that calls back or throws', () => {
      const random = new Random(4);
      for (let i = 0; i < 3000; i++) {
        const played = scenario(random);
        const trace = playOnOurs(played);
        if (trace.some((line) => line.startsWith('the constructor threw'))) continue;
        const after = (start: string): string =>
          trace
            .flatMap((line) => (line.startsWith(start) ? [line.slice(start.length)] : []))
            .join('');
        const held = (trace.at(-1) ?? '').replace(/^.*\] /, '').replaceAll('|', '');
        const given = after('consumer.write ') + held;
        expect(given, JSON.stringify(played)).to.equal(after('> write '));
      }
    });

    it('answers 100,000 questions, each asked from inside the answer to the last', () => {
      start(PullingProxy, false);
      let left = 100_000;
      const { consumer } = ends;
      consumer.write = () => proxy.resumeProducing();
      ends.producer.resumeProducing = () => {
        if (left-- > 0) proxy.write(bytes('a'));
      };
      proxy.resumeProducing();
      expect(left).to.equal(-1);
    });
  });
});
