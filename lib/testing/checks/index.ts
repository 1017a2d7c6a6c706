/** Checks of the contract for a user's own producers, consumers and transports. */
export {
  checkConsumer,
  checkPullProducer,
  checkPushProducer,
  checkTransport,
  type TransportWithPeer,
} from './checks.js';
export type { Maker } from './maker.js';
export { type CheckOptions, RuleBrokenError } from './rule.js';
