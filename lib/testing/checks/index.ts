/** Checks of the contract for a user's own producers, consumers and transports. */
export {
  checkConsumer,
  checkPullProducer,
  checkPushProducer,
  checkTransport,
  type TransportWithPeer,
} from './checks.js';
export { type CheckOptions, type Maker, RuleBrokenError } from './rule.js';
