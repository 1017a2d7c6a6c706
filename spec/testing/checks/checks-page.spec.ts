/** docs/checks.md names every rule, in the order in which it is played. */
import { expect } from 'chai';

import { CONSUMER_RULES } from '../../../lib/testing/checks/consumer-rules.js';
import { PULL_PRODUCER_RULES } from '../../../lib/testing/checks/pull-producer-rules.js';
import { pushProducerRules } from '../../../lib/testing/checks/push-producer-rules.js';
import { TRANSPORT_RULES } from '../../../lib/testing/checks/transport-rules.js';
import { readPage } from '../../support/markdown.js';

const chapters = {
  Consumers: CONSUMER_RULES,
  Transports: TRANSPORT_RULES,
  'Push producers': pushProducerRules(() => {
    throw new Error('Nothing is played here');
  }),
  'Pull producers': PULL_PRODUCER_RULES,
};

describe('docs/checks.md', () => {
  const page = readPage('docs/checks.md');
  for (const [title, rules] of Object.entries(chapters)) {
    it(`names every rule under ${title}`, () => {
      const [, chapter = ''] = page.split(`\n## ${title}\n`);
      const [text = ''] = chapter.split('\n## ');
      const listed = text.split('\n').flatMap((line) => /^- (.*)$/.exec(line)?.[1] ?? []);
      expect(listed).to.deep.equal(rules.map(({ name }) => name));
    });
  }
});
