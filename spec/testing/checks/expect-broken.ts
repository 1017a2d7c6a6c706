import { expect } from 'chai';

import { type RuleBrokenError } from '../../../lib/testing/index.js';
import { rejection } from '../../support/rejection.js';

export const patience = { timeout: 200, quiet: 5 };

/** Expects `checked` to reject for `rule`. */
export async function expectBroken(checked: Promise<void>, rule: string): Promise<void> {
  const error = (await rejection(checked)) as RuleBrokenError;
  expect(error).to.include({ code: 'ERR_RULE_BROKEN', rule });
  expect(error.message).to.match(new RegExp(`^${rule.replaceAll(/[()]/g, '.')}: .`));
}

/** Expects `checked` to reject with a rule that is broken, and with `message`. */
export async function expectMessage(checked: Promise<void>, message: RegExp): Promise<void> {
  const error = (await rejection(checked)) as RuleBrokenError;
  expect(error).to.have.property('code', 'ERR_RULE_BROKEN');
  expect(error.message).to.match(message);
}
