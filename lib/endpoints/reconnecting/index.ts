/** Connections that are made again when they are lost. */
export { backoffPolicy, type RetryPolicy } from './backoff-policy.js';
export {
  ClientService,
  type ClientServiceOptions,
  type WhenConnectedOptions,
} from './client-service.js';
export { CancelledError } from './errors.js';
export { ReconnectingClientFactory } from './reconnecting-client-factory.js';
